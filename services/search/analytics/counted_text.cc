// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "services/search/analytics/analytics.h"
#include "services/search/words/words.h"

namespace forium::search {
namespace {

constexpr size_t kMaxBytes = 100;
// Telephone numbers, card numbers and the like; years and error codes are shorter.
constexpr int kDigitsOfAPerson = 7;

bool NamesAPerson(std::string_view word) {
  if (word.starts_with("@") || word.starts_with("user:") || word.starts_with("-@")) return true;
  return word.find('@') != std::string_view::npos;
}

bool IsALongNumber(std::string_view word) {
  if (word.starts_with("0x")) return false;
  return std::count_if(word.begin(), word.end(), [](char c) { return absl::ascii_isdigit(c); }) >=
         kDigitsOfAPerson;
}

}  // namespace

std::string CountedText(std::string_view query) {
  if (query.size() > kMaxBytes) return "";
  thread_local Words words;
  const std::string folded = words.Fold(query);
  std::string counted;
  for (size_t begin = 0; begin < folded.size();) {
    const size_t end = std::min(folded.find_first_of(" \t\r\n", begin), folded.size());
    const std::string_view word = std::string_view(folded).substr(begin, end - begin);
    begin = end + 1;
    if (word.empty() || word.starts_with("order:")) continue;
    if (IsALongNumber(word)) return "";
    if (NamesAPerson(word)) {
      // An address says too much; an author as a filter is left out.
      if (word.find('@') > 1 && word.find('@') != std::string_view::npos) return "";
      continue;
    }
    if (!counted.empty()) counted += ' ';
    counted += word;
  }
  return counted.size() > kMaxBytes ? "" : counted;
}

}  // namespace forium::search
