// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/word_starts.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace forium::search {
namespace {

constexpr uint32_t kAny = ~uint32_t{0};
// Letters of a stem that its words begin with; the last one may be another: broden, brood.
constexpr size_t kOfStem = 5;

constexpr uint32_t Bit(char second) { return 1u << (static_cast<unsigned char>(second) & 31); }
bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }
char Lower(char c) { return absl::ascii_tolower(static_cast<unsigned char>(c)); }
bool IsUpper(char c) { return absl::ascii_isupper(static_cast<unsigned char>(c)); }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// Whether a word, or a part of an identifier, can begin with this letter or digit: getComponent,
// HTTPServer, windows10.
bool BeginsPart(std::string_view text, size_t at) {
  const char here = text[at];
  if (at == 0 || !absl::ascii_isalnum(static_cast<unsigned char>(text[at - 1]))) return true;
  if (IsDigit(text[at - 1]) != IsDigit(here)) return true;
  if (!IsUpper(here)) return false;
  return !IsUpper(text[at - 1]) || (at + 1 < text.size() && Lower(text[at + 1]) == text[at + 1]);
}

// In any case; apostrophes are no letters.
bool StandsAt(std::string_view start, std::string_view text, size_t at) {
  for (const char letter : start) {
    while (at < text.size() && text[at] == '\'') ++at;
    if (at == text.size() || Lower(text[at]) != letter) return false;
    ++at;
  }
  return true;
}

// What every word that has this token begins with.
std::string_view StartOf(std::string_view token) {
  if (!token.starts_with('=')) return token;
  token.remove_prefix(1);
  token = token.substr(0, std::min(kOfStem, std::max<size_t>(token.size(), 2) - 1));
  // die, dying; happi, happy.
  if (token.size() > 1 && (token.ends_with('i') || token.ends_with('y'))) token.remove_suffix(1);
  return token;
}

}  // namespace

WordStarts::WordStarts() {
  for (size_t byte = 0x80; byte < seconds_.size(); ++byte) seconds_[byte] = kAny;
}

void WordStarts::Add(std::string_view token) {
  std::string_view start = StartOf(token);
  // `.NET`: the part behind the dot stands there too.
  if (start.starts_with('.')) start.remove_prefix(1);
  start = start.substr(0, std::find_if_not(start.begin(), start.end(), IsAscii) - start.begin());
  if (start.empty()) return;
  // An apostrophe may have been left out.
  const uint32_t bits = start.size() == 1 ? kAny : Bit(start[1]) | Bit('\'');
  seconds_[static_cast<unsigned char>(start[0])] |= bits;
  seconds_[static_cast<unsigned char>(absl::ascii_toupper(start[0]))] |= bits;
  std::vector<std::string>& same = starts_[static_cast<size_t>(start[0])];
  if (std::find(same.begin(), same.end(), start) == same.end()) same.emplace_back(start);
}

bool WordStarts::Begins(std::string_view text, size_t at) const {
  if (!IsAscii(text[at])) return true;
  if (!BeginsPart(text, at)) return false;
  const std::vector<std::string>& starts = starts_[static_cast<size_t>(Lower(text[at]))];
  return std::any_of(starts.begin(), starts.end(),
                     [&](const std::string& start) { return StandsAt(start, text, at); });
}

size_t WordStarts::Next(std::string_view text, size_t at) const {
  for (;; ++at) {
    // Most places are none: asked of four at a time.
    while (at + 4 < text.size() && !(MayBegin(text, at) | MayBegin(text, at + 1) |
                                     MayBegin(text, at + 2) | MayBegin(text, at + 3))) {
      at += 4;
    }
    if (at >= text.size()) return text.size();
    const bool last = at + 1 == text.size();
    if ((last ? SecondsOf(text[at]) != 0 : MayBegin(text, at)) && Begins(text, at)) return at;
  }
}

}  // namespace forium::search
