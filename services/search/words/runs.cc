// SPDX-License-Identifier: Apache-2.0
#include "services/search/words/runs.h"

#include <algorithm>

#include "services/search/words/characters.h"

namespace forium::search {
namespace {

// Of characters that join: `../_` is no joiner of two names any more.
constexpr size_t kMaxJoinerBytes = 3;

bool IsWord(std::string_view text, size_t at) { return AsciiBits(text, at) & kAsciiWord; }

// Words that lose their vowel before another: what follows the apostrophe is the word.
bool Elides(std::string_view before) {
  static constexpr std::string_view kWords[] = {
      "c",  "d",   "j",    "l",    "m",    "n",    "qu",    "s",      "t",
      "un", "all", "dall", "dell", "nell", "sull", "jusqu", "lorsqu", "puisqu"};
  char lower[6];
  if (before.size() > sizeof lower) return false;
  for (size_t i = 0; i < before.size(); ++i) lower[i] = before[i] | 0x20;
  return std::find(std::begin(kWords), std::end(kWords), std::string_view(lower, before.size())) !=
         std::end(kWords);
}

// Bytes of a possessive `'s` at an apostrophe, 0: none.
size_t PossessiveBytes(std::string_view text, size_t at, size_t apostrophe_bytes) {
  const size_t letter = at + apostrophe_bytes;
  if (letter >= text.size() || (text[letter] | 0x20) != 's') return 0;
  const bool ends = !BeginsWord(text, letter + 1);
  return ends ? apostrophe_bytes + 1 : 0;
}

struct Letters {
  size_t end;   // of the part
  size_t next;  // where reading goes on: behind a possessive
  bool ascii = true;
  uint8_t first = 0;   // bits of the first character
  uint8_t others = 0;  // bits of the characters after it, together
};

// Takes an apostrophe inside a word. False: the word ends before it.
bool TakeApostrophe(std::string_view text, size_t begin, size_t bytes, Letters& letters) {
  const size_t at = letters.end;
  if (const size_t possessive = PossessiveBytes(text, at, bytes)) {
    letters.next = at + possessive;
    return false;
  }
  if (!BeginsWord(text, at + bytes) || Elides(text.substr(begin, at - begin))) return false;
  letters.end += bytes;
  letters.ascii = false;
  return true;
}

Letters ReadLetters(std::string_view text, size_t begin) {
  Letters letters{begin, 0};
  letters.first = AsciiBits(text, begin);
  while (letters.end < text.size()) {
    const uint8_t bits = AsciiBits(text, letters.end);
    if (bits & kAsciiWord) {
      if (letters.end > begin) letters.others |= bits;
      ++letters.end;
      continue;
    }
    if (bits != kNotAscii && text[letters.end] != '\'') break;
    const Character c = ReadCharacter(text, letters.end);
    if (c.type == CharacterClass::kApostrophe) {
      if (!TakeApostrophe(text, begin, c.bytes, letters)) break;
    } else if (c.type == CharacterClass::kLetter || c.type == CharacterClass::kMark) {
      letters.end += c.bytes;
      letters.ascii = false;
    } else {
      break;
    }
  }
  if (letters.next == 0) letters.next = letters.end;
  return letters;
}

bool MayHaveInnerParts(const Letters& letters) {
  if (!letters.ascii) return false;
  const uint8_t all = letters.first | letters.others;
  return ((letters.others & kUpper) && (all & kLower)) ||
         ((all & kDigit) && (all & (kUpper | kLower)));
}

// Whether a new part could begin at `at`: getComponent, HTTPServer, windows10; not in APIs.
bool IsInnerBoundary(std::string_view text, size_t at, size_t end) {
  const uint8_t before = AsciiBits(text, at - 1);
  const uint8_t after = AsciiBits(text, at);
  if ((before & kDigit) != (after & kDigit)) return true;
  if (!(after & kUpper)) return false;
  if (before & kLower) return true;
  return at + 2 < end && (AsciiBits(text, at + 1) & kLower) && (AsciiBits(text, at + 2) & kLower);
}

size_t NextInnerBoundary(std::string_view text, size_t from, size_t end) {
  size_t at = from + 1;
  while (at < end && !IsInnerBoundary(text, at, end)) ++at;
  return std::min(at, end);
}

void AddParts(std::string_view text, Part part, const Letters& letters, Run& run) {
  if (!MayHaveInnerParts(letters)) {
    run.parts.push_back(part);
    return;
  }
  // Pieces of one character belong to what stands before them, and so does what follows them: D3D11
  // is one part.
  const size_t end = part.end;
  size_t piece = part.begin;
  for (size_t at = NextInnerBoundary(text, piece, end); at < end;) {
    const size_t next = NextInnerBoundary(text, at, end);
    if (at - piece >= 2 && next - at >= 2) {
      part.end = at;
      run.parts.push_back(part);
      part.begin = at;
      part.joiner = 0;
    }
    piece = at;
    at = next;
  }
  part.end = end;
  run.parts.push_back(part);
}

// Bytes of `++`, or of `#` behind a single letter, that end a name; 0: none.
uint8_t SuffixBytes(std::string_view text, const Letters& letters, size_t begin) {
  const size_t at = letters.end;
  if (letters.next != at || at >= text.size()) return 0;
  if (text.substr(at, 2) == "++") {
    const uint8_t after = AsciiBits(text, at + 2);
    const bool goes_on = (after & (kUpper | kLower)) || text.substr(at + 2, 1) == "+";
    return goes_on ? 0 : 2;
  }
  const bool sharp = text[at] == '#' && at - begin == 1 && (letters.first & (kUpper | kLower));
  return sharp && !IsWord(text, at + 1) ? 1 : 0;
}

// Bytes of what joins two names, when a name follows it; 0: nothing does.
size_t JoinerBytes(std::string_view text, size_t begin) {
  size_t at = begin;
  char before = 0;
  while (AsciiBits(text, at) & kJoins) {
    const char c = text[at];
    if (c == ':') {
      if (text.substr(at, 2) != "::") return 0;
      at += 2;
    } else if (c == '-' && text.substr(at, 2) == "->") {
      at += 2;
    } else {
      if (c == before && c != '_' && c != '\\') return 0;
      ++at;
    }
    before = c;
    if (at - begin > kMaxJoinerBytes) return 0;
  }
  return at > begin && BeginsWord(text, at) ? at - begin : 0;
}

bool EndsUrl(char c) {
  return static_cast<uint8_t>(c) <= ' ' ||
         std::string_view("<>\"'()[]{}|^`").find(c) != std::string_view::npos;
}

// `at` lies behind `://`.
void ReadUrl(std::string_view text, size_t at, Run& run) {
  run.url = true;
  run.parts.clear();
  if (text.substr(at, 4) == "www.") at += 4;
  run.host_begin = run.host_end = at;
  bool in_host = true;
  while (at < text.size() && !EndsUrl(text[at])) {
    if (in_host && text[at] != '.' && text[at] != '-' && !BeginsWord(text, at)) {
      in_host = false;
      run.host_parts = run.parts.size();
    }
    if (text[at] == '%') {
      at += 3;
      continue;
    }
    if (!BeginsWord(text, at)) {
      const Character c = ReadCharacter(text, at);
      // Other scripts are read as text of their own.
      if (c.type == CharacterClass::kSpaceless || c.type == CharacterClass::kHangul) break;
      at += c.bytes;
      continue;
    }
    const Letters letters = ReadLetters(text, at);
    AddParts(text, {at, letters.end, 0, 0, letters.ascii}, letters, run);
    at = letters.next;
    if (in_host) run.host_end = letters.end;
  }
  if (in_host) run.host_parts = run.parts.size();
  run.end = std::min(at, text.size());
}

}  // namespace

void ReadRun(std::string_view text, size_t at, Run& run) {
  run.begin = at;
  run.parts.clear();
  run.url = false;
  run.leading_dot = text[at] == '.';
  if (run.leading_dot) ++at;
  size_t joiner = 0;
  for (;;) {
    const Letters letters = ReadLetters(text, at);
    run.end = letters.next;
    if (letters.end < text.size() && text[letters.end] == ':' && run.parts.empty() &&
        text.substr(letters.end, 3) == "://" && BeginsWord(text, letters.end + 3)) {
      return ReadUrl(text, letters.end + 3, run);
    }
    AddParts(text, {at, letters.end, static_cast<uint8_t>(joiner), 0, letters.ascii}, letters, run);
    const uint8_t suffix = SuffixBytes(text, letters, at);
    run.parts.back().suffix = suffix;
    run.end += suffix;
    joiner = JoinerBytes(text, run.end);
    // C++20: a number follows without a joiner.
    const bool version = suffix == 2 && (AsciiBits(text, run.end) & kDigit);
    if (joiner == 0 && !version) return;
    at = run.end + joiner;
  }
}

}  // namespace forium::search
