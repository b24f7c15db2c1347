// SPDX-License-Identifier: Apache-2.0
#include "services/auth/text.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "absl/strings/ascii.h"
#include "services/auth/names.h"

namespace forium::auth {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
// More marks on one letter than any language puts there only draw over the lines around it.
constexpr int kMaxMarks = 4;

enum class Lines { kOne, kMany };

// Marks that change the writing direction of what follows, and invisible ones; U+200C and U+200D
// stay, because several scripts and emoji need them.
bool IsInvisible(char32_t c) {
  return c == 0x061C || c == 0x200B || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
         (c >= 0xE0000 && c <= 0xE007F);
}

std::string Normalized(std::string_view text, const icu::Normalizer2* form) {
  UErrorCode error = U_ZERO_ERROR;
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  form->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink,
                      nullptr, error);
  return U_FAILURE(error) ? std::string(text) : out;
}

bool IsValid(std::string_view utf8) {
  const std::u32string characters = ToCharacters(utf8);
  return characters.find(kReplacement) == std::u32string::npos;
}

std::string Clean(std::string_view raw, Lines lines) {
  std::u32string out;
  int marks = 0;
  for (char32_t c : ToCharacters(raw)) {
    const auto category = U_GET_GC_MASK(static_cast<UChar32>(c));
    if (lines == Lines::kMany && c == '\n') {
      while (!out.empty() && out.back() == ' ') out.pop_back();
      out.push_back(c);
      continue;
    }
    if (c == '\t' || c == '\n' || (category & U_GC_Z_MASK) != 0) c = ' ';
    if (IsInvisible(c) || (c != ' ' && (category & (U_GC_CC_MASK | U_GC_CS_MASK)) != 0)) continue;
    marks = (category & U_GC_M_MASK) != 0 ? marks + 1 : 0;
    if (marks > kMaxMarks) continue;
    if (c == ' ' && (out.empty() || out.back() == ' ' || out.back() == '\n')) continue;
    out.push_back(c);
  }
  return std::string(Trim(ToUtf8(out)));
}

}  // namespace

std::u32string ToCharacters(std::string_view utf8) {
  std::u32string characters;
  characters.reserve(utf8.size());
  const auto size = static_cast<int32_t>(utf8.size());
  for (int32_t at = 0; at < size;) {
    UChar32 c;
    U8_NEXT(reinterpret_cast<const uint8_t*>(utf8.data()), at, size, c);
    characters.push_back(c < 0 ? kReplacement : static_cast<char32_t>(c));
  }
  return characters;
}

std::string ToUtf8(std::u32string_view characters) {
  std::string utf8;
  for (const char32_t c : characters) {
    uint8_t bytes[U8_MAX_LENGTH];
    int32_t size = 0;
    U8_APPEND_UNSAFE(bytes, size, static_cast<UChar32>(c));
    utf8.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  }
  return utf8;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && absl::ascii_isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
  while (!text.empty() && absl::ascii_isspace(static_cast<unsigned char>(text.back()))) {
    text.remove_suffix(1);
  }
  return text;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string Fold(std::string_view text) {
  for (const char c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) return {};
  }
  if (!IsValid(text)) return {};
  UErrorCode error = U_ZERO_ERROR;
  return Normalized(text, icu::Normalizer2::getNFKCCasefoldInstance(error));
}

std::string Compose(std::string_view text) {
  if (!IsValid(text)) return std::string(text);
  UErrorCode error = U_ZERO_ERROR;
  return Normalized(text, icu::Normalizer2::getNFKCInstance(error));
}

int CountCharacters(std::string_view text) { return static_cast<int>(ToCharacters(text).size()); }

std::string CleanLine(std::string_view raw) { return Clean(raw, Lines::kOne); }
std::string CleanText(std::string_view raw) { return Clean(raw, Lines::kMany); }

}  // namespace forium::auth
