// SPDX-License-Identifier: Apache-2.0
// Languages that have a stemmer, and a cheap guess at which one a text is in. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace forium::search {

// BCP 47 codes of Snowball's languages; kNone: no stemmer, words are found as they are.
enum class Language : uint8_t {
  kNone,
  kArabic,
  kDanish,
  kDutch,
  kEnglish,
  kFinnish,
  kFrench,
  kGerman,
  kHungarian,
  kItalian,
  kNorwegian,
  kPortuguese,
  kRomanian,
  kRussian,
  kSpanish,
  kSwedish,
  kTurkish,
};

// `de`, also of `de-AT`; kNone for what has no stemmer.
Language LanguageOf(std::string_view tag);
std::string_view TagOf(Language language);

// By script, and by how many of each language's most frequent words are in it; `otherwise` when
// nothing stands out. Looks at the first 2,000 bytes.
Language Detect(std::string_view text, Language otherwise);

}  // namespace forium::search
