// SPDX-License-Identifier: Apache-2.0
// Statements on documents: everything, whoever may read it.
#include <array>
#include <utility>

#include "services/base/status/macros.h"
#include "services/forum/searchable_text.h"
#include "services/forum/store.h"
#include "services/forum/store_rows.h"
#include "services/forum/text.h"

namespace forium::forum {

using database::Row;
using database::Statement;

// The end is where the sequence is, also when all that was in the log is old and gone.
constexpr Statement kLogExtent{"log_extent", R"(
SELECT COALESCE((SELECT MIN(sequence) FROM outbox), 0),
  COALESCE((SELECT next - 1 FROM sequences WHERE kind = 'outbox'), 0))"};

absl::StatusOr<LogExtent> Store::GetLogExtent() {
  LogExtent log;
  RETURN_IF_ERROR(tx_.Query(kLogExtent, [&](const Row& row) {
    log.last = row.Int(1);
    log.first = row.Int(0) > 0 ? row.Int(0) : log.last + 1;
  }));
  return log;
}

// As the counters have it, which saves the reading of all posts.
constexpr Statement kCountShownPosts{
    "documents_posts_count", "SELECT CAST(COALESCE(SUM(posts_count), 0) AS BIGINT) FROM topics"};

absl::StatusOr<int64_t> Store::CountShownPosts() {
  int64_t posts = 0;
  RETURN_IF_ERROR(tx_.Query(kCountShownPosts, [&](const Row& row) { posts = row.Int(0); }));
  return posts;
}

// ---- Categories and users -----------------------------------------------------------------------

namespace {

void ReadCategoryDocument(const Row& row, v1::CategoryDocument* category) {
  category->set_id(row.Int(0));
  category->set_slug(std::string(row.Text(1)));
  category->set_name(std::string(row.Text(2)));
  category->set_read_role(static_cast<type::v1::Role>(row.Int(3)));
}

void ReadUserDocument(const Row& row, v1::UserDocument* user) {
  user->set_id(row.Int(0));
  if (row.Int(4) != 0) {
    user->set_erased(true);
    return;
  }
  user->set_username(std::string(row.Text(1)));
  user->set_display_name(std::string(row.Text(2)));
  user->set_role(static_cast<type::v1::Role>(row.Int(3)));
}

}  // namespace

constexpr Statement kListCategoryDocuments{
    "documents_categories", "SELECT id, slug, name, read_level FROM categories ORDER BY id"};

absl::Status Store::ListCategoryDocuments(Documents<v1::CategoryDocument>* categories) {
  return tx_.Query(kListCategoryDocuments,
                   [&](const Row& row) { ReadCategoryDocument(row, categories->Add()); });
}

constexpr Statement kGetCategoryDocuments{
    "documents_categories_by_id",
    "SELECT id, slug, name, read_level FROM categories WHERE id IN_LIST($1)"};

absl::Status Store::GetCategoryDocuments(const std::vector<int64_t>& ids,
                                         Documents<v1::CategoryDocument>* categories) {
  return tx_.Query(
      kGetCategoryDocuments, [&](const Row& row) { ReadCategoryDocument(row, categories->Add()); },
      ids);
}

constexpr Statement kListUserDocuments{"documents_users", R"(
SELECT id, username, display_name, role, erased FROM users WHERE erased = 0 ORDER BY id)"};

absl::Status Store::ListUserDocuments(Documents<v1::UserDocument>* users) {
  return tx_.Query(kListUserDocuments,
                   [&](const Row& row) { ReadUserDocument(row, users->Add()); });
}

constexpr Statement kGetUserDocuments{"documents_users_by_id", R"(
SELECT id, username, display_name, role, erased FROM users WHERE id IN_LIST($1))"};

absl::Status Store::GetUserDocuments(const std::vector<int64_t>& ids,
                                     Documents<v1::UserDocument>* users) {
  return tx_.Query(
      kGetUserDocuments, [&](const Row& row) { ReadUserDocument(row, users->Add()); }, ids);
}

// ---- Topics and posts ---------------------------------------------------------------------------

constexpr Statement kGetTopicDocuments{"documents_topics", R"(
SELECT id, category_id, author_id, title, slug, tags, created_at, bumped_at, posts_count, accepted_post_number, closed,
  archived, state, excerpt
FROM topics WHERE id IN_LIST($1))"};

absl::Status Store::GetTopicDocuments(const std::vector<int64_t>& ids,
                                      Documents<v1::TopicDocument>* topics) {
  return tx_.Query(
      kGetTopicDocuments,
      [&](const Row& row) {
        v1::TopicDocument* topic = topics->Add();
        topic->set_id(row.Int(0));
        topic->set_category_id(row.Int(1));
        topic->set_author_id(row.Int(2));
        topic->set_title(std::string(row.Text(3)));
        topic->set_slug(std::string(row.Text(4)));
        Split(row.Text(5), ',', [&](std::string_view tag) { topic->add_tags(std::string(tag)); });
        SetTime(row.Int(6), topic->mutable_created_at());
        SetTime(row.Int(7), topic->mutable_bumped_at());
        topic->set_posts_count(static_cast<int32_t>(row.Int(8)));
        topic->set_accepted_post_number(static_cast<int32_t>(row.Int(9)));
        topic->set_closed(row.Int(10) != 0 || row.Int(11) != 0);
        topic->set_visible(row.Int(12) == v1::VISIBLE);
        topic->set_excerpt(std::string(row.Text(13)));
      },
      ids);
}

// The text stands last, so that what need not be read is not.
#define FORIUM_POST_DOCUMENT                                         \
  "SELECT id, topic_id, state, kind, number, author_id, created_at," \
  " likes_count + likes_imported, accepted, html FROM posts "

namespace {

void ReadPostDocument(const Row& row, v1::PostDocument* post) {
  post->set_id(row.Int(0));
  post->set_topic_id(row.Int(1));
  if (row.Int(2) != v1::VISIBLE || row.Int(3) == v1::Post::SMALL_ACTION) return;
  post->set_visible(true);
  post->set_number(static_cast<int32_t>(row.Int(4)));
  post->set_author_id(row.Int(5));
  SetTime(row.Int(6), post->mutable_created_at());
  post->set_likes_count(static_cast<int32_t>(row.Int(7)));
  post->set_accepted(row.Int(8) != 0);
  SearchableText searchable = SearchableTextOf(row.Text(9));
  post->set_has_code(searchable.has_code);
  post->set_text(std::move(searchable.text));
}

}  // namespace

constexpr Statement kListPostDocuments{
    "documents_posts",
    FORIUM_POST_DOCUMENT "WHERE id > $1 AND state = 0 AND kind < 2 ORDER BY id LIMIT $2"};

absl::StatusOr<bool> Store::ListPostDocuments(int64_t after, int limit, int64_t max_bytes,
                                              Documents<v1::PostDocument>* posts) {
  int64_t bytes = 0;
  const std::array<database::Parameter, 2> parameters{after, int64_t{limit}};
  const absl::Status status = tx_.QueryRows(kListPostDocuments, parameters, [&](const Row& row) {
    if (bytes > max_bytes) return absl::CancelledError();  // enough
    v1::PostDocument* post = posts->Add();
    ReadPostDocument(row, post);
    bytes += static_cast<int64_t>(post->text().size());
    return absl::OkStatus();
  });
  if (absl::IsCancelled(status)) return true;
  RETURN_IF_ERROR(status);
  return posts->size() == limit;
}

constexpr Statement kGetPostDocuments{"documents_posts_by_id",
                                      FORIUM_POST_DOCUMENT "WHERE id IN_LIST($1)"};

absl::Status Store::GetPostDocuments(const std::vector<int64_t>& ids,
                                     Documents<v1::PostDocument>* posts) {
  return tx_.Query(
      kGetPostDocuments, [&](const Row& row) { ReadPostDocument(row, posts->Add()); }, ids);
}

constexpr Statement kGetPostDocumentsOfTopics{
    "documents_posts_of_topics",
    FORIUM_POST_DOCUMENT "WHERE topic_id IN_LIST($1) AND state = 0 AND kind < 2 ORDER BY id"};

absl::Status Store::GetPostDocumentsOfTopics(const std::vector<int64_t>& topic_ids,
                                             Documents<v1::PostDocument>* posts) {
  return tx_.Query(
      kGetPostDocumentsOfTopics, [&](const Row& row) { ReadPostDocument(row, posts->Add()); },
      topic_ids);
}

}  // namespace forium::forum
