// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/sealing.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "services/base/status/macros.h"
#include "services/search/index/marks.h"

namespace forium::search {

namespace {

using Column = SegmentBuilder::Column;

PostFacts FactsOf(const PostRow& post, int64_t length) {
  return {.id = post.id,
          .author_id = post.author_id,
          .created_at = post.created_at,
          .number = post.number,
          .likes = post.likes_count,
          .length = length,
          .accepted = post.accepted};
}

TopicFacts FactsOf(const TopicRow& topic) {
  return {.id = topic.id,
          .category_id = topic.category_id,
          .posts_count = topic.posts_count,
          .bumped_at = topic.bumped_at,
          .solved = topic.accepted_post_number > 0,
          .closed = topic.closed,
          .visible = topic.visible,
          .title = topic.title,
          .slug = topic.slug,
          .tags = topic.tags,
          .language = topic.language};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Sealing>> Sealing::Begin(const std::string& path) {
  std::unique_ptr<Sealing> sealing(new Sealing);
  ASSIGN_OR_RETURN(sealing->builder_, SegmentBuilder::Create(path));
  return sealing;
}

absl::StatusOr<int64_t> Sealing::Add(const TopicRow& topic, const PostRow& post) {
  const Language language = LanguageOf(topic.language);
  int64_t positions = 0;
  const auto add = [&](const Token& token, Column column) {
    if (token.text.empty()) return;
    counts_.Add(token);
    builder_->Add(token.text, column, token.position);
  };
  counts_.Begin(1);
  builder_->Begin(post.id, post.number == 1 ? SegmentList::kOpenings : SegmentList::kReplies);
  words_.Split(topic.title, language, [&](const Token& token) { add(token, Column::kTitle); });
  words_.Split(post.text, language, [&](const Token& token) {
    positions = token.position + 1;
    add(token, Column::kBody);
  });
  const std::string marks = MarksOf(topic, post);
  for (std::string_view rest = marks; !rest.empty();) {
    const size_t space = std::min(rest.find(' '), rest.size());
    builder_->Add(rest.substr(0, space), Column::kMarks, 0);
    rest.remove_prefix(std::min(space + 1, rest.size()));
  }
  RETURN_IF_ERROR(builder_->End(FactsOf(post, positions), FactsOf(topic), post.text));
  ++posts_;
  return positions;
}

}  // namespace forium::search
