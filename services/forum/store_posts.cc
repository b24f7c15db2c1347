// SPDX-License-Identifier: Apache-2.0
// Statements on posts.
#include <algorithm>

#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/plain_text.h"
#include "services/forum/store.h"
#include "services/forum/store_rows.h"

namespace forium::forum {

using database::Row;
using database::Statement;

// Whether the reader may see the topic was asked before, in the same transaction.
constexpr Statement kListPosts{
    "posts_list", "SELECT" FORIUM_POST_COLUMNS "FROM posts p" FORIUM_MY_LIKE
                  "WHERE p.topic_id = $1 AND p.number >= $3 ORDER BY p.number LIMIT $4"};

absl::Status Store::ListPosts(const Reader& reader, int64_t topic_id, int64_t from, int limit,
                              google::protobuf::RepeatedPtrField<v1::Post>* posts) {
  return tx_.Query(
      kListPosts, [&](const Row& row) { ReadPost(row, 0, posts->Add()); }, topic_id, reader.user_id,
      from, limit);
}

constexpr Statement kListPostsBefore{"posts_list_before",
                                     "SELECT" FORIUM_POST_COLUMNS "FROM posts p" FORIUM_MY_LIKE
                                     "WHERE p.topic_id = $1 AND p.number < $3 "
                                     "ORDER BY p.number DESC LIMIT $4"};

absl::Status Store::ListPostsBefore(const Reader& reader, int64_t topic_id, int64_t before,
                                    int limit,
                                    google::protobuf::RepeatedPtrField<v1::Post>* posts) {
  RETURN_IF_ERROR(tx_.Query(
      kListPostsBefore, [&](const Row& row) { ReadPost(row, 0, posts->Add()); }, topic_id,
      reader.user_id, before, limit));
  std::reverse(posts->pointer_begin(), posts->pointer_end());
  return absl::OkStatus();
}

constexpr Statement kFindPost{
    "post_find", "SELECT" FORIUM_TOPIC_FACTS "," FORIUM_POST_COLUMNS
                 ", p.raw, p.version, p.edited_by_id, p.edit_reason "
                 "FROM posts p CROSS JOIN topics t CROSS JOIN categories c" FORIUM_MY_LIKE
                 "WHERE p.id = $3 AND t.id = p.topic_id AND" FORIUM_TOPIC_READABLE};

absl::StatusOr<PostRow> Store::FindPost(const Reader& reader, int64_t id) {
  PostRow result;
  RETURN_IF_ERROR(tx_.Query(
      kFindPost,
      [&](const Row& row) {
        ReadTopicFacts(row, 0, &result.topic);
        ReadPost(row, kTopicFactsColumns, &result.post);
        const int at = kTopicFactsColumns + kPostColumns;
        result.post.set_raw(std::string(row.Text(at)));
        result.version = row.Int(at + 1);
        result.edited_by_id = row.Int(at + 2);
        result.edit_reason = row.Text(at + 3);
      },
      reader.level, reader.user_id, id));
  if (result.post.id() == 0) {
    return status::NotFound("This post does not exist, or is not open to you.");
  }
  result.post.set_topic_slug(result.topic.slug);
  return result;
}

constexpr Statement kFindReplyContext{
    "post_reply_context",
    "SELECT" FORIUM_TOPIC_FACTS
    ", r.author_id, CASE WHEN r.id IS NOT NULL AND r.state = 0 AND r.kind < 2 THEN 1 ELSE 0 END,"
    " s.posts_count, u.version "
    "FROM topics t CROSS JOIN categories c "
    "LEFT JOIN posts r ON r.topic_id = t.id AND r.number = $4" FORIUM_MY_TOPIC_STATE
    "LEFT JOIN users u ON u.id = $2 "
    "WHERE t.id = $3 AND" FORIUM_TOPIC_READABLE};

absl::StatusOr<ReplyContext> Store::FindReplyContext(const Reader& reader, int64_t topic_id,
                                                     int64_t reply_to) {
  ReplyContext context;
  RETURN_IF_ERROR(tx_.Query(
      kFindReplyContext,
      [&](const Row& row) {
        ReadTopicFacts(row, 0, &context.topic);
        const int at = kTopicFactsColumns;
        context.reply_author_id = row.Int(at);
        context.reply_found = row.Int(at + 1) != 0;
        context.my_posts = row.Int(at + 2);
        context.my_user_version = row.IsNull(at + 3) ? -1 : row.Int(at + 3);
      },
      reader.level, reader.user_id, topic_id, reply_to));
  if (context.topic.id == 0) {
    return status::NotFound("This topic does not exist, or is not open to you.");
  }
  return context;
}

constexpr Statement kInsertPost{"post_insert", R"(
INSERT INTO posts (
  id, topic_id, number, author_id, reply_to, reply_to_author_id, kind, action, raw, html, render_version, created_at,
  edited_at, likes_imported, accepted, state, replies_count)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17))"};

absl::Status Store::InsertPost(const NewPost& post) {
  return tx_
      .Execute(kInsertPost, post.id, post.topic_id, post.number, post.author_id, post.reply_to,
               post.reply_to_author_id, post.kind, post.action, post.raw, post.html,
               post.render_version, post.created_at, post.edited_at, post.likes_imported,
               post.accepted, post.state, post.replies_count)
      .status();
}

constexpr Statement kAddReply{"post_add_reply", R"(
UPDATE posts SET replies_count = replies_count + $3 WHERE topic_id = $1 AND number = $2)"};

absl::Status Store::AddReply(int64_t topic_id, int64_t number, int64_t replies) {
  return tx_.Execute(kAddReply, topic_id, number, replies).status();
}

constexpr Statement kUpdatePostText{"post_update_text", R"(
UPDATE posts SET raw = $2, html = $3, render_version = $4, edited_at = $5, edited_by_id = $6, edit_reason = $7,
  revision = revision + 1, version = version + 1
WHERE id = $1)"};

absl::Status Store::UpdatePostText(int64_t id, std::string_view raw, std::string_view html,
                                   int64_t render_version, int64_t edited_at, int64_t edited_by_id,
                                   std::string_view reason) {
  return tx_
      .Execute(kUpdatePostText, id, raw, html, render_version, edited_at, edited_by_id, reason)
      .status();
}

constexpr Statement kSetPostState{"post_set_state", R"(
UPDATE posts SET state = $2, state_at = $3, state_by_id = $4, state_reason = $5, version = version + 1
WHERE id = $1)"};

absl::Status Store::SetPostState(int64_t id, const StateChange& change) {
  return tx_.Execute(kSetPostState, id, change.state, change.at, change.by_id, change.reason)
      .status();
}

// One post a topic solves it: the mark leaves the others.
constexpr Statement kSetAccepted{"post_set_accepted", R"(
UPDATE posts SET accepted = CASE WHEN id = $2 THEN $3 ELSE 0 END, version = version + 1
WHERE topic_id = $1 AND (id = $2 OR accepted = 1)
RETURNING id, number, author_id, version, state)"};

absl::StatusOr<std::vector<MarkedPost>> Store::SetAccepted(int64_t topic_id, int64_t post_id,
                                                           bool accepted) {
  std::vector<MarkedPost> marked;
  RETURN_IF_ERROR(tx_.Query(
      kSetAccepted,
      [&](const Row& row) {
        marked.push_back({.id = row.Int(0),
                          .number = row.Int(1),
                          .author_id = row.Int(2),
                          .version = row.Int(3),
                          .visible = row.Int(4) == v1::VISIBLE});
      },
      topic_id, post_id, accepted));
  return marked;
}

#define FORIUM_USER_POSTS(tables, who)                                                             \
  "SELECT" FORIUM_POST_COLUMNS ", t.title, t.category_id, t.slug FROM " tables                     \
  " CROSS JOIN categories c" FORIUM_MY_LIKE "WHERE " who                                           \
  " AND p.state = 0 AND p.kind < 2 AND c.id = t.category_id AND c.read_level <= $1 AND t.state = " \
  "0 "

constexpr Statement kListUserPosts{
    "user_posts",
    FORIUM_USER_POSTS(
        "posts p CROSS JOIN topics t",
        "p.author_id = $3 AND t.id = p.topic_id") "AND p.id < $4 ORDER BY p.id DESC LIMIT $5"};
constexpr Statement kListUserTopics{
    "user_topics", FORIUM_USER_POSTS("topics t CROSS JOIN posts p",
                                     "t.author_id = $3 AND p.topic_id = t.id AND p.number = "
                                     "1") "AND t.id < $4 ORDER BY t.id DESC LIMIT $5"};

absl::Status Store::ListUserPosts(const Reader& reader, int64_t user_id, bool topics_only,
                                  int64_t before_id, int limit,
                                  v1::ListUserPostsResponse* response) {
  return tx_.Query(
      topics_only ? kListUserTopics : kListUserPosts,
      [&](const Row& row) {
        v1::UserPost* entry = response->add_posts();
        ReadPost(row, 0, entry->mutable_post());
        entry->set_topic_title(std::string(row.Text(kPostColumns)));
        entry->set_category_id(row.Int(kPostColumns + 1));
        entry->mutable_post()->set_topic_slug(std::string(row.Text(kPostColumns + 2)));
        entry->set_excerpt(Excerpt(entry->post().html()));
        entry->mutable_post()->clear_html();
      },
      reader.level, reader.user_id, user_id, before_id, limit);
}

}  // namespace forium::forum
