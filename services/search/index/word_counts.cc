// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/word_counts.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace forium::search {
namespace {

constexpr size_t kFirstSlots = 1024;

static_assert(kMaxTokenBytes <= UINT8_MAX);

size_t HashOf(std::string_view word) {
  return absl::Hash<absl::string_view>()(absl::string_view(word.data(), word.size()));
}

}  // namespace

void WordCounts::Count(std::string_view word) {
  Entry& entry = EntryOf(word);
  if (entry.counted == serial_) return;
  entry.counted = serial_;
  entry.posts += sign_;
}

WordCounts::Entry& WordCounts::EntryOf(std::string_view word) {
  if (2 * entries_.size() >= slots_.size()) Grow();
  const size_t mask = slots_.size() - 1;
  size_t at = HashOf(word) & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    Entry& entry = entries_[slots_[at] - 1];
    if (TextOf(entry) == word) return entry;
  }
  entries_.push_back({.text = static_cast<uint32_t>(texts_.size()),
                      .size = static_cast<uint8_t>(word.size()),
                      .posts = 0,
                      .counted = 0});
  texts_ += word;
  slots_[at] = static_cast<uint32_t>(entries_.size());
  return entries_.back();
}

void WordCounts::Grow() {
  slots_.assign(std::max(kFirstSlots, 2 * slots_.size()), 0);
  const size_t mask = slots_.size() - 1;
  for (size_t i = 0; i < entries_.size(); ++i) {
    size_t at = HashOf(TextOf(entries_[i])) & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = static_cast<uint32_t>(i + 1);
  }
}

std::vector<WordDelta> WordCounts::Sorted() const {
  std::vector<WordDelta> deltas;
  deltas.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    if (entry.posts != 0) deltas.push_back({TextOf(entry), entry.posts});
  }
  std::sort(deltas.begin(), deltas.end(),
            [](const WordDelta& a, const WordDelta& b) { return a.word < b.word; });
  return deltas;
}

void WordCounts::Clear() {
  slots_ = {};
  entries_ = {};
  texts_ = {};
  serial_ = 0;
}

}  // namespace forium::search
