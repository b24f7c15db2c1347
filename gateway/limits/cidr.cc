// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/cidr.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

#include "gateway/http/ascii.h"

namespace forium::gateway {
namespace {

constexpr uint64_t kAll = std::numeric_limits<uint64_t>::max();

// Ones in the last `count` bits.
IpAddress Tail(int count) {
  const auto ones = [](int bits) {
    return bits <= 0 ? uint64_t{0} : bits >= 64 ? kAll : (uint64_t{1} << bits) - 1;
  };
  return {ones(count - 64), ones(count)};
}

absl::Status Wrong(std::string_view item, std::string_view why) {
  const std::string text = Concat({"`", item.substr(0, 64), "` ", why});
  return absl::InvalidArgumentError(text);
}

// Merges ranges that overlap or touch.
void Merge(std::vector<std::pair<IpAddress, IpAddress>>& ranges) {
  std::sort(ranges.begin(), ranges.end());
  size_t kept = 0;
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (kept > 0) {
      IpAddress& last = ranges[kept - 1].second;
      IpAddress next = last;
      if (++next.low == 0) ++next.high;
      const bool at_the_end = next == IpAddress{};
      if (at_the_end || ranges[i].first <= next) {
        last = std::max(last, ranges[i].second);
        continue;
      }
    }
    ranges[kept++] = ranges[i];
  }
  ranges.resize(kept);
  ranges.shrink_to_fit();
}

}  // namespace

absl::Status CidrSet::Add(std::string_view item) {
  const size_t slash = item.find('/');
  const std::string_view text = item.substr(0, slash);
  const auto address = ParseIp(text);
  if (!address.has_value()) return Wrong(item, "is neither an address nor a network.");
  const bool mapped = address->is_ipv4();
  const bool dotted = text.find(':') == std::string_view::npos;
  const int most = dotted ? 32 : 128;
  int length = most;
  if (slash != std::string_view::npos) {
    const std::string_view digits = item.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc() || end != digits.data() + digits.size() || length < 0 ||
        length > most || (digits.size() > 1 && digits[0] == '0')) {
      return Wrong(item, dotted ? "needs a length from 0 to 32." : "needs a length from 0 to 128.");
    }
  }
  const int host_bits = most - length;
  // `::ffff:0:0/90` would be IPv4 and more: nobody means that.
  if (mapped && host_bits > 32) return Wrong(item, "mixes IPv4 and IPv6.");
  const IpAddress tail = Tail(host_bits);
  if ((address->high & tail.high) != 0 || (address->low & tail.low) != 0) {
    const IpAddress network{address->high & ~tail.high, address->low & ~tail.low};
    const std::string hint =
        Concat({"has bits beyond its length; the network is ", network.ToString(), "/",
                std::to_string(mapped && !dotted ? length - 96 : length), "."});
    return Wrong(item, hint);
  }
  const IpAddress last{address->high | tail.high, address->low | tail.low};
  (mapped ? four_ : six_).emplace_back(*address, last);
  return absl::OkStatus();
}

void CidrSet::Settle() {
  Merge(four_);
  Merge(six_);
}

absl::StatusOr<CidrSet> CidrSet::Parse(std::span<const std::string> items) {
  CidrSet set;
  for (const std::string& item : items) {
    if (absl::Status added = set.Add(Trim(item)); !added.ok()) return added;
  }
  set.Settle();
  return set;
}

absl::StatusOr<CidrSet> CidrSet::ParseText(std::string_view text) {
  CidrSet set;
  int number = 0;
  while (!text.empty()) {
    ++number;
    std::string_view line = TakeUntil(text, '\n');
    line = Trim(line.substr(0, line.find_first_of("#;\r")));
    if (line.empty()) continue;
    if (const absl::Status added = set.Add(line); !added.ok()) {
      const std::string message(added.message());
      return absl::InvalidArgumentError(Concat({"line ", std::to_string(number), ": ", message}));
    }
  }
  set.Settle();
  return set;
}

bool CidrSet::Contains(const IpAddress& address) const {
  const std::vector<Range>& ranges = address.is_ipv4() ? four_ : six_;
  const auto after = std::upper_bound(
      ranges.begin(), ranges.end(), address,
      [](const IpAddress& wanted, const Range& range) { return wanted < range.first; });
  return after != ranges.begin() && address <= std::prev(after)->second;
}

}  // namespace forium::gateway
