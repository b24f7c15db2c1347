// SPDX-License-Identifier: Apache-2.0
#include "services/search/words/vocabulary.h"

#include <string.h>

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

#include "services/search/words/characters.h"
#include "services/search/words/edit_distance.h"
#include "services/search/words/words.h"

namespace forium::search {
namespace {

constexpr int kMaxDistance = 3;

// Letters of words that are compared for one correction, about 1 ms: a usual vocabulary needs a
// twentieth; one of words that are all alike gets no more. The most frequent come first.
constexpr size_t kMaxComparedLetters = 400'000;

using Lanes = uint32_t __attribute__((vector_size(16)));

// Where at most `distance` letters of a word are not in the other, either way, nothing is left.
template <int distance, typename Bits>
Bits TooManyLetters(Bits word, Bits other) {
  Bits missing = word & ~other;
  Bits added = other & ~word;
  for (int i = 0; i < distance; ++i) {
    missing &= missing - 1;
    added &= added - 1;
  }
  return missing | added;
}

// The first word in [from, end) whose letters are within the distance. Four at a time: a correction
// looks at half of the words.
template <int distance>
size_t NextWithin(const std::vector<uint32_t>& bits, size_t from, size_t end, uint32_t word) {
  const Lanes words = {word, word, word, word};
  for (; from + 4 <= end; from += 4) {
    Lanes others;
    memcpy(&others, bits.data() + from, sizeof others);
    const auto within = TooManyLetters<distance>(words, others) == 0;
    uint64_t any[2];
    memcpy(any, &within, sizeof any);
    if ((any[0] | any[1]) != 0) break;
  }
  while (from < end && TooManyLetters<distance>(word, bits[from]) != 0) ++from;
  return from;
}

size_t NextWithin(int distance, const std::vector<uint32_t>& bits, size_t from, size_t end,
                  uint32_t word) {
  switch (distance) {
    case 1:
      return NextWithin<1>(bits, from, end, word);
    case 2:
      return NextWithin<2>(bits, from, end, word);
    default:
      return NextWithin<kMaxDistance>(bits, from, end, word);
  }
}

// Stems are counted, but nobody types them.
bool IsStem(std::string_view word) { return word.starts_with('='); }

}  // namespace

// Words behind each other in order, a NUL after each; what belongs to a word stands in arrays of
// its own, 16 bytes in all.
struct Vocabulary::Entries {
  std::string arena;
  std::vector<uint32_t> begins;  // of each word in the arena, and the end
  std::vector<uint32_t> posts;
  // Numbers of words, by letters, then the most frequent first, and the bits of their letters.
  std::vector<uint32_t> by_letters;
  std::vector<uint32_t> bits;
  // Where the words of so many letters begin in both.
  std::array<uint32_t, kMaxTokenBytes + 2> first_of{};

  size_t size() const { return posts.size(); }
  std::string_view Word(size_t i) const {
    return std::string_view(arena).substr(begins[i], begins[i + 1] - begins[i] - 1);
  }
  // The first word that is not less.
  size_t LowerBound(std::string_view word) const;
  // The first word behind `from` that does not go on from `prefix`.
  size_t EndOfPrefix(std::string_view prefix, size_t from) const;
  void SortByLetters();
  Entry Describe(size_t i, int distance = 0) const {
    return {std::string(Word(i)), posts[i], distance};
  }
};

namespace {

// The most frequent of the words that it is offered.
class MostFrequent {
 public:
  explicit MostFrequent(size_t limit) : limit_(limit) {}

  void Offer(uint32_t posts, size_t word) {
    if (kept_.size() == limit_) {
      if (limit_ == 0 || posts <= kept_.front().first) return;
      std::pop_heap(kept_.begin(), kept_.end(), Before);
      kept_.pop_back();
    }
    kept_.emplace_back(posts, word);
    std::push_heap(kept_.begin(), kept_.end(), Before);
  }
  // The most frequent first; of equal ones the first in the alphabet.
  const std::vector<std::pair<uint32_t, size_t>>& Sorted() {
    std::sort(kept_.begin(), kept_.end(), Before);
    return kept_;
  }

 private:
  static bool Before(const std::pair<uint32_t, size_t>& a, const std::pair<uint32_t, size_t>& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  }

  const size_t limit_;
  std::vector<std::pair<uint32_t, size_t>> kept_;
};

}  // namespace

size_t Vocabulary::Entries::LowerBound(std::string_view word) const {
  size_t low = 0, high = size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (Word(middle) < word) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

size_t Vocabulary::Entries::EndOfPrefix(std::string_view prefix, size_t from) const {
  size_t low = from, high = size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (Word(middle).starts_with(prefix)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void Vocabulary::Entries::SortByLetters() {
  std::vector<uint8_t> letters(size());
  size_t words = 0;
  for (size_t i = 0; i < size(); ++i) {
    if (IsStem(Word(i))) continue;
    letters[i] = static_cast<uint8_t>(CountCharacters(Word(i)));
    ++first_of[letters[i] + 1];
    ++words;
  }
  for (size_t i = 1; i < first_of.size(); ++i) first_of[i] += first_of[i - 1];
  auto next = first_of;
  by_letters.resize(words);
  for (size_t i = 0; i < size(); ++i) {
    if (!IsStem(Word(i))) by_letters[next[letters[i]]++] = static_cast<uint32_t>(i);
  }
  for (size_t i = 0; i + 1 < first_of.size(); ++i) {
    std::stable_sort(by_letters.begin() + first_of[i], by_letters.begin() + first_of[i + 1],
                     [this](uint32_t a, uint32_t b) { return posts[a] > posts[b]; });
  }
  bits.reserve(words);
  for (uint32_t i : by_letters) bits.push_back(LetterBits(Word(i)));
}

Vocabulary::Vocabulary(std::vector<std::pair<std::string, int64_t>> words, int64_t posts)
    : posts_(posts), entries_(std::make_unique<Entries>()) {
  std::erase_if(words, [](const auto& word) {
    return word.first.empty() || word.first.size() > kMaxTokenBytes ||
           word.first.find('\0') != std::string::npos;
  });
  std::sort(words.begin(), words.end());
  size_t bytes = 0;
  for (const auto& [word, count] : words) bytes += word.size() + 1;
  Entries& entries = *entries_;
  entries.arena.reserve(bytes);
  entries.begins.reserve(words.size() + 1);
  entries.posts.reserve(words.size());
  for (const auto& [word, count] : words) {
    const auto most = int64_t{std::numeric_limits<uint32_t>::max()};
    if (entries.size() > 0) {
      const size_t begin = entries.begins.back();
      if (std::string_view(entries.arena).substr(begin, entries.arena.size() - begin - 1) == word) {
        continue;
      }
    }
    entries.begins.push_back(static_cast<uint32_t>(entries.arena.size()));
    entries.arena += word;
    entries.arena += '\0';
    entries.posts.push_back(static_cast<uint32_t>(std::clamp(count, int64_t{0}, most)));
  }
  entries.begins.push_back(static_cast<uint32_t>(entries.arena.size()));
  entries.SortByLetters();
}

Vocabulary::~Vocabulary() = default;

size_t Vocabulary::size() const { return entries_->size(); }

int64_t Vocabulary::Frequency(std::string_view word) const {
  const size_t at = entries_->LowerBound(word);
  return at < entries_->size() && entries_->Word(at) == word ? entries_->posts[at] : 0;
}

std::vector<Vocabulary::Entry> Vocabulary::Near(std::string_view word, int distance,
                                                size_t limit) const {
  const Entries& entries = *entries_;
  distance = std::min(distance, kMaxDistance);
  if (distance <= 0 || limit == 0 || word.empty() || word.size() > kMaxTokenBytes) return {};
  const EditDistance from(word);
  const auto letters = static_cast<int>(from.letters());
  const uint32_t bits = LetterBits(word);

  // Distance, another first letter, how rare, number: in the order of the answer.
  std::vector<std::tuple<int, bool, uint32_t, uint32_t>> found;
  size_t compared = 0, nearest_of_all = 0;
  // Words as long first: 0, 1, -1, 2, -2.
  for (int step = 0; step <= 2 * distance; ++step) {
    const int length = letters + (step % 2 ? (step + 1) / 2 : -step / 2);
    if (length < 1 || length > static_cast<int>(kMaxTokenBytes)) continue;
    const uint32_t end = entries.first_of[length + 1];
    const auto next = [&](size_t from) {
      return NextWithin(distance, entries.bits, from, end, bits);
    };
    for (size_t i = next(entries.first_of[length]); i < end; i = next(i + 1)) {
      if (compared > kMaxComparedLetters) break;
      compared += length;
      const uint32_t number = entries.by_letters[i];
      const std::string_view other = entries.Word(number);
      const int apart = from.To(other);
      if (apart < 1 || apart > distance) continue;
      const uint32_t rare = std::numeric_limits<uint32_t>::max() - entries.posts[number];
      found.emplace_back(apart, other[0] != word[0], rare, number);
      // Enough that are one letter away: others do not come into the answer.
      nearest_of_all += apart == 1;
      if (nearest_of_all >= limit) distance = 1;
    }
  }
  const size_t count = std::min(limit, found.size());
  std::partial_sort(found.begin(), found.begin() + count, found.end());
  std::vector<Entry> nearest;
  for (size_t i = 0; i < count; ++i) {
    nearest.push_back(entries.Describe(std::get<3>(found[i]), std::get<0>(found[i])));
  }
  return nearest;
}

std::vector<Vocabulary::Entry> Vocabulary::WithPrefix(std::string_view prefix, size_t limit) const {
  const Entries& entries = *entries_;
  size_t begin = entries.LowerBound(prefix);
  const size_t end = entries.EndOfPrefix(prefix, begin);
  if (begin < end && entries.Word(begin).size() == prefix.size()) ++begin;
  MostFrequent most(limit);
  for (size_t i = begin; i < end; ++i) most.Offer(entries.posts[i], i);
  std::vector<Entry> found;
  for (const auto& [posts, i] : most.Sorted()) found.push_back(entries.Describe(i));
  return found;
}

std::vector<Vocabulary::Entry> Vocabulary::WithPart(std::string_view part, size_t limit) const {
  const Entries& entries = *entries_;
  if (part.size() < 3 || part.find('\0') != std::string_view::npos) return {};
  MostFrequent most(limit);
  // Stems stand together, a third of all.
  const size_t stems = entries.LowerBound("=");
  const size_t behind_stems = entries.EndOfPrefix("=", stems);
  const char* const begin = entries.arena.data();
  const char* const first_stem = begin + entries.begins[stems];
  const char* const end = begin + entries.arena.size();
  auto word = entries.begins.begin();
  for (const char* at = begin; at < end;) {
    if (at == first_stem) at = begin + entries.begins[behind_stems];
    const char* const until = at < first_stem ? first_stem : end;
    const auto* hit = static_cast<const char*>(memmem(at, until - at, part.data(), part.size()));
    if (!hit) {
      at = until;
      continue;
    }
    // Hits come in order, and often near each other.
    size_t step = 1;
    const auto offset = static_cast<uint32_t>(hit - begin);
    while (static_cast<size_t>(entries.begins.end() - word) > step && word[step] <= offset) {
      step *= 2;
    }
    const auto last = std::min<size_t>(step + 1, entries.begins.end() - word);
    word = std::upper_bound(word + step / 2, word + last, offset) - 1;
    const size_t number = word - entries.begins.begin();
    most.Offer(entries.posts[number], number);
    at = begin + word[1];
  }
  std::vector<Entry> found;
  for (const auto& [posts, i] : most.Sorted()) found.push_back(entries.Describe(i));
  return found;
}

int ForgivenDistance(std::string_view folded_word) {
  const size_t letters = CountCharacters(folded_word);
  return letters < 4 ? 0 : letters < 8 ? 1 : 2;
}

}  // namespace forium::search
