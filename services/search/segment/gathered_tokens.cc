// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/gathered_tokens.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "services/search/segment/block.h"
#include "services/search/segment/layout.h"
#include "services/search/segment/varint.h"

namespace forium::search {
namespace {

constexpr uint32_t kNone = UINT32_MAX;
constexpr size_t kLeastSlots = 1024;
// Up to here a std::string has no memory of its own; what it takes beside its bytes when it has.
constexpr size_t kInside = 15;
constexpr size_t kHeapBytes = 17;

// The first eight bytes as a number that grows as they do.
uint64_t Prefix(const std::string& token) {
  unsigned char bytes[8] = {};
  std::copy_n(token.data(), std::min<size_t>(token.size(), 8), bytes);
  return __builtin_bswap64(LoadFixed<uint64_t>(reinterpret_cast<const char*>(bytes)));
}

}  // namespace

void GatheredTokens::Add(std::string_view token, Column column, int position) {
  token = token.substr(0, kMostTokenBytes);
  const auto hash = static_cast<uint32_t>(absl::Hash<std::string_view>()(token));
  __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  occurrences_.push_back({.hash = hash,
                          .text = static_cast<uint32_t>(text_.size()),
                          .position = static_cast<uint32_t>(std::max(position, 0)),
                          .next = kNone,
                          .size = static_cast<uint8_t>(token.size()),
                          .column = column});
  text_ += token;
}

GatheredToken& GatheredTokens::FindOrMake(std::string_view token, uint32_t hash) {
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  for (; slots_[at].token != 0; at = (at + 1) & mask) {
    if (slots_[at].hash != hash) continue;
    GatheredToken& found = TokenAt(slots_[at].token - 1);
    if (found.token == token) return found;
  }
  if (count_ % kChunk == 0) chunks_.push_back(std::make_unique<GatheredToken[]>(kChunk));
  GatheredToken& made = TokenAt(count_++);
  made.token = token;
  slots_[at] = {.hash = hash, .token = count_};
  bytes_ += sizeof(GatheredToken) + (token.size() > kInside ? token.size() + kHeapBytes : 0);
  if (size_t{count_} * 2 > slots_.size()) Grow();
  return made;
}

void GatheredTokens::Grow() {
  std::vector<Slot> before(slots_.size() * 2);
  before.swap(slots_);
  bytes_ += before.size() * sizeof(Slot);
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : before) {
    if (slot.token == 0) continue;
    size_t at = slot.hash & mask;
    while (slots_[at].token != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

void GatheredTokens::Link(GatheredToken& token, uint32_t occurrence) {
  if (token.post != post_) {
    token.post = post_;
    token.first = occurrence;
    touched_.push_back(&token);
  } else {
    occurrences_[token.last].next = occurrence;
  }
  token.last = occurrence;
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
    bytes_ += token.posts.capacity() - (before > kInside ? before : 0) +
              (before > kInside ? 0 : kHeapBytes);
  }
}

void GatheredTokens::EndPost(uint32_t number) {
  for (const Occurrence& occurrence : occurrences_) {
    const Slot& slot = slots_[occurrence.hash & (slots_.size() - 1)];
    if (slot.token == 0) continue;
    const GatheredToken& token = TokenAt(slot.token - 1);
    __builtin_prefetch(&token);
    __builtin_prefetch(&token.posts);
  }
  for (uint32_t i = 0; i < occurrences_.size(); ++i) {
    const Occurrence& occurrence = occurrences_[i];
    const std::string_view text = std::string_view(text_).substr(occurrence.text, occurrence.size);
    Link(FindOrMake(text, occurrence.hash), i);
  }
  for (const GatheredToken* token : touched_) {
    __builtin_prefetch(token->posts.data() + token->posts.size());
  }
  for (GatheredToken* token : touched_) EndToken(*token, number);
  touched_.clear();
  occurrences_.clear();
  text_.clear();
  ++post_;
}

std::vector<const GatheredToken*> GatheredTokens::Sorted() const {
  std::vector<std::pair<uint64_t, const GatheredToken*>> order;
  order.reserve(count_);
  for (uint32_t i = 0; i < count_; ++i) {
    order.emplace_back(Prefix(TokenAt(i).token), &TokenAt(i));
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second->token < b.second->token;
  });
  std::vector<const GatheredToken*> sorted;
  sorted.reserve(order.size());
  for (const auto& [prefix, token] : order) sorted.push_back(token);
  return sorted;
}

void GatheredTokens::Clear() {
  chunks_.clear();
  count_ = 0;
  std::vector<Slot>(kLeastSlots).swap(slots_);
  bytes_ = 0;
}

}  // namespace forium::search
