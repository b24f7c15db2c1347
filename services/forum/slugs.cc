// SPDX-License-Identifier: Apache-2.0
#include "services/forum/slugs.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>

#include "services/forum/text.h"

namespace forium::forum {
namespace {

constexpr int kMaxCharacters = 80;

// Latin letters that do not decompose into an ASCII letter and marks.
std::string_view AsciiOf(UChar32 c) {
  switch (c) {
    case 0xdf:
      return "ss";
    case 0xe6:
      return "ae";
    case 0xf8:
      return "o";
    case 0xf0:
    case 0x111:
      return "d";
    case 0xfe:
      return "th";
    case 0x131:
      return "i";
    case 0x142:
      return "l";
    case 0x153:
      return "oe";
    default:
      return {};
  }
}

bool IsMark(UChar32 c) { return (U_GET_GC_MASK(c) & (U_GC_MN_MASK | U_GC_MC_MASK)) != 0; }

bool IsLatin(UChar32 c) {
  UErrorCode error = U_ZERO_ERROR;
  return uscript_getScript(c, &error) == USCRIPT_LATIN;
}

icu::UnicodeString Decomposed(std::string_view title) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::UnicodeString text =
      icu::UnicodeString::fromUTF8(icu::StringPiece(title.data(), static_cast<int>(title.size())));
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKDInstance(error);
  return U_SUCCESS(error) ? normalizer->normalize(text, error) : text;
}

icu::UnicodeString Composed(const icu::UnicodeString& text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFCInstance(error);
  return U_SUCCESS(error) ? normalizer->normalize(text, error) : text;
}

bool OnlyDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string MakeSlug(std::string_view title, std::string_view fallback) {
  const icu::UnicodeString text = Decomposed(title);
  icu::UnicodeString slug;
  bool latin = false;  // the letter before this character
  for (int32_t i = 0; i < text.length() && slug.countChar32() < kMaxCharacters;
       i = text.moveIndex32(i, 1)) {
    const UChar32 c = u_tolower(text.char32At(i));
    if (IsMark(c)) {
      if (!latin && !slug.isEmpty() && !slug.endsWith(u"-")) slug.append(c);
    } else if (const std::string_view ascii = AsciiOf(c); !ascii.empty()) {
      slug.append(icu::UnicodeString::fromUTF8({ascii.data(), static_cast<int>(ascii.size())}));
      latin = true;
    } else if (u_isalnum(c)) {
      slug.append(c);
      latin = IsLatin(c);
    } else if (c != '\'' && c != 0x2019 && !slug.isEmpty() && !slug.endsWith(u"-")) {
      slug.append(u'-');
    }
  }
  while (slug.endsWith(u"-")) slug.truncate(slug.length() - 1);

  std::string result;
  Composed(slug).toUTF8String(result);
  if (result.empty()) return std::string(fallback);
  if (OnlyDigits(result)) return Concat({fallback, "-", result});
  return result;
}

std::string EscapePathSegment(std::string_view segment) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string result;
  for (const char c : segment) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      result += c;
    } else {
      result += '%';
      result += kHex[byte >> 4];
      result += kHex[byte & 15];
    }
  }
  return result;
}

}  // namespace forium::forum
