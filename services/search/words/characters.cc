// SPDX-License-Identifier: Apache-2.0
#include "services/search/words/characters.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <memory>

namespace forium::search {
namespace {

constexpr uint8_t kStableBit = 0x80;

bool IsSpaceless(UScriptCode script) {
  switch (script) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
      return true;
    default:
      return false;
  }
}

CharacterClass Classify(UChar32 c) {
  switch (c) {
    case '\'':
    case 0x2019:  // the typographic apostrophe
    case 0x02BC:
      return CharacterClass::kApostrophe;
    case 0x30FC:  // the long vowel of Katakana, common to scripts in Unicode
    case 0xFF70:
      return CharacterClass::kSpaceless;
    case 0xFF9E:  // the voice marks of narrow Katakana
    case 0xFF9F:
      return CharacterClass::kMark;
    case 0x200B:  // a space without width, between the words of Thai and Khmer
      return CharacterClass::kSeparator;
    default:
      break;
  }
  const uint32_t category = U_GET_GC_MASK(c);
  if (!(category & (U_GC_L_MASK | U_GC_M_MASK | U_GC_ND_MASK | U_GC_CF_MASK))) {
    return CharacterClass::kSeparator;
  }
  if (category & U_GC_CF_MASK) return CharacterClass::kMark;
  UErrorCode error = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(c, &error);
  if (IsSpaceless(script)) return CharacterClass::kSpaceless;
  if (category & U_GC_M_MASK) return CharacterClass::kMark;
  if (script == USCRIPT_HANGUL) return CharacterClass::kHangul;
  return CharacterClass::kLetter;
}

bool FoldsToItself(UChar32 c) {
  UErrorCode error = U_ZERO_ERROR;
  const UNormalizer2* folding = unorm2_getNFKCCasefoldInstance(&error);
  return U_SUCCESS(error) && unorm2_isInert(folding, c);
}

uint8_t Describe(UChar32 c) {
  const CharacterClass type = Classify(c);
  uint8_t description = static_cast<uint8_t>(type);
  if (type == CharacterClass::kSpaceless || type == CharacterClass::kHangul) {
    // A syllable of Hangul could take a final consonant, an old way to write that is not met.
    const bool syllable = c >= 0xAC00 && c <= 0xD7A3;
    if (syllable || FoldsToItself(c)) description |= kStableBit;
  }
  return description;
}

// One byte for each character of the basic plane, about 3 ms once.
const uint8_t* BasicPlane() {
  static const uint8_t* const table = [] {
    auto* made = new uint8_t[0x10000];
    for (UChar32 c = 0; c < 0x10000; ++c) made[c] = Describe(c);
    return made;
  }();
  return table;
}

}  // namespace

Character ReadCharacter(std::string_view text, size_t at) {
  UChar32 code = 0;
  size_t next = at;
  U8_NEXT(text.data(), next, text.size(), code);
  Character read;
  read.bytes = static_cast<uint8_t>(next - at);
  if (code < 0) return read;
  const uint8_t description = code < 0x10000 ? BasicPlane()[code] : Describe(code);
  read.code = static_cast<char32_t>(code);
  read.type = static_cast<CharacterClass>(description & ~kStableBit);
  read.stable = description & kStableBit;
  return read;
}

std::string_view CutTo(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<uint8_t>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

size_t CountCharacters(std::string_view text) {
  size_t count = 0;
  for (char c : text) count += (static_cast<uint8_t>(c) & 0xC0) != 0x80;
  return count;
}

}  // namespace forium::search
