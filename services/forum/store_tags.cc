// SPDX-License-Identifier: Apache-2.0
// Statements on tags. A tag's counts are kept by the level of those who may read the topics, so
// that a tag says nothing of topics that the reader may not know.
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/store.h"

namespace forium::forum {

using database::Row;
using database::Statement;

#define FORIUM_TAG_COUNT                                                        \
  " CASE WHEN $1 >= 3 THEN g.topics_admin WHEN $1 = 2 THEN g.topics_moderator " \
  " WHEN $1 = 1 THEN g.topics_member ELSE g.topics_anonymous END "

constexpr Statement kListTags{
    "tags_list",
    "SELECT g.id, g.slug, g.topics FROM (SELECT q.id AS id, q.slug AS slug,"
    " CASE WHEN CAST($1 AS BIGINT) >= 3 THEN q.topics_admin"
    " WHEN CAST($1 AS BIGINT) = 2 THEN q.topics_moderator"
    " WHEN CAST($1 AS BIGINT) = 1 THEN q.topics_member"
    " ELSE q.topics_anonymous END AS topics FROM tags q) g "
    "WHERE g.topics > 0 AND (g.topics, g.id) < ($2, $3) "
    "AND substr(g.slug, 1, length(CAST($4 AS TEXT))) = CAST($4 AS TEXT) "
    "ORDER BY g.topics DESC, g.id DESC LIMIT $5"};

absl::Status Store::ListTags(const Reader& reader, std::string_view prefix, const PageKey& after,
                             int limit, std::vector<std::pair<int64_t, v1::Tag>>* tags) {
  return tx_.Query(
      kListTags,
      [&](const Row& row) {
        auto& [id, tag] = tags->emplace_back();
        id = row.Int(0);
        tag.set_slug(std::string(row.Text(1)));
        tag.set_topics_count(static_cast<int32_t>(row.Int(2)));
      },
      reader.level, after.first, after.second, prefix, limit);
}

constexpr Statement kTagExists{"tag_exists",
                               "SELECT 1 FROM tags g WHERE g.slug = $2 AND" FORIUM_TAG_COUNT "> 0"};

absl::StatusOr<bool> Store::TagExists(const Reader& reader, std::string_view slug) {
  bool exists = false;
  RETURN_IF_ERROR(tx_.Query(
      kTagExists, [&](const Row&) { exists = true; }, reader.level, slug));
  return exists;
}

constexpr Statement kFindTag{"tag_find", "SELECT id FROM tags WHERE slug = $1"};

absl::StatusOr<int64_t> Store::FindTag(std::string_view slug) {
  int64_t id = 0;
  RETURN_IF_ERROR(tx_.Query(
      kFindTag, [&](const Row& row) { id = row.Int(0); }, slug));
  return id;
}

constexpr Statement kGetTag{"tag_get",
                            "SELECT g.slug," FORIUM_TAG_COUNT "FROM tags g WHERE g.id = $2"};

absl::StatusOr<v1::Tag> Store::GetTag(const Reader& reader, int64_t id) {
  v1::Tag tag;
  RETURN_IF_ERROR(tx_.Query(
      kGetTag,
      [&](const Row& row) {
        tag.set_slug(std::string(row.Text(0)));
        tag.set_topics_count(static_cast<int32_t>(row.Int(1)));
      },
      reader.level, id));
  if (tag.slug().empty()) return status::NotFound("This tag does not exist.");
  return tag;
}

constexpr Statement kInsertTag{"tag_insert", "INSERT INTO tags (id, slug) VALUES ($1, $2)"};

absl::StatusOr<std::vector<int64_t>> Store::FindOrCreateTags(
    const std::vector<std::string>& slugs) {
  std::vector<int64_t> ids;
  for (const std::string& slug : slugs) {
    ASSIGN_OR_RETURN(int64_t id, FindTag(slug));
    if (id == 0) {
      ASSIGN_OR_RETURN(id, tx_.NextId("tag"));
      RETURN_IF_ERROR(tx_.Execute(kInsertTag, id, slug).status());
    }
    ids.push_back(id);
  }
  return ids;
}

constexpr Statement kTagsOfTopic{"topic_tags_get",
                                 "SELECT tag_id FROM topic_tags WHERE topic_id = $1"};

absl::StatusOr<std::vector<int64_t>> Store::TagsOfTopic(int64_t topic_id) {
  std::vector<int64_t> ids;
  RETURN_IF_ERROR(tx_.Query(
      kTagsOfTopic, [&](const Row& row) { ids.push_back(row.Int(0)); }, topic_id));
  return ids;
}

constexpr Statement kAddTopicTags{"topic_tags_add", R"(
INSERT INTO topic_tags (topic_id, tag_id, bumped_at) SELECT CAST($1 AS BIGINT), id, CAST($2 AS BIGINT) FROM tags WHERE id IN_LIST($3))"};

absl::Status Store::AddTopicTags(int64_t topic_id, const std::vector<int64_t>& tag_ids,
                                 int64_t bumped_at) {
  if (tag_ids.empty()) return absl::OkStatus();
  return tx_.Execute(kAddTopicTags, topic_id, bumped_at, tag_ids).status();
}

constexpr Statement kRemoveTopicTags{
    "topic_tags_remove", "DELETE FROM topic_tags WHERE topic_id = $1 AND tag_id IN_LIST($2)"};

absl::Status Store::RemoveTopicTags(int64_t topic_id, const std::vector<int64_t>& tag_ids) {
  if (tag_ids.empty()) return absl::OkStatus();
  return tx_.Execute(kRemoveTopicTags, topic_id, tag_ids).status();
}

constexpr Statement kCountTags{"tags_count", R"(
UPDATE tags SET
  topics_anonymous = topics_anonymous + CASE WHEN $2 <= 0 THEN CAST($3 AS BIGINT) ELSE 0 END,
  topics_member = topics_member + CASE WHEN $2 <= 1 THEN CAST($3 AS BIGINT) ELSE 0 END,
  topics_moderator = topics_moderator + CASE WHEN $2 <= 2 THEN CAST($3 AS BIGINT) ELSE 0 END,
  topics_admin = topics_admin + CAST($3 AS BIGINT)
WHERE id IN_LIST($1))"};

absl::Status Store::CountTags(const std::vector<int64_t>& tag_ids, int64_t read_level,
                              int64_t topics) {
  if (tag_ids.empty() || topics == 0) return absl::OkStatus();
  return tx_.Execute(kCountTags, tag_ids, read_level, topics).status();
}

constexpr Statement kBumpTopicTags{"topic_tags_bump",
                                   "UPDATE topic_tags SET bumped_at = $2 WHERE topic_id = $1"};

absl::Status Store::BumpTopicTags(int64_t topic_id, int64_t bumped_at) {
  return tx_.Execute(kBumpTopicTags, topic_id, bumped_at).status();
}

constexpr Statement kRenameTag{"tag_rename", "UPDATE tags SET slug = $2 WHERE id = $1"};

absl::Status Store::RenameTag(int64_t id, std::string_view slug) {
  return tx_.Execute(kRenameTag, id, slug).status();
}

constexpr Statement kMoveTagged{"tag_merge_topics", R"(
INSERT INTO topic_tags (topic_id, tag_id, bumped_at)
SELECT topic_id, CAST($2 AS BIGINT), bumped_at FROM topic_tags WHERE tag_id = $1
ON CONFLICT (topic_id, tag_id) DO NOTHING)"};

absl::Status Store::MergeTag(int64_t from_id, int64_t into_id) {
  RETURN_IF_ERROR(tx_.Execute(kMoveTagged, from_id, into_id).status());
  return DeleteTag(from_id);
}

constexpr Statement kDeleteTagged{"tag_delete_topics", "DELETE FROM topic_tags WHERE tag_id = $1"};
constexpr Statement kDeleteTag{"tag_delete", "DELETE FROM tags WHERE id = $1"};

absl::Status Store::DeleteTag(int64_t id) {
  RETURN_IF_ERROR(tx_.Execute(kDeleteTagged, id).status());
  return tx_.Execute(kDeleteTag, id).status();
}

constexpr Statement kTopicsOfTag{"tag_topics", "SELECT topic_id FROM topic_tags WHERE tag_id = $1"};

absl::StatusOr<std::vector<int64_t>> Store::TopicsOfTag(int64_t id) {
  std::vector<int64_t> ids;
  RETURN_IF_ERROR(tx_.Query(
      kTopicsOfTag, [&](const Row& row) { ids.push_back(row.Int(0)); }, id));
  return ids;
}

constexpr Statement kTagTexts{"topic_tag_texts", R"(
SELECT t.id, g.slug FROM topics t
LEFT JOIN topic_tags x ON x.topic_id = t.id
LEFT JOIN tags g ON g.id = x.tag_id
WHERE t.id IN_LIST($1) ORDER BY t.id, g.slug)"};

absl::Status Store::RewriteTagText(const std::vector<int64_t>& topic_ids, int64_t now) {
  std::map<int64_t, std::string> texts;
  RETURN_IF_ERROR(tx_.Query(
      kTagTexts,
      [&](const Row& row) {
        std::string& text = texts[row.Int(0)];
        if (row.IsNull(1)) return;
        if (!text.empty()) text += ',';
        text += row.Text(1);
      },
      topic_ids));
  for (const auto& [id, text] : texts) {
    RETURN_IF_ERROR(SetTopicTagText(id, text));
    RETURN_IF_ERROR(SetTopicChanged(id, now));
  }
  return absl::OkStatus();
}

#define FORIUM_COUNT_TAGGED(level)                                        \
  "(SELECT COUNT(*) FROM topic_tags x JOIN topics t ON t.id = x.topic_id" \
  " JOIN categories c ON c.id = t.category_id"                            \
  " WHERE x.tag_id = tags.id AND t.state = 0 AND c.read_level <= " level ") "
#define FORIUM_RECOUNT_TAGS \
  "UPDATE tags SET topics_anonymous = " FORIUM_COUNT_TAGGED("0")                               \
  ", topics_member = " FORIUM_COUNT_TAGGED("1") ", topics_moderator = " FORIUM_COUNT_TAGGED("2") \
  ", topics_admin = " FORIUM_COUNT_TAGGED("3")

constexpr Statement kRecountTag{"tag_recount", FORIUM_RECOUNT_TAGS "WHERE id = $1"};

absl::Status Store::RecountTag(int64_t id) { return tx_.Execute(kRecountTag, id).status(); }

constexpr Statement kRecountTagsOfCategory{
    "tags_recount_category", FORIUM_RECOUNT_TAGS
    "WHERE id IN (SELECT y.tag_id FROM topic_tags y JOIN topics z ON z.id = y.topic_id WHERE "
    "z.category_id = $1)"};

absl::Status Store::RecountTagsOfCategory(int64_t category_id) {
  return tx_.Execute(kRecountTagsOfCategory, category_id).status();
}

}  // namespace forium::forum
