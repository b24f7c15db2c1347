// SPDX-License-Identifier: Apache-2.0
// Words of a text, folded and with their stems. Keeps what it made in a table of bounded size,
// because texts use the same words again and again. An object per thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "services/search/words/fold.h"
#include "services/search/words/language.h"

struct sb_stemmer;

namespace forium::search {

struct FoldedWord {
  // Valid until the next word.
  std::string_view text;
  std::string_view stem;  // folded; empty when it is the word or there is none
};

class FoldedWords {
 public:
  FoldedWords();
  ~FoldedWords();

  // Letters and digits of ASCII only.
  FoldedWord OfAscii(std::string_view word, Language language);
  // Any word; apostrophes are dropped.
  FoldedWord Of(std::string_view word, Language language);
  Folding& folding() { return folding_; }

 private:
  struct Slot;
  struct StemmerDelete {
    void operator()(sb_stemmer* stemmer) const;
  };

  std::string_view Stem(std::string_view lower, Language language);
  Slot& SlotOf(std::string_view key, Language language, uint32_t& hash);

  Folding folding_;
  std::array<std::unique_ptr<sb_stemmer, StemmerDelete>, 32> stemmers_;
  // Made with the first word; pages that no word fell upon take no memory.
  Slot* slots_ = nullptr;
  std::string raw_, lower_, text_, stem_;
};

}  // namespace forium::search
