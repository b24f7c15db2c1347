// SPDX-License-Identifier: Apache-2.0
#include "services/search/words/fold.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include <cstdint>

namespace forium::search {
namespace {

void ReadUtf8(std::string_view text, std::u16string& out) {
  out.resize(text.size() + 1);
  int32_t length = 0;
  UErrorCode error = U_ZERO_ERROR;
  u_strFromUTF8WithSub(out.data(), static_cast<int32_t>(out.size()), &length, text.data(),
                       static_cast<int32_t>(text.size()), 0xFFFD, nullptr, &error);
  out.resize(U_SUCCESS(error) ? length : 0);
}

void WriteUtf8(const std::u16string& text, std::string& out) {
  out.resize(text.size() * 3 + 1);
  int32_t length = 0;
  UErrorCode error = U_ZERO_ERROR;
  u_strToUTF8WithSub(out.data(), static_cast<int32_t>(out.size()), &length, text.data(),
                     static_cast<int32_t>(text.size()), 0xFFFD, nullptr, &error);
  out.resize(U_SUCCESS(error) ? length : 0);
}

void Normalize(const UNormalizer2* form, const std::u16string& text, std::u16string& out) {
  out.resize(text.size() * 2 + 32);
  for (;;) {
    UErrorCode error = U_ZERO_ERROR;
    const int32_t length = unorm2_normalize(form, text.data(), static_cast<int32_t>(text.size()),
                                            out.data(), static_cast<int32_t>(out.size()), &error);
    if (error == U_BUFFER_OVERFLOW_ERROR && static_cast<size_t>(length) > out.size()) {
      out.resize(length);
      continue;
    }
    out.resize(U_SUCCESS(error) ? length : 0);
    return;
  }
}

struct Forms {
  const UNormalizer2* folded;
  const UNormalizer2* decomposed;
  const UNormalizer2* composed;
};

const Forms& NormalForms() {
  static const Forms forms = [] {
    UErrorCode error = U_ZERO_ERROR;
    return Forms{unorm2_getNFKCCasefoldInstance(&error), unorm2_getNFDInstance(&error),
                 unorm2_getNFCInstance(&error)};
  }();
  return forms;
}

bool LeavesOutAccents(UChar32 base) {
  if (base < 0x80) return true;
  UErrorCode error = U_ZERO_ERROR;
  switch (uscript_getScript(base, &error)) {
    case USCRIPT_LATIN:
    case USCRIPT_GREEK:
    case USCRIPT_CYRILLIC:
    case USCRIPT_ARABIC:
    case USCRIPT_HEBREW:
      return true;
    default:
      return false;
  }
}

// й, ў and ї are letters of their own.
bool IsPartOfLetter(UChar32 base, UChar32 mark) {
  return (mark == 0x0306 && (base == 0x0438 || base == 0x0443)) ||
         (mark == 0x0308 && base == 0x0456);
}

// How people type a letter that does not decompose; null: as it is.
const char16_t* TypedAs(UChar32 c) {
  switch (c) {
    case 0x00F8:
      return u"o";
    case 0x0142:
      return u"l";
    case 0x0111:
    case 0x00F0:
      return u"d";
    case 0x0127:
      return u"h";
    case 0x00E6:
      return u"ae";
    case 0x0153:
      return u"oe";
    case 0x00FE:
      return u"th";
    case 0x0131:
      return u"i";
    case 0x0640:  // the line that stretches Arabic words
      return u"";
    default:
      return nullptr;
  }
}

void Append(std::u16string& out, UChar32 c) {
  if (U_IS_BMP(c)) {
    out += static_cast<char16_t>(c);
  } else {
    out += U16_LEAD(c);
    out += U16_TRAIL(c);
  }
}

// `text` is decomposed.
void LeaveOutAccents(const std::u16string& text, std::u16string& out) {
  out.clear();
  UChar32 base = 0;
  bool drops = false;
  for (size_t i = 0; i < text.size();) {
    UChar32 c = 0;
    U16_NEXT(text.data(), i, text.size(), c);
    if (U_GET_GC_MASK(c) & U_GC_MN_MASK) {
      if (!drops || IsPartOfLetter(base, c)) Append(out, c);
      continue;
    }
    base = c;
    drops = LeavesOutAccents(c);
    if (const char16_t* typed = TypedAs(c)) {
      out += typed;
    } else {
      Append(out, c);
    }
  }
}

// The case folding of İ leaves a dot above the i.
void DropDotOfI(std::u16string& text) {
  for (size_t at = 0; (at = text.find(u"i\u0307", at)) != std::u16string::npos;) {
    text.erase(at + 1, 1);
  }
}

}  // namespace

std::string_view Folding::Lower(std::string_view text) {
  ReadUtf8(text, source_);
  Normalize(NormalForms().folded, source_, normal_);
  DropDotOfI(normal_);
  WriteUtf8(normal_, lower_utf8_);
  return lower_utf8_;
}

std::string_view Folding::Plain(std::string_view lower) {
  ReadUtf8(lower, source_);
  Normalize(NormalForms().decomposed, source_, normal_);
  LeaveOutAccents(normal_, plain_);
  Normalize(NormalForms().composed, plain_, normal_);
  WriteUtf8(normal_, plain_utf8_);
  return plain_utf8_;
}

}  // namespace forium::search
