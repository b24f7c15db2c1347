// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/gathered_tokens.h"

#include <algorithm>
#include <utility>

#include "services/search/segment/block.h"
#include "services/search/segment/layout.h"
#include "services/search/segment/varint.h"

namespace forium::search {
namespace {

constexpr uint32_t kNone = UINT32_MAX;
// Of the table for a token: a slot, three quarters full.
constexpr size_t kSlotBytes = 32;
// Up to here a std::string has no memory of its own.
constexpr size_t kInside = 15;

// The first eight bytes as a number that grows as they do.
uint64_t Prefix(const std::string& token) {
  unsigned char bytes[8] = {};
  std::copy_n(token.data(), std::min<size_t>(token.size(), 8), bytes);
  return __builtin_bswap64(LoadFixed<uint64_t>(reinterpret_cast<const char*>(bytes)));
}

}  // namespace

void GatheredTokens::Add(std::string_view token, Column column, int position) {
  token = token.substr(0, kMostTokenBytes);
  auto [found, added] = by_token_.try_emplace(token);
  if (added) {
    GatheredToken& made = tokens_.emplace_back();
    made.token = token;
    // The same characters, but they stay.
    const_cast<std::string_view&>(found->first) = made.token;
    found->second = &made;
    bytes_ += sizeof(GatheredToken) + kSlotBytes + (token.size() > kInside ? token.size() + 1 : 0);
  }
  GatheredToken& entry = *found->second;
  if (entry.post != post_) {
    entry.post = post_;
    entry.first = entry.last = kNone;
    touched_.push_back(&entry);
  }
  if (column == Column::kMarks) return;
  const auto at = static_cast<uint32_t>(occurrences_.size());
  occurrences_.push_back({static_cast<uint32_t>(std::max(position, 0)), kNone, column});
  if (entry.first == kNone) {
    entry.first = at;
  } else {
    occurrences_[entry.last].next = at;
  }
  entry.last = at;
}

size_t GatheredTokens::AppendPlaces(const GatheredToken& token, Column column) {
  size_t count = 0;
  uint32_t before = 0;
  for (uint32_t i = token.first; i != kNone && count < static_cast<size_t>(kMostPlaces);
       i = occurrences_[i].next) {
    const Occurrence& occurrence = occurrences_[i];
    if (occurrence.column != column || (count > 0 && occurrence.position <= before)) continue;
    AppendVarint(occurrence.position - before, places_);
    before = occurrence.position;
    ++count;
  }
  return count;
}

void GatheredTokens::EndToken(GatheredToken& token, uint32_t number) {
  places_.clear();
  const size_t titles = AppendPlaces(token, Column::kTitle);
  const size_t bodies = AppendPlaces(token, Column::kBody);
  const int flags = (titles > 0 ? kInTitle : 0) | (bodies > 0 ? kInBody : 0);

  const size_t before = token.posts.capacity();
  AppendVarint(uint64_t{number - token.next} << 2 | static_cast<uint64_t>(flags), token.posts);
  token.next = number + 1;
  if (flags == (kInTitle | kInBody)) {
    scratch_.clear();
    AppendVarint(titles, scratch_);
    places_.insert(0, scratch_);
  }
  if (flags != 0) {
    AppendVarint(places_.size(), token.posts);
    token.posts += places_;
  }
  if (token.posts.capacity() != before) {
    bytes_ += token.posts.capacity() - (before > kInside ? before : 0);
  }
}

void GatheredTokens::EndPost(uint32_t number) {
  for (GatheredToken* token : touched_) EndToken(*token, number);
  touched_.clear();
  occurrences_.clear();
  ++post_;
}

std::vector<const GatheredToken*> GatheredTokens::Sorted() const {
  std::vector<std::pair<uint64_t, const GatheredToken*>> order;
  order.reserve(tokens_.size());
  for (const GatheredToken& token : tokens_) order.emplace_back(Prefix(token.token), &token);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second->token < b.second->token;
  });
  std::vector<const GatheredToken*> sorted;
  sorted.reserve(order.size());
  for (const auto& [prefix, token] : order) sorted.push_back(token);
  return sorted;
}

void GatheredTokens::Clear() {
  by_token_.clear();
  tokens_.clear();
  bytes_ = 0;
}

}  // namespace forium::search
