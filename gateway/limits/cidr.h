// SPDX-License-Identifier: Apache-2.0
// A set of networks, `192.0.2.0/24`, `2001:db8::/32`, or single addresses. Kept as sorted ranges
// that do not touch, so that a look-up is one binary search. Immutable once made.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/limits/ip_address.h"

namespace forium::gateway {

class CidrSet {
 public:
  CidrSet() = default;

  // InvalidArgument names the first item that is no network. A network whose address has bits
  // beyond its length is refused: whoever writes 10.0.0.7/8 means one machine or sixteen million.
  static absl::StatusOr<CidrSet> Parse(std::span<const std::string> items);
  // The same from a text: an item a line, `#` and `;` begin comments.
  static absl::StatusOr<CidrSet> ParseText(std::string_view text);

  bool Contains(const IpAddress& address) const;
  bool empty() const { return four_.empty() && six_.empty(); }
  size_t ranges() const { return four_.size() + six_.size(); }

 private:
  using Range = std::pair<IpAddress, IpAddress>;  // first and last, both inside
  // Apart, so that `::/0` is all of IPv6 and not of IPv4, which is kept mapped into it.
  absl::Status Add(std::string_view item);
  void Settle();

  std::vector<Range> four_;
  std::vector<Range> six_;
};

}  // namespace forium::gateway
