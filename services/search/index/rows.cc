// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/rows.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/search/index/marks.h"
#include "services/search/words/tokenizer.h"

namespace forium::search {
namespace {

int64_t Micros(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1'000'000 + time.nanos() / 1000;
}

}  // namespace

TopicRow RowOf(const forum::v1::TopicDocument& document, const TopicRow& before,
               Language otherwise) {
  // What is hidden may come without anything else: its posts need not be split anew for that.
  if (!document.visible() && document.title().empty()) {
    TopicRow row = before;
    row.id = document.id();
    row.visible = false;
    return row;
  }
  TopicRow row;
  row.id = document.id();
  row.category_id = document.category_id();
  row.author_id = document.author_id();
  row.title = document.title();
  row.slug = document.slug();
  row.tags = absl::StrJoin(document.tags(), ",");
  row.created_at = Micros(document.created_at());
  row.bumped_at = Micros(document.bumped_at());
  row.posts_count = document.posts_count();
  row.accepted_post_number = document.accepted_post_number();
  row.closed = document.closed();
  row.visible = document.visible();
  row.language = before.title.empty()
                     ? std::string(TagOf(Detect(
                           absl::StrCat(document.title(), " ", document.excerpt()), otherwise)))
                     : before.language;
  return row;
}

PostRow RowOf(const forum::v1::PostDocument& document) {
  PostRow row;
  row.id = document.id();
  row.topic_id = document.topic_id();
  row.number = document.number();
  row.author_id = document.author_id();
  row.created_at = Micros(document.created_at());
  row.likes_count = document.likes_count();
  row.accepted = document.accepted();
  row.has_code = document.has_code();
  row.text = document.text();
  return row;
}

WordsRow WordsOf(const TopicRow& topic, const PostRow& post) {
  const Language language = LanguageOf(topic.language);
  return {.opening = post.number == 1,
          .title = InLanguage(language, topic.title),
          .body = InLanguage(language, post.text),
          .marks = MarksOf(topic, post)};
}

std::string MarksOf(const TopicRow& topic, const PostRow& post) {
  return MarksOf({.category_id = topic.category_id,
                  .topic_id = topic.id,
                  .author_id = post.author_id,
                  .tags = topic.tags,
                  .created_at = post.created_at,
                  .first = post.number == 1,
                  .has_code = post.has_code});
}

bool SameWords(const TopicRow& a, const TopicRow& b) {
  return a.category_id == b.category_id && a.title == b.title && a.tags == b.tags &&
         a.language == b.language;
}

}  // namespace forium::search
