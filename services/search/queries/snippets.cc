// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/snippets.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "absl/strings/ascii.h"
#include "services/search/queries/query_text.h"

namespace forium::search {
namespace {

// Of a long text the start is looked at: enough for a post of 5,000 words.
constexpr size_t kLookedAt = 32'768;
// Behind this nothing more is looked for where the rarest word was found before.
constexpr size_t kReadAnyway = 8'192;
// What is divided into words: the snippet, and what it is chosen from.
constexpr size_t kPart = 1'200;
// So many hits are looked at, and so much behind the first place where all words stand.
constexpr size_t kMostHits = 400;
constexpr size_t kBehindAll = 2 * kPart;
// Characters among which the words of a snippet stand.
constexpr size_t kTogether = kSnippetCharacters * 3 / 4;
// How far a cut goes for a space.
constexpr size_t kForASpace = 24;
constexpr std::string_view kEllipsis = "…";

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// At most so many bytes, up to the end of a character.
std::string_view Start(std::string_view text, size_t length) {
  if (length >= text.size()) return text;
  while (length > 0 && IsContinuation(text[length])) --length;
  return text.substr(0, length);
}

// Bytes of a text that are shown as they are; each space becomes one.
constexpr bool IsPlain(char c) {
  return c > ' ' ||
         (static_cast<unsigned char>(c) >= 0x80 && c != '\xC2' && c != '\xE2' && c != '\xE3');
}

bool IsSeparator(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x80 && !absl::ascii_isalnum(byte);
}

bool HasWord(std::string_view text) { return !std::all_of(text.begin(), text.end(), IsSeparator); }

bool IsSpace(char c) { return static_cast<unsigned char>(c) <= ' '; }

// Whether it is this in any case of ASCII's letters; `lower` has none that are great.
bool EqualLower(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return absl::ascii_tolower(static_cast<unsigned char>(a)) == b;
         });
}

// Of the text between two bytes; eight at a time, since what is counted may be long.
size_t Characters(std::string_view text, size_t begin, size_t end) {
  constexpr uint64_t kLowest = 0x0101010101010101u;
  size_t continuations = 0;
  size_t at = begin;
  for (; at + 8 <= end; at += 8) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    continuations += ((bytes >> 7) & (~bytes >> 6) & kLowest) * kLowest >> 56;
  }
  for (; at < end; ++at) continuations += IsContinuation(text[at]) ? 1 : 0;
  return end - begin - continuations;
}

// The byte that is `count` characters behind, or before, `at`.
size_t Forward(std::string_view text, size_t at, size_t count) {
  while (at < text.size() && count > 0) {
    ++at;
    while (at < text.size() && IsContinuation(text[at])) ++at;
    --count;
  }
  return at;
}

size_t Back(std::string_view text, size_t at, size_t count) {
  while (at > 0 && count > 0) {
    --at;
    while (at > 0 && IsContinuation(text[at])) --at;
    --count;
  }
  return at;
}

// The nearest start of a word from `at` on, before `limit`; `at` when there is none.
size_t WordStart(std::string_view text, size_t at, size_t limit) {
  if (at == 0) return 0;
  for (size_t i = at; i < std::min(limit, at + kForASpace); ++i) {
    if (SpaceBytes(text.substr(i - 1)) == 1 && SpaceBytes(text.substr(i)) == 0) return i;
  }
  return at;
}

// The nearest end of a word up to `at`, behind `least`.
size_t WordEnd(std::string_view text, size_t at, size_t least) {
  if (at >= text.size()) return text.size();
  for (size_t i = at; i > least && i + kForASpace > at; --i) {
    if (SpaceBytes(text.substr(i)) == 1) return i;
  }
  return at;
}

// `text` with one space for each row of spaces.
void AppendShown(std::string_view text, std::string* shown) {
  const size_t start = shown->size();
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && IsPlain(text[end])) ++end;
    shown->append(text.substr(at, end - at));
    at = end;
    if (at == text.size()) return;
    const size_t space = SpaceBytes(text.substr(at));
    if (space == 0) {
      shown->push_back(text[at++]);
      continue;
    }
    at += space;
    if (shown->size() == start || shown->back() != ' ') shown->push_back(' ');
  }
}

void AddPiece(std::string_view text, bool hit, Snippets::Pieces* pieces) {
  if (text.empty()) return;
  if (pieces->size() > 0 && pieces->rbegin()->hit() == hit) {
    AppendShown(text, pieces->rbegin()->mutable_text());
    return;
  }
  v1::Piece* const piece = pieces->Add();
  AppendShown(text, piece->mutable_text());
  piece->set_hit(hit);
}

}  // namespace

Snippets::Snippets(const Plan& plan, Words& words) : plan_(plan), words_(words) {
  for (size_t i = 0; i < plan.terms.size(); ++i) {
    const int term = static_cast<int>(i);
    if (plan.terms[i].rarity > plan.terms[rarest_].rarity) rarest_ = i;
    for (const PlannedForm& form : plan.terms[i].forms) {
      AddBeginning(form.tokens, term);
      for (size_t place = 0; place < form.tokens.size(); ++place) {
        const std::string& token = form.tokens[place];
        starts_.Add(token);
        places_[absl::string_view(token)].push_back(
            {term, place, form.tokens.size(), rows_.size()});
      }
      if (form.tokens.size() > 1) rows_.emplace_back();
    }
  }
}

void Snippets::AddBeginning(const std::vector<std::string>& tokens, int term) {
  std::string_view letters = tokens.front();
  const bool stem = letters.starts_with('=');
  if (stem || letters.starts_with('.')) letters.remove_prefix(1);
  // A stem's last vowel may be another one in the word: happi, happy.
  if (stem && letters.size() > 3 && letters.ends_with('i')) letters.remove_suffix(1);
  if (letters.empty()) return;
  // Characters of scripts without spaces are found by the first ones alone.
  const bool followed = tokens.size() > 1 && static_cast<unsigned char>(letters[0]) < 0x80;
  const Beginning beginning = {letters, followed ? tokens[1] : std::string_view(), term};
  std::vector<Beginning>& same = beginnings_[static_cast<unsigned char>(letters[0])];
  if (std::find(same.begin(), same.end(), beginning) == same.end()) same.push_back(beginning);
}

bool Snippets::Stands(const Beginning& beginning, std::string_view text, size_t at) {
  if (!EqualLower(text.substr(at, beginning.letters.size()), beginning.letters)) return false;
  if (beginning.next.empty()) return true;
  at += beginning.letters.size();
  while (at < text.size() && IsSeparator(text[at])) ++at;
  return EqualLower(text.substr(at, beginning.next.size()), beginning.next);
}

// A token of what begins at this byte and this position.
void Snippets::NoteToken(const Token& token, size_t begin, int position, std::vector<Hit>& hits) {
  const auto found = places_.find(absl::string_view(token.text.data(), token.text.size()));
  if (found == places_.end()) return;
  position += token.position;
  for (const Place& place : found->second) {
    if (place.length == 1) {
      hits.push_back({begin + token.begin, begin + token.end, place.term});
      continue;
    }
    Row& row = rows_[place.row];
    const bool goes_on = place.index > 0 && row.next == place.index && row.position + 1 == position;
    if (place.index > 0 && !goes_on) continue;
    if (place.index == 0) row.begin = begin + token.begin;
    row.next = place.index + 1;
    row.position = position;
    if (row.next == place.length) hits.push_back({row.begin, begin + token.end, place.term});
  }
}

// Only what stands between two spaces and may have a hit is divided into words.
std::vector<Snippets::Hit> Snippets::Find(std::string_view text, Language language) {
  std::fill(rows_.begin(), rows_.end(), Row());
  std::vector<Hit> hits;
  int position = 0;
  size_t end = 0;
  for (size_t at = starts_.Next(text, 0); at < text.size(); at = starts_.Next(text, end)) {
    size_t begin = at;
    while (begin > end && !IsSpace(text[begin - 1])) --begin;
    // Places in a row count for forms of several tokens alone.
    if (!rows_.empty() && HasWord(text.substr(end, begin - end))) ++position;
    end = at + 1;
    while (end < text.size() && !IsSpace(text[end])) ++end;
    int last = -1;
    words_.Split(text.substr(begin, end - begin), language, [&](const Token& token) {
      last = token.position;
      NoteToken(token, begin, position, hits);
    });
    position += last + 1;
  }
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  return hits;
}

// The hit from which on the rarest words stand within a snippet's length.
size_t Snippets::BestStart(std::string_view text, const std::vector<Hit>& hits) const {
  // Looking at each of thousands adds nothing.
  const size_t count = std::min(hits.size(), kMostHits);
  // Characters before each.
  std::vector<size_t> before(count);
  for (size_t i = 0, at = 0, characters = 0; i < count; at = hits[i++].begin) {
    characters += Characters(text, at, hits[i].begin);
    before[i] = characters;
  }
  size_t best = 0;
  float best_worth = -1;
  for (size_t i = 0; i < count; ++i) {
    uint32_t seen = 0;
    float worth = 0;
    for (size_t j = i; j < count && before[j] < before[i] + kTogether; ++j) {
      const uint32_t bit = 1u << hits[j].term;
      const float rarity = plan_.terms[static_cast<size_t>(hits[j].term)].rarity;
      worth += (seen & bit) == 0 ? rarity : rarity * 0.05f;
      seen |= bit;
    }
    if (worth > best_worth) {
      best_worth = worth;
      best = i;
    }
  }
  return best;
}

// Where words stand that begin like those of the plan, up to a little behind the first place that
// has all of them together: dividing a long text into words takes a hundred times as long.
std::vector<Snippets::Hit> Snippets::Guess(std::string_view text) const {
  const auto terms = static_cast<std::ptrdiff_t>(plan_.terms.size());
  std::vector<Hit> hits;
  // Of each term: behind its last place; 0 at first.
  std::array<size_t, kMaxTerms> last = {};
  for (size_t at = starts_.Next(text, 0); at < text.size(); at = starts_.Next(text, at + 1)) {
    const char first = absl::ascii_tolower(static_cast<unsigned char>(text[at]));
    for (const Beginning& beginning : beginnings_[static_cast<unsigned char>(first)]) {
      if (!Stands(beginning, text, at)) continue;
      hits.push_back({at, at + beginning.letters.size(), beginning.term});
      last[static_cast<size_t>(beginning.term)] = at + 1;
      const size_t first_of_last = *std::min_element(last.begin(), last.begin() + terms);
      if (first_of_last > 0 && at - first_of_last < kTogether) {
        text = Start(text, at + kBehindAll);
      }
    }
    if (hits.size() >= kMostHits || (at > kReadAnyway && last[rarest_] > 0)) break;
  }
  return hits;
}

// The part of a long text in which the words stand that a snippet will show.
std::string_view Snippets::Part(std::string_view text) const {
  if (text.size() <= kPart) return text;
  text = Start(text, kLookedAt);
  const std::vector<Hit> hits = Guess(text);
  if (hits.empty()) return Start(text, kPart);
  const size_t place = hits[BestStart(text, hits)].begin;
  const size_t begin = WordStart(text, Back(text, place - std::min(place, kPart / 3), 1), place);
  return Start(text.substr(begin), kPart);
}

void Snippets::Cut(std::string_view all, Language language, Pieces* pieces) {
  const std::string_view text = Part(all);
  const bool behind_start = text.data() > all.data();
  const bool before_end = text.data() + text.size() < all.data() + all.size();
  const std::vector<Hit> hits = Find(text, language);
  size_t begin = 0;
  size_t end = Forward(text, 0, kSnippetCharacters);
  if (!hits.empty()) {
    const Hit& first = hits[BestStart(text, hits)];
    if (first.end > end || end < text.size()) {
      const size_t before = Back(text, first.begin, kSnippetCharacters / 5);
      begin = WordStart(text, before, first.begin);
      end = Forward(text, begin, kSnippetCharacters);
      end = std::max(WordEnd(text, end, first.end), std::min(first.end, text.size()));
    }
  } else {
    end = WordEnd(text, end, 0);
  }
  if (begin > 0 || behind_start) AddPiece(kEllipsis, false, pieces);
  size_t at = begin;
  for (const Hit& hit : hits) {
    if (hit.begin < at || hit.end > end) continue;
    AddPiece(text.substr(at, hit.begin - at), false, pieces);
    AddPiece(text.substr(hit.begin, hit.end - hit.begin), true, pieces);
    at = hit.end;
  }
  AddPiece(text.substr(at, end - at), false, pieces);
  if (end < text.size() || before_end) AddPiece(kEllipsis, false, pieces);
}

void Snippets::Mark(std::string_view text, Language language, Pieces* pieces) {
  size_t at = 0;
  for (const Hit& hit : Find(text, language)) {
    if (hit.begin < at) continue;
    AddPiece(text.substr(at, hit.begin - at), false, pieces);
    AddPiece(text.substr(hit.begin, hit.end - hit.begin), true, pieces);
    at = hit.end;
  }
  AddPiece(text.substr(at), false, pieces);
}

}  // namespace forium::search
