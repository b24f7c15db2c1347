// SPDX-License-Identifier: Apache-2.0
// Finds texts in JSON that our own writers made, without reading what lies between: they write no
// spaces, and a quote inside a text always has a backslash before it. Thread-safe.
#pragma once

#include <cstring>
#include <string_view>

namespace forium::json {

// Where the content of the next `member` begins, which is `"name":"` with its quotes; npos: none.
inline size_t FindText(std::string_view json, std::string_view member, size_t from) {
  if (from >= json.size()) return std::string_view::npos;
  const void* const found =
      memmem(json.data() + from, json.size() - from, member.data(), member.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<size_t>(static_cast<const char*>(found) - json.data()) + member.size();
}

// The closing quote of the text whose content begins at `begin`, or the end of all.
inline size_t EndOfText(std::string_view json, size_t begin) {
  for (size_t at = begin; at < json.size(); ++at) {
    at = json.find('"', at);
    if (at == std::string_view::npos) break;
    size_t first = at;  // of the backslashes before the quote, which escape each other in pairs
    while (first > begin && json[first - 1] == '\\') --first;
    if ((at - first) % 2 == 0) return at;
  }
  return json.size();
}

}  // namespace forium::json
