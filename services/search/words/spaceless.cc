// SPDX-License-Identifier: Apache-2.0
#include "services/search/words/spaceless.h"

#include <unicode/ubrk.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace forium::search {
namespace {

// Characters that are folded together: composition looks no farther than a letter and its marks.
constexpr size_t kMaxFoldedTogetherBytes = 48;

}  // namespace

void SpacelessRun::SegmenterDelete::operator()(UBreakIterator* segmenter) const {
  ubrk_close(segmenter);
}

size_t SpacelessRun::Read(std::string_view text, size_t at, CharacterClass type, Folding& folding) {
  folded_.clear();
  glyphs_.clear();
  const auto belongs = [type](const Character& c) {
    return c.type == type || c.type == CharacterClass::kMark;
  };
  Character c = ReadCharacter(text, at);
  while (at < text.size() && belongs(c)) {
    size_t end = at + c.bytes;
    Character next = end < text.size() ? ReadCharacter(text, end) : Character();
    if (c.stable && (next.stable || !belongs(next))) {
      glyphs_.push_back({at, end, static_cast<uint32_t>(folded_.size())});
      folded_.append(text, at, c.bytes);
    } else {
      // With what may compose with it.
      while (belongs(next) && !next.stable && end - at < kMaxFoldedTogetherBytes) {
        end += next.bytes;
        next = end < text.size() ? ReadCharacter(text, end) : Character();
      }
      AddFolded(text.substr(at, end - at), at, folding);
    }
    at = end;
    c = next;
  }
  return at;
}

void SpacelessRun::AddFolded(std::string_view source, size_t begin, Folding& folding) {
  const std::string_view folded = folding.Lower(source);
  const size_t characters = CountCharacters(source);
  const bool one_to_one = CountCharacters(folded) == characters;
  size_t from = 0;
  for (size_t i = 0; i < folded.size();) {
    const size_t start = i;
    U8_FWD_1(folded.data(), i, folded.size());
    size_t to = source.size();
    if (one_to_one) {
      to = from;
      U8_FWD_1(source.data(), to, source.size());
    }
    glyphs_.push_back({begin + from, begin + to, static_cast<uint32_t>(folded_.size())});
    folded_.append(folded, start, i - start);
    if (one_to_one) from = to;
  }
}

std::string_view SpacelessRun::Text(size_t first, size_t count) const {
  const size_t last = std::min(first + count, glyphs_.size());
  const size_t begin = glyphs_[first].folded;
  const size_t end = last < glyphs_.size() ? glyphs_[last].folded : folded_.size();
  return std::string_view(folded_).substr(begin, end - begin);
}

std::vector<size_t> SpacelessRun::Words() {
  std::u16string units;
  std::vector<size_t> glyph_at;  // of a UTF-16 unit
  for (size_t i = 0, glyph = 0; i < folded_.size(); ++glyph) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(folded_.data(), i, folded_.size(), c);
    if (!U_IS_BMP(c)) {
      units += U16_LEAD(c);
      glyph_at.push_back(glyph);
    }
    units += U_IS_BMP(c) ? static_cast<char16_t>(c) : U16_TRAIL(c);
    glyph_at.push_back(glyph);
  }
  std::vector<size_t> words{0};
  UErrorCode error = U_ZERO_ERROR;
  if (!segmenter_) segmenter_.reset(ubrk_open(UBRK_WORD, "", nullptr, 0, &error));
  if (segmenter_) {
    ubrk_setText(segmenter_.get(), units.data(), static_cast<int32_t>(units.size()), &error);
  }
  if (segmenter_ && U_SUCCESS(error)) {
    ubrk_first(segmenter_.get());
    for (int32_t at; (at = ubrk_next(segmenter_.get())) != UBRK_DONE;) {
      if (static_cast<size_t>(at) < units.size()) words.push_back(glyph_at[at]);
    }
    // It must not keep hold of `units`.
    ubrk_setText(segmenter_.get(), u"", 0, &error);
  }
  words.push_back(glyphs_.size());
  return words;
}

}  // namespace forium::search
