// SPDX-License-Identifier: Apache-2.0
#include "gateway/preview/lettering.h"

#include <unicode/normalizer2.h>
#include <unicode/ubidi.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>

namespace forium::gateway {
namespace {

constexpr size_t kMaxMarks = 2;

bool IsMark(char32_t c) { return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_M_MASK) != 0; }

// Neither seen nor heard of: controls, overrides, joiners, what is assigned to nobody.
bool IsUnseen(char32_t c) {
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_C_MASK) != 0 ||
         u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
}

bool IsIdeograph(char32_t c) {
  return (c >= 0x2E80 && c < 0xA4D0) || (c >= 0xAC00 && c < 0xD7B0) ||
         (c >= 0xF900 && c < 0xFB00) || (c >= 0xFF00 && c < 0xFFF0) ||
         (c >= 0x20000 && c < 0x40000);
}

// Whether a line may end before `text[at]`.
bool MayBreak(std::u32string_view text, size_t at) {
  const char32_t before = text[at - 1];
  const char32_t after = text[at];
  if (before == U' ') return true;
  if (after == U' ' || IsMark(after)) return false;
  if (before == U'-' || before == U'/' || before == 0x2013 || before == 0x2014) return true;
  const bool closes = (U_GET_GC_MASK(static_cast<UChar32>(after)) & U_GC_P_MASK) != 0;
  return (IsIdeograph(before) || IsIdeograph(after)) && !closes;
}

std::u32string Trimmed(std::u32string_view text) {
  while (!text.empty() && text.back() == U' ') text.remove_suffix(1);
  while (!text.empty() && text.front() == U' ') text.remove_prefix(1);
  return std::u32string(text);
}

// How much of `text`, which is not empty, goes on one line: at least a character.
size_t Fitting(std::u32string_view text, double width, const Measure& measure) {
  size_t fits = 0;
  size_t most = 1;
  for (size_t at = 1; at <= text.size(); ++at) {
    const bool may = at == text.size() || MayBreak(text, at);
    std::u32string_view head = text.substr(0, at);
    while (!head.empty() && head.back() == U' ') head.remove_suffix(1);
    if (measure(head) > width) break;
    most = at;
    if (may) fits = at;
  }
  if (fits > 0) return fits;
  while (most < text.size() && IsMark(text[most])) ++most;
  return most;
}

std::vector<std::u32string> Broken(std::u32string_view text, double width, const Measure& measure) {
  std::vector<std::u32string> lines;
  while (!text.empty()) {
    const size_t size = Fitting(text, width, measure);
    lines.push_back(Trimmed(text.substr(0, size)));
    text.remove_prefix(size);
    while (!text.empty() && text.front() == U' ') text.remove_prefix(1);
  }
  return lines;
}

}  // namespace

std::u32string Lettering(std::string_view utf8, size_t max) {
  // Four bytes at most to a character, and some of them unseen.
  const auto text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(utf8.data(), static_cast<int32_t>(std::min(utf8.size(), max * 16))));
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(error);
  const icu::UnicodeString normal = nfc == nullptr ? text : nfc->normalize(text, error);
  std::u32string out;
  size_t marks = 0;
  for (int32_t at = 0; at < normal.length() && out.size() < max; at = normal.moveIndex32(at, 1)) {
    const UChar32 c = normal.char32At(at);
    const bool space = u_isUWhiteSpace(c) != 0;
    const auto letter = static_cast<char32_t>(c);
    if (!space && IsUnseen(letter)) continue;
    marks = IsMark(letter) ? marks + 1 : 0;
    if (marks > kMaxMarks || (marks > 0 && (out.empty() || out.back() == U' '))) continue;
    if (space && (out.empty() || out.back() == U' ')) continue;
    out += space ? U' ' : letter;
  }
  return Trimmed(out);
}

bool IsLetter(char32_t c) { return u_isalnum(static_cast<UChar32>(c)) != 0; }

bool NeedsShaping(char32_t c) {
  if (c < 0x0600) return false;
  UErrorCode error = U_ZERO_ERROR;
  switch (uscript_getScript(static_cast<UChar32>(c), &error)) {
    case USCRIPT_ARABIC:
    case USCRIPT_SYRIAC:
    case USCRIPT_NKO:
    case USCRIPT_MONGOLIAN:
    case USCRIPT_MANDAIC:
    case USCRIPT_ADLAM:
      return true;
    default:
      // The scripts of South and Southeast Asia, which reorder; fonts here have none of them but
      // Lao.
      return c >= 0x0900 && c < 0x0E00;
  }
}

std::u32string Visual(const std::u32string& line, bool* right_to_left) {
  *right_to_left = false;
  const auto is_rtl = [](char32_t c) {
    const UCharDirection direction = u_charDirection(static_cast<UChar32>(c));
    return direction == U_RIGHT_TO_LEFT || direction == U_RIGHT_TO_LEFT_ARABIC;
  };
  if (std::none_of(line.begin(), line.end(), is_rtl)) return line;
  const auto text = icu::UnicodeString::fromUTF32(reinterpret_cast<const UChar32*>(line.data()),
                                                  static_cast<int32_t>(line.size()));
  UBiDi* bidi = ubidi_open();
  UErrorCode error = U_ZERO_ERROR;
  ubidi_setPara(bidi, text.getBuffer(), text.length(), UBIDI_DEFAULT_LTR, nullptr, &error);
  *right_to_left = U_SUCCESS(error) && ubidi_getParaLevel(bidi) % 2 == 1;
  icu::UnicodeString seen;
  const int32_t room = text.length() * 2 + 1;
  const int32_t size = ubidi_writeReordered(bidi, seen.getBuffer(room), room,
                                            UBIDI_DO_MIRRORING | UBIDI_KEEP_BASE_COMBINING, &error);
  seen.releaseBuffer(U_SUCCESS(error) ? size : 0);
  ubidi_close(bidi);
  std::u32string out(static_cast<size_t>(seen.countChar32()), U' ');
  UErrorCode written = U_ZERO_ERROR;
  seen.toUTF32(reinterpret_cast<UChar32*>(out.data()), static_cast<int32_t>(out.size()), written);
  return out;
}

std::vector<std::u32string> Lines(const std::u32string& text, double width, size_t max_lines,
                                  const Measure& measure) {
  std::vector<std::u32string> lines = Broken(text, width, measure);
  if (lines.size() > max_lines) {
    lines.resize(max_lines);
    std::u32string& last = lines.back();
    while (!last.empty() && measure(last + U'\u2026') > width) {
      last.pop_back();
      last = Trimmed(last);
    }
    last += U'\u2026';
    return lines;
  }
  // The narrowest that takes no more lines.
  double narrow = width / 2;
  double wide = width;
  while (lines.size() > 1 && wide - narrow > width / 50) {
    const double between = (narrow + wide) / 2;
    std::vector<std::u32string> balanced = Broken(text, between, measure);
    if (balanced.size() <= lines.size()) {
      wide = between;
      lines = std::move(balanced);
    } else {
      narrow = between;
    }
  }
  return lines;
}

}  // namespace forium::gateway
