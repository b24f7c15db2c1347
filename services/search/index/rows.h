// SPDX-License-Identifier: Apache-2.0
// Rows of an index as the feed knows them, and the columns of its words that follow from them.
// Plain values.
#pragma once

#include <cstdint>
#include <string>

#include "proto/forium/forum/v1/documents.pb.h"
#include "services/search/words/language.h"

namespace forium::search {

struct TopicRow {
  int64_t id = 0, category_id = 0, author_id = 0;
  std::string title, slug, tags, language;
  int64_t created_at = 0, bumped_at = 0, posts_count = 0, accepted_post_number = 0;
  bool closed = false, visible = false;
  bool operator==(const TopicRow&) const = default;
};

struct PostRow {
  int64_t id = 0, topic_id = 0, number = 0, author_id = 0, created_at = 0, likes_count = 0;
  bool accepted = false, has_code = false;
  int64_t length = 0;
  // Its words stand in the segment; else in the full-text tables.
  bool sealed = false;
  std::string text;
};

// What was put into `openings` or `replies` for a post, and has to be given again to take it out.
struct WordsRow {
  bool opening = false;
  std::string title, body, marks;
  bool operator==(const WordsRow&) const = default;
};

// `before`: as the topic is known, its language stays; id 0: not known.
TopicRow RowOf(const forum::v1::TopicDocument& document, const TopicRow& before,
               Language otherwise);
PostRow RowOf(const forum::v1::PostDocument& document);
WordsRow WordsOf(const TopicRow& topic, const PostRow& post);
// Those of the post, as the column has them.
std::string MarksOf(const TopicRow& topic, const PostRow& post);
// Whether the words of the topic's posts differ.
bool SameWords(const TopicRow& a, const TopicRow& b);

}  // namespace forium::search
