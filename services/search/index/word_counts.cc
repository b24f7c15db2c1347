// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/word_counts.h"

#include <algorithm>

namespace forium::search {

int64_t WordCounts::CountText(std::string_view text, Language language, int sign) {
  int64_t positions = 0;
  words_.Split(text, language, [&](const Token& token) {
    positions = token.position + 1;
    if (token.kind == Token::Kind::kGram) return;
    Entry& entry = counts_[absl::string_view(token.text.data(), token.text.size())];
    if (entry.counted == serial_) return;
    entry.counted = serial_;
    entry.posts += sign;
  });
  return positions;
}

int64_t WordCounts::Count(const TopicRow& topic, const PostRow& post, int sign) {
  ++serial_;
  const Language language = LanguageOf(topic.language);
  CountText(topic.title, language, sign);
  return CountText(post.text, language, sign);
}

std::vector<WordDelta> WordCounts::Sorted() const {
  std::vector<WordDelta> deltas;
  deltas.reserve(counts_.size());
  for (const auto& [word, entry] : counts_) {
    if (entry.posts != 0) deltas.push_back({word, entry.posts});
  }
  std::sort(deltas.begin(), deltas.end(),
            [](const WordDelta& a, const WordDelta& b) { return a.word < b.word; });
  return deltas;
}

}  // namespace forium::search
