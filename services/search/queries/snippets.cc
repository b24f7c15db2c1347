// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/snippets.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "services/search/queries/query_text.h"

namespace forium::search {
namespace {

// Of a long text the start is looked at: enough for a post of 5,000 words.
constexpr size_t kLookedAt = 32'768;
// What is divided into words: the snippet, and what it is chosen from.
constexpr size_t kPart = 1'200;
// Of each beginning of a word.
constexpr int kOccurrences = 12;
constexpr size_t kBeginning = 5;
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

// Of a word or a stem, as it stands in a text: a few letters.
std::string BeginningOf(std::string_view token) {
  if (token.starts_with('=')) token.remove_prefix(1);
  return std::string(Start(token, kBeginning));
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

void AddPiece(std::string_view text, bool hit, Snippets::Pieces* pieces) {
  std::string shown;
  for (size_t at = 0; at < text.size();) {
    const size_t space = SpaceBytes(text.substr(at));
    if (space == 0) {
      shown.push_back(text[at++]);
      continue;
    }
    at += space;
    if (shown.empty() || shown.back() != ' ') shown.push_back(' ');
  }
  if (shown.empty()) return;
  if (pieces->size() > 0 && pieces->rbegin()->hit() == hit) {
    pieces->rbegin()->mutable_text()->append(shown);
    return;
  }
  v1::Piece* const piece = pieces->Add();
  piece->set_text(std::move(shown));
  piece->set_hit(hit);
}

}  // namespace

Snippets::Snippets(const Plan& plan, Words& words) : plan_(plan), words_(words) {
  for (size_t term = 0; term < plan.terms.size(); ++term) {
    const std::vector<PlannedForm>& forms = plan.terms[term].forms;
    for (size_t form = 0; form < forms.size(); ++form) {
      const std::vector<std::string>& tokens = forms[form].tokens;
      beginnings_.insert({BeginningOf(tokens.front()), static_cast<int>(term)});
      for (size_t i = 0; i < tokens.size(); ++i) {
        places_[tokens[i]].push_back(
            {static_cast<int>(term), static_cast<int>(form), i, tokens.size()});
      }
    }
  }
}

std::vector<Snippets::Hit> Snippets::Find(std::string_view text, Language language) {
  struct Row {
    size_t next = 0;
    size_t begin = 0;
    int position = -1;
  };
  std::map<std::pair<int, int>, Row> rows;
  std::vector<Hit> hits;
  words_.Split(text, language, [&](const Token& token) {
    const auto found = places_.find(absl::string_view(token.text.data(), token.text.size()));
    if (found == places_.end()) return;
    for (const Place& place : found->second) {
      Row& row = rows[{place.term, place.form}];
      const bool goes_on =
          place.index > 0 && row.next == place.index && row.position + 1 == token.position;
      if (place.index > 0 && !goes_on) continue;
      if (place.index == 0) row.begin = token.begin;
      row.next = place.index + 1;
      row.position = token.position;
      if (row.next == place.length) hits.push_back({row.begin, token.end, place.term});
    }
  });
  SortByPlace(hits);
  return hits;
}

void Snippets::SortByPlace(std::vector<Hit>& hits) {
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
}

// The hit from which on the rarest words stand within a snippet's length.
size_t Snippets::BestStart(std::string_view text, const std::vector<Hit>& hits) const {
  size_t best = 0;
  float best_worth = -1;
  // Looking at each of hundreds adds nothing.
  for (size_t i = 0; i < std::min<size_t>(hits.size(), 200); ++i) {
    const size_t end = Forward(text, hits[i].begin, kSnippetCharacters * 3 / 4);
    uint32_t seen = 0;
    float worth = 0;
    for (size_t j = i; j < hits.size() && hits[j].end <= end; ++j) {
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

// The part of a long text in which the words stand that a snippet will show, looked for by the
// beginnings of the words: dividing all of it into words takes a hundred times as long.
std::string_view Snippets::Part(std::string_view text) const {
  if (text.size() <= kPart) return text;
  text = Start(text, kLookedAt);
  const std::string lower = absl::AsciiStrToLower(absl::string_view(text.data(), text.size()));
  std::vector<Hit> hits;
  for (const auto& [beginning, term] : beginnings_) {
    size_t at = lower.find(beginning);
    for (int i = 0; i < kOccurrences && at != std::string::npos; ++i) {
      hits.push_back({at, at + beginning.size(), term});
      at = lower.find(beginning, at + beginning.size());
    }
  }
  if (hits.empty()) return Start(text, kPart);
  SortByPlace(hits);
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
