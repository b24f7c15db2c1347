// SPDX-License-Identifier: Apache-2.0
// Small things about text. Debian's Abseil has a string_view of its own, which does not convert
// from std's.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/strings/string_view.h"

namespace forium::forum {

inline absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

inline std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

inline std::string Concat(std::initializer_list<std::string_view> parts) {
  std::string result;
  for (const std::string_view part : parts) result += part;
  return result;
}

// Calls `each` with the pieces between separators, empty ones left out.
template <typename Each>
void Split(std::string_view text, char separator, Each&& each) {
  while (!text.empty()) {
    const size_t end = text.find(separator);
    if (end != 0) each(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace forium::forum
