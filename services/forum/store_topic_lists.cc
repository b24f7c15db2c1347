// SPDX-License-Identifier: Apache-2.0
// Lists of topics. Each statement is written so that one index serves its order and its page begins
// with a seek; those of TOP within a period, of a tag in another order than LATEST, and UNREAD sort
// what they select, which is bounded by the period, the tag and the reader's own topics.
//
// Parameters of all: $1 level, $2 user id, ($3, $4) the key of the last row before, $5 limit; then
// the selection's own.
#include <charconv>

#include "services/base/status/macros.h"
#include "services/forum/store.h"
#include "services/forum/store_rows.h"

namespace forium::forum {
namespace {

using database::Row;
using database::Statement;

constexpr int64_t kAllCategories = 0;

// A slug is never only digits, therefore at most one of the two can match.
#define FORIUM_NAMED_CATEGORY(slug, id) \
  " (SELECT k.id FROM categories k WHERE k.slug = " slug " OR k.id = CAST(" id " AS BIGINT)) "
#define FORIUM_NAMED_TAG(slug) " (SELECT k.id FROM tags k WHERE k.slug = " slug ") "
#define FORIUM_IN_CATEGORY_IF_NAMED(slug, id)       \
  " AND ((CAST(" slug " AS TEXT) = '' AND CAST(" id \
  " AS BIGINT) = 0) OR t.category_id =" FORIUM_NAMED_CATEGORY(slug, id) ") "

#define FORIUM_LIST                                                                           \
  "SELECT" FORIUM_TOPIC_COLUMNS "FROM topics t CROSS JOIN categories c" FORIUM_MY_TOPIC_STATE \
  "WHERE" FORIUM_TOPIC_LISTED
#define FORIUM_TAG_LIST                                                                       \
  "SELECT" FORIUM_TOPIC_COLUMNS                                                               \
  "FROM topic_tags g CROSS JOIN topics t CROSS JOIN categories c" FORIUM_MY_TOPIC_STATE       \
  "WHERE g.tag_id =" FORIUM_NAMED_TAG(                                                        \
      "$6") "AND t.id = g.topic_id AND" FORIUM_TOPIC_LISTED FORIUM_IN_CATEGORY_IF_NAMED("$7", \
                                                                                        "$8")

#define FORIUM_BY_BUMPED \
  " AND (t.bumped_at, t.id) < ($3, $4) ORDER BY t.bumped_at DESC, t.id DESC LIMIT $5"
#define FORIUM_BY_CREATED \
  " AND (t.created_at, t.id) < ($3, $4) ORDER BY t.created_at DESC, t.id DESC LIMIT $5"
#define FORIUM_BY_SCORE " AND (t.score, t.id) < ($3, $4) ORDER BY t.score DESC, t.id DESC LIMIT $5"

constexpr Statement kLatest{"topics_latest", FORIUM_LIST " AND t.pinned_at = 0" FORIUM_BY_BUMPED};
constexpr Statement kLatestInCategory{
    "topics_latest_category", FORIUM_LIST
    " AND t.pinned_at = 0 AND t.category_id =" FORIUM_NAMED_CATEGORY("$6", "$7") FORIUM_BY_BUMPED};
constexpr Statement kLatestWithTag{"topics_latest_tag", FORIUM_TAG_LIST
                                   " AND (g.bumped_at, g.topic_id) < ($3, $4) ORDER BY g.bumped_at "
                                   "DESC, g.topic_id DESC LIMIT $5"};

constexpr Statement kCreated{"topics_created", FORIUM_LIST FORIUM_BY_CREATED};
constexpr Statement kCreatedInCategory{"topics_created_category", FORIUM_LIST
                                       " AND t.category_id =" FORIUM_NAMED_CATEGORY("$6", "$7")
                                           FORIUM_BY_CREATED};
constexpr Statement kCreatedWithTag{"topics_created_tag", FORIUM_TAG_LIST FORIUM_BY_CREATED};

constexpr Statement kTop{"topics_top", FORIUM_LIST FORIUM_BY_SCORE};
constexpr Statement kTopInCategory{"topics_top_category", FORIUM_LIST
                                   " AND t.category_id =" FORIUM_NAMED_CATEGORY("$6", "$7")
                                       FORIUM_BY_SCORE};
constexpr Statement kTopSince{"topics_top_since", FORIUM_LIST
                              " AND t.bumped_at > $6 AND (+t.score, +t.id) < ($3, $4)"
                              " ORDER BY +t.score DESC, +t.id DESC LIMIT $5"};
constexpr Statement kTopInCategorySince{
    "topics_top_category_since",
    FORIUM_LIST " AND t.category_id =" FORIUM_NAMED_CATEGORY("$6", "$7")
                " AND t.bumped_at > $8 AND (+t.score, +t.id) < ($3, $4)"
                " ORDER BY +t.score DESC, +t.id DESC LIMIT $5"};
constexpr Statement kTopWithTag{"topics_top_tag",
                                FORIUM_TAG_LIST " AND g.bumped_at > $9" FORIUM_BY_SCORE};

constexpr Statement kUnread{
    "topics_unread",
    "SELECT" FORIUM_TOPIC_COLUMNS
    "FROM topic_state s CROSS JOIN topics t CROSS JOIN categories c "
    "WHERE s.user_id = $2 AND t.id = s.topic_id AND t.last_visible_number > s.last_read_number "
    "AND" FORIUM_TOPIC_LISTED FORIUM_IN_CATEGORY_IF_NAMED("$6", "$7") FORIUM_BY_BUMPED};
constexpr Statement kNew{"topics_new", FORIUM_LIST
                         " AND s.user_id IS NULL AND t.author_id <> $2 AND t.created_at >"
                         " COALESCE((SELECT v.new_since FROM user_state v WHERE v.user_id = $2), "
                         "9223372036854775807)" FORIUM_IN_CATEGORY_IF_NAMED("$6", "$7")
                             FORIUM_BY_CREATED};

// The excerpt only here.
constexpr Statement kPinned{
    "topics_pinned", "SELECT" FORIUM_TOPIC_COLUMNS
                     ", t.excerpt "
                     "FROM topics t CROSS JOIN categories c" FORIUM_MY_TOPIC_STATE
                     "WHERE t.pinned_at > 0 AND" FORIUM_TOPIC_LISTED FORIUM_IN_CATEGORY_IF_NAMED(
                         "$3", "$4") " ORDER BY t.pinned_at DESC LIMIT 20"};

int64_t NumberOf(std::string_view text) {
  int64_t number = kAllCategories;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : kAllCategories;
}

}  // namespace

absl::Status Store::ListTopics(const Reader& reader, const TopicSelection& selection,
                               google::protobuf::RepeatedPtrField<v1::Topic>* topics) {
  const std::string& slug = selection.category;
  const int64_t id = NumberOf(slug);
  const auto query = [&](const Statement& statement, const auto&... own) {
    return tx_.Query(
        statement, [&](const Row& row) { ReadTopic(row, 0, topics->Add()); }, reader.level,
        reader.user_id, selection.after.first, selection.after.second, selection.limit, own...);
  };
  if (selection.filter == v1::UNREAD) return query(kUnread, slug, id);
  if (selection.filter == v1::NEW) return query(kNew, slug, id);
  if (!selection.tag.empty()) {
    switch (selection.order) {
      case v1::CREATED:
        return query(kCreatedWithTag, selection.tag, slug, id);
      case v1::TOP:
        return query(kTopWithTag, selection.tag, slug, id, selection.bumped_since);
      default:
        return query(kLatestWithTag, selection.tag, slug, id);
    }
  }
  const bool all = slug.empty();
  switch (selection.order) {
    case v1::CREATED:
      return all ? query(kCreated) : query(kCreatedInCategory, slug, id);
    case v1::TOP:
      if (selection.bumped_since > 0) {
        return all ? query(kTopSince, selection.bumped_since)
                   : query(kTopInCategorySince, slug, id, selection.bumped_since);
      }
      return all ? query(kTop) : query(kTopInCategory, slug, id);
    default:
      return all ? query(kLatest) : query(kLatestInCategory, slug, id);
  }
}

absl::Status Store::ListPinned(const Reader& reader, std::string_view category,
                               google::protobuf::RepeatedPtrField<v1::Topic>* topics) {
  return tx_.Query(
      kPinned,
      [&](const Row& row) {
        v1::Topic* topic = topics->Add();
        ReadTopic(row, 0, topic);
        topic->set_excerpt(std::string(row.Text(kTopicColumns)));
      },
      reader.level, reader.user_id, category, NumberOf(category));
}

}  // namespace forium::forum
