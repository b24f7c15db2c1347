// SPDX-License-Identifier: Apache-2.0
// An IP address as sixteen bytes, IPv4 in its IPv4-mapped form, so that `192.0.2.1` and
// `::ffff:192.0.2.1` are one. A plain value.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace forium::gateway {

struct IpAddress {
  uint64_t high = 0;  // the first eight bytes, as a number
  uint64_t low = 0;

  static IpAddress FromIPv4(uint32_t number) { return {0, 0xFFFF'0000'0000u | number}; }
  static IpAddress FromBytes(const unsigned char* sixteen);

  bool is_ipv4() const { return high == 0 && (low >> 32) == 0xFFFF; }
  uint32_t ipv4() const { return static_cast<uint32_t>(low); }
  bool is_loopback() const { return is_ipv4() ? (ipv4() >> 24) == 127 : high == 0 && low == 1; }
  // What limits count as one: an IPv4 address, or the /64 that whoever has an IPv6 address has.
  uint64_t Network() const { return is_ipv4() ? low : high; }
  std::string ToString() const;  // RFC 5952; IPv4 with dots

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

// Neither brackets nor zones nor ports. Does not allocate.
std::optional<IpAddress> ParseIp(std::string_view text);

}  // namespace forium::gateway
