// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "services/search/words/characters.h"
#include "services/search/words/language.h"

namespace forium::search {
namespace {

constexpr size_t kMaxLookedAtBytes = 2000;
constexpr size_t kLanguages = static_cast<size_t>(Language::kTurkish) + 1;
// A text is in a language from so many of its frequent words on.
constexpr int kMinHits = 2;

struct FrequentWords {
  Language language;
  std::string_view words;  // with spaces between
};

// Words of grammar; those that many of these languages share are left out.
constexpr FrequentWords kFrequent[] = {
    {Language::kEnglish,
     "the and of to is that it with for this are you not have was be on as but can how what when "
     "does which would should my i'm don't there"},
    {Language::kGerman,
     "der die das und ist nicht ein eine ich mit auf zu den dem von wie für auch sich es wenn kann "
     "wird oder aber wir habe beim noch"},
    {Language::kFrench,
     "le la les et est une des du dans que qui pour pas sur je avec ce il vous nous mais sont ne "
     "comment au aux cette été"},
    {Language::kSpanish,
     "el la los las y es una que en del por con para no se como pero más está cómo hay mi qué al "
     "lo muy tengo puedo cuando"},
    {Language::kPortuguese,
     "o a os as e é uma que em do da por com para não se como mas mais está no na dos das eu meu "
     "você ao tem quando isso"},
    {Language::kItalian,
     "il lo gli e è una che di del della per con non si come ma più sono nel ho mi questo anche "
     "dei alla quando ciao posso le"},
    {Language::kDutch,
     "de het een en van is niet ik dat op te met voor zijn maar ook als er aan hoe wordt naar bij "
     "kan heb deze mijn geen dit"},
    {Language::kDanish,
     "og er det en at på til af ikke jeg med den har som for kan hvordan mig hvad også fra eller "
     "min blev nogen være efter"},
    {Language::kNorwegian,
     "og er det en at på til av ikke jeg med den har som for kan hvordan meg hva også fra eller "
     "min ble noen være etter"},
    {Language::kSwedish,
     "och är det en att på till av inte jag med den har som för kan hur mig vad också från eller "
     "min blev någon vara efter"},
    {Language::kFinnish,
     "ja on ei se että oli hän mutta kun niin kuin ovat olen miten tämä voi jos myös sitä minun "
     "mitä siitä joka vain nyt tai ole"},
    {Language::kHungarian,
     "a az és hogy nem egy is van ez meg csak már de ha mint vagy lehet hogyan volt kell még ezt "
     "azt nekem mert amikor sem"},
    {Language::kRomanian,
     "și nu este un o care în la cu pe din de să mai pentru sunt că dar am cum ce sau fost acest "
     "această poate când fi"},
    {Language::kTurkish,
     "ve bir bu için ile de da ne var çok gibi daha ama değil olarak nasıl mi ben olan kadar sonra "
     "bana yok mı ise veya şu"},
};

using Counts = std::array<int, kLanguages>;

// Of a word, the languages that have it: a bit each.
const absl::flat_hash_map<std::string_view, uint32_t>& LanguagesOfWords() {
  static const auto* const languages = [] {
    auto* made = new absl::flat_hash_map<std::string_view, uint32_t>();
    for (const FrequentWords& frequent : kFrequent) {
      for (size_t begin = 0; begin < frequent.words.size();) {
        const size_t end = std::min(frequent.words.find(' ', begin), frequent.words.size());
        (*made)[frequent.words.substr(begin, end - begin)] |=
            1u << static_cast<size_t>(frequent.language);
        begin = end + 1;
      }
    }
    return made;
  }();
  return *languages;
}

void CountWord(std::string_view word, Counts& counts) {
  if (word.empty() || word.size() > 16) return;
  const auto found = LanguagesOfWords().find(word);
  if (found == LanguagesOfWords().end()) return;
  for (size_t i = 0; i < kLanguages; ++i) counts[i] += found->second >> i & 1;
}

struct Scripts {
  int latin = 0, cyrillic = 0, arabic = 0, spaceless = 0, other = 0;
};

// Of the letters that begin words, so that each script counts by its words; in spaceless ones each
// third does about that.
Scripts Read(std::string_view text, Counts& counts) {
  Scripts scripts;
  std::string word;
  size_t at = 0;
  while (at <= text.size()) {
    const Character c = at < text.size() ? ReadCharacter(text, at) : Character();
    at += c.bytes;
    if (c.type == CharacterClass::kSpaceless || c.type == CharacterClass::kHangul) {
      ++scripts.spaceless;
    }
    if (c.type == CharacterClass::kLetter || (c.code == '\'' && !word.empty())) {
      if (word.empty()) {
        if (c.code < 0x250) {
          ++scripts.latin;
        } else if (c.code >= 0x400 && c.code < 0x530) {
          ++scripts.cyrillic;
        } else if (c.code >= 0x600 && c.code < 0x780) {
          ++scripts.arabic;
        } else {
          ++scripts.other;
        }
      }
      // Lower case as far as these words need it: ASCII and À to Þ.
      const size_t begin = word.size();
      word.append(text, at - c.bytes, c.bytes);
      if (c.code >= 'A' && c.code <= 'Z') word[begin] |= 0x20;
      if (c.code >= 0xC0 && c.code <= 0xDE) word[begin + 1] |= 0x20;
    } else if (!word.empty()) {
      CountWord(word, counts);
      word.clear();
    }
  }
  return scripts;
}

}  // namespace

Language Detect(std::string_view text, Language otherwise) {
  Counts counts{};
  const Scripts scripts = Read(CutTo(text, kMaxLookedAtBytes), counts);
  const int spaceless = scripts.spaceless / 3;
  const int most =
      std::max({scripts.latin, scripts.cyrillic, scripts.arabic, spaceless, scripts.other, 1});
  // Names and code are Latin in every language.
  const int rest = std::max(1, scripts.latin / 3);
  if (scripts.cyrillic == most || scripts.cyrillic > rest) return Language::kRussian;
  if (scripts.arabic == most || scripts.arabic > rest) return Language::kArabic;
  if (scripts.spaceless > 2 && spaceless >= rest) return Language::kNone;
  if (scripts.other == most || scripts.other > rest) return Language::kNone;

  const auto best = std::max_element(counts.begin(), counts.end());
  int next = 0;
  for (auto count = counts.begin(); count != counts.end(); ++count) {
    if (count != best) next = std::max(next, *count);
  }
  const auto language = static_cast<Language>(best - counts.begin());
  // Close relatives share most of these words: a lead of one in eight, and of one word, tells them
  // apart.
  const bool stands_out = *best >= kMinHits && *best > next && *best * 8 >= next * 9;
  return stands_out ? language : otherwise;
}

}  // namespace forium::search
