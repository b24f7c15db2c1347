// SPDX-License-Identifier: Apache-2.0
// Statements on topics, posts and texts.
#include "services/base/status/macros.h"
#include "services/search/index/damage.h"
#include "services/search/index/store.h"

namespace forium::search {

using database::Row;
using database::Statement;

constexpr Statement kReadTopics{"search_read_topics", R"(
SELECT id, category_id, author_id, title, slug, tags, language, created_at, bumped_at, posts_count,
  accepted_post_number, closed, visible
FROM topics WHERE id IN_LIST($1))"};

absl::StatusOr<absl::flat_hash_map<int64_t, TopicRow>> IndexStore::ReadTopics(
    const std::vector<int64_t>& ids) {
  absl::flat_hash_map<int64_t, TopicRow> topics;
  RETURN_IF_ERROR(tx_.Query(
      kReadTopics,
      [&](const Row& row) {
        TopicRow& topic = topics[row.Int(0)];
        topic.id = row.Int(0);
        topic.category_id = row.Int(1);
        topic.author_id = row.Int(2);
        topic.title = row.Text(3);
        topic.slug = row.Text(4);
        topic.tags = row.Text(5);
        topic.language = row.Text(6);
        topic.created_at = row.Int(7);
        topic.bumped_at = row.Int(8);
        topic.posts_count = row.Int(9);
        topic.accepted_post_number = row.Int(10);
        topic.closed = row.Int(11) != 0;
        topic.visible = row.Int(12) != 0;
      },
      ids));
  return topics;
}

constexpr Statement kPutTopic{"search_put_topic", R"(
INSERT OR REPLACE INTO topics (id, category_id, author_id, title, slug, tags, language, created_at,
  bumped_at, posts_count, accepted_post_number, closed, visible)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13))"};

absl::Status IndexStore::PutTopic(const TopicRow& topic) {
  return tx_
      .Execute(kPutTopic, topic.id, topic.category_id, topic.author_id, topic.title, topic.slug,
               topic.tags, topic.language, topic.created_at, topic.bumped_at, topic.posts_count,
               topic.accepted_post_number, topic.closed, topic.visible)
      .status();
}

constexpr Statement kPostsOf{"search_posts_of_topic", "SELECT id FROM posts WHERE topic_id = $1"};

absl::StatusOr<std::vector<int64_t>> IndexStore::PostsOf(int64_t topic_id) {
  std::vector<int64_t> ids;
  RETURN_IF_ERROR(tx_.Query(
      kPostsOf, [&](const Row& row) { ids.push_back(row.Int(0)); }, topic_id));
  return ids;
}

// A post whose text is gone is found too, so that it shows.
constexpr Statement kReadPost{"search_read_post", R"(
SELECT p.topic_id, p.number, p.author_id, p.created_at, p.likes_count, p.accepted, p.has_code,
  p.length, p.sealed, COALESCE(t.checksum, -1), t.text
FROM posts p LEFT JOIN texts t ON t.id = p.id WHERE p.id = $1)"};

absl::StatusOr<std::optional<PostRow>> IndexStore::ReadPost(int64_t id) {
  std::optional<PostRow> post;
  absl::Status damage;
  RETURN_IF_ERROR(tx_.Query(
      kReadPost,
      [&](const Row& row) {
        const bool sealed = row.Int(8) != 0;
        absl::StatusOr<std::string> text =
            sealed ? sealed_text_(id) : VerifiedText(row.Int(9), row.Text(10));
        damage = text.status();
        if (!text.ok()) return;
        post = PostRow{.id = id,
                       .topic_id = row.Int(0),
                       .number = row.Int(1),
                       .author_id = row.Int(2),
                       .created_at = row.Int(3),
                       .likes_count = row.Int(4),
                       .accepted = row.Int(5) != 0,
                       .has_code = row.Int(6) != 0,
                       .length = row.Int(7),
                       .sealed = sealed,
                       .text = *std::move(text)};
      },
      id));
  RETURN_IF_ERROR(damage);
  return post;
}

constexpr Statement kPutPost{"search_put_post", R"(
INSERT OR REPLACE INTO posts (id, topic_id, number, author_id, created_at, likes_count, accepted,
  has_code, length, sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10))"};
constexpr Statement kAddPost{"search_add_post", R"(
INSERT INTO posts (id, topic_id, number, author_id, created_at, likes_count, accepted, has_code,
  length, sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10))"};

static absl::Status WritePost(database::Transaction& tx, const Statement& statement,
                              const PostRow& post) {
  return tx
      .Execute(statement, post.id, post.topic_id, post.number, post.author_id, post.created_at,
               post.likes_count, post.accepted, post.has_code, post.length, post.sealed)
      .status();
}

absl::Status IndexStore::PutPost(const PostRow& post) { return WritePost(tx_, kPutPost, post); }
absl::Status IndexStore::AddPost(const PostRow& post) { return WritePost(tx_, kAddPost, post); }

constexpr Statement kPutText{
    "search_put_text", "INSERT OR REPLACE INTO texts (id, checksum, text) VALUES ($1, $2, $3)"};

absl::Status IndexStore::PutText(int64_t post_id, int64_t checksum, std::string_view packed) {
  return tx_.Execute(kPutText, post_id, checksum, database::Parameter(database::Blob{packed}))
      .status();
}

constexpr Statement kDropPost{"search_drop_post", "DELETE FROM posts WHERE id = $1"};
constexpr Statement kDropText{"search_drop_text", "DELETE FROM texts WHERE id = $1"};

absl::Status IndexStore::DropPost(int64_t id) {
  RETURN_IF_ERROR(tx_.Execute(kDropPost, id).status());
  return tx_.Execute(kDropText, id).status();
}

constexpr Statement kTouchTopic{"search_touch_topic",
                                "INSERT OR IGNORE INTO touched_topics (id) VALUES ($1)"};
constexpr Statement kTouchPost{"search_touch_post",
                               "INSERT OR IGNORE INTO touched_posts (id) VALUES ($1)"};

absl::Status IndexStore::TouchTopic(int64_t id) { return tx_.Execute(kTouchTopic, id).status(); }
absl::Status IndexStore::TouchPost(int64_t id) { return tx_.Execute(kTouchPost, id).status(); }

constexpr Statement kReadTouchedTopics{"search_read_touched_topics",
                                       "SELECT id FROM touched_topics"};
constexpr Statement kReadTouchedPosts{"search_read_touched_posts",
                                      "SELECT id FROM touched_posts UNION SELECT id FROM unsealed"};

absl::Status IndexStore::ReadTouched(Touched& touched) {
  RETURN_IF_ERROR(
      tx_.Query(kReadTouchedTopics, [&](const Row& row) { touched.AddTopic(row.Int(0)); }));
  return tx_.Query(kReadTouchedPosts, [&](const Row& row) { touched.AddPost(row.Int(0)); });
}

}  // namespace forium::search
