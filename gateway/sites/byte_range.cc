// SPDX-License-Identifier: Apache-2.0
#include "gateway/sites/byte_range.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace forium::gateway {
namespace {

std::optional<int64_t> Number(std::string_view digits) {
  int64_t number = 0;
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos ||
      !absl::SimpleAtoi(absl::string_view(digits.data(), digits.size()), &number)) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

ByteRange ParseRange(std::string_view range, int64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  const ByteRange whole{ByteRange::Kind::kWhole, 0, size - 1};
  if (!range.starts_with(kUnit)) return whole;
  range.remove_prefix(kUnit.size());
  const size_t dash = range.find('-');
  if (dash == std::string_view::npos || range.find(',') != std::string_view::npos) return whole;
  const auto first = Number(range.substr(0, dash));
  const auto last = Number(range.substr(dash + 1));
  if (!first.has_value() && !last.has_value()) return whole;
  if (!first.has_value() && dash > 0) return whole;
  if (!last.has_value() && dash + 1 < range.size()) return whole;
  if (!first.has_value()) {  // the last so many bytes
    if (*last == 0 || size == 0) return {ByteRange::Kind::kUnsatisfiable, 0, -1};
    return {ByteRange::Kind::kPart, std::max<int64_t>(0, size - *last), size - 1};
  }
  if (last.has_value() && *last < *first) return whole;
  if (*first >= size) return {ByteRange::Kind::kUnsatisfiable, 0, -1};
  return {ByteRange::Kind::kPart, *first, last.has_value() ? std::min(*last, size - 1) : size - 1};
}

}  // namespace forium::gateway
