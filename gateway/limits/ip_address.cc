// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/ip_address.h"

#include <arpa/inet.h>

#include <cstring>

namespace forium::gateway {
namespace {

uint64_t Number(const unsigned char* bytes) {
  uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = (number << 8) | bytes[i];
  return number;
}

}  // namespace

IpAddress IpAddress::FromBytes(const unsigned char* sixteen) {
  return {Number(sixteen), Number(sixteen + 8)};
}

std::string IpAddress::ToString() const {
  char text[INET6_ADDRSTRLEN];
  if (is_ipv4()) {
    const in_addr four{htonl(ipv4())};
    return inet_ntop(AF_INET, &four, text, sizeof(text));
  }
  in6_addr six;
  for (int i = 0; i < 8; ++i) {
    six.s6_addr[i] = static_cast<unsigned char>(high >> (56 - 8 * i));
    six.s6_addr[8 + i] = static_cast<unsigned char>(low >> (56 - 8 * i));
  }
  return inet_ntop(AF_INET6, &six, text, sizeof(text));
}

std::optional<IpAddress> ParseIp(std::string_view text) {
  char copy[INET6_ADDRSTRLEN];
  if (text.empty() || text.size() >= sizeof(copy)) return std::nullopt;
  // A zero byte inside would end the copy early.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  if (text.find(':') == std::string_view::npos) {
    in_addr four;
    if (inet_pton(AF_INET, copy, &four) != 1) return std::nullopt;
    return IpAddress::FromIPv4(ntohl(four.s_addr));
  }
  in6_addr six;
  if (inet_pton(AF_INET6, copy, &six) != 1) return std::nullopt;
  return IpAddress::FromBytes(six.s6_addr);
}

}  // namespace forium::gateway
