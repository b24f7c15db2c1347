// SPDX-License-Identifier: Apache-2.0
// Runs of scripts without spaces between words (and of Hangul, where they stand between phrases),
// character by character. An object per thread: it keeps a segmenter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "services/search/words/characters.h"
#include "services/search/words/fold.h"

struct UBreakIterator;

namespace forium::search {

class SpacelessRun {
 public:
  // Reads the run of this class that begins at `at`; gives the byte behind it.
  size_t Read(std::string_view text, size_t at, CharacterClass type, Folding& folding);

  size_t size() const { return glyphs_.size(); }
  // Folded, `count` characters from `first` on; shorter at the end.
  std::string_view Text(size_t first, size_t count) const;
  // Bytes of the source that a character comes from.
  size_t Begin(size_t glyph) const { return glyphs_[glyph].begin; }
  size_t End(size_t glyph) const { return glyphs_[glyph].end; }

  // The words that ICU's dictionaries see in it, as the numbers of their first characters; the
  // number of characters at the end.
  std::vector<size_t> Words();

 private:
  struct Glyph {
    size_t begin, end;
    uint32_t folded;  // where it begins in folded_
  };
  struct SegmenterDelete {
    void operator()(UBreakIterator* segmenter) const;
  };

  void AddFolded(std::string_view source, size_t begin, Folding& folding);

  std::string folded_;
  std::vector<Glyph> glyphs_;
  std::unique_ptr<UBreakIterator, SegmenterDelete> segmenter_;
};

}  // namespace forium::search
