// SPDX-License-Identifier: Apache-2.0
// Column lists that several statements share, each with the function that reads them. In all of
// them $1 is the reader's level and $2 the reader's user id; tables are t topics, c categories, p
// posts, s the reader's topic_state.
#pragma once

#include <string_view>

#include "google/protobuf/timestamp.pb.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/base/database/database.h"
#include "services/forum/store.h"

// Whether the reader may know of the topic: the category's level, and its own state.
#define FORIUM_TOPIC_READABLE                     \
  " c.id = t.category_id AND c.read_level <= $1 " \
  " AND (t.state = 0 OR $1 >= 2 OR (t.state = 2 AND t.author_id = $2)) "

// Topics in lists: visible ones, and hidden ones for moderators.
#define FORIUM_TOPIC_LISTED \
  " c.id = t.category_id AND c.read_level <= $1 AND t.state <= 1 AND (t.state = 0 OR $1 >= 2) "

#define FORIUM_MY_TOPIC_STATE " LEFT JOIN topic_state s ON s.user_id = $2 AND s.topic_id = t.id "

// The number of unread posts is counted up to 999: nobody reads a larger one.
#define FORIUM_TOPIC_COLUMNS                                                                    \
  " t.id, t.title, t.slug, t.category_id, t.author_id, t.tags, t.created_at, t.last_posted_at," \
  " t.bumped_at, t.posts_count, t.likes_count + t.likes_imported,"                              \
  " t.views_count + t.views_imported, t.participants_count, t.last_post_number,"                \
  " t.last_poster_id, t.recent_poster_ids, t.closed, t.pinned_at, t.archived, t.state,"         \
  " t.state_at, t.state_by_id, t.state_reason, t.accepted_post_number, t.version,"              \
  " s.last_read_number,"                                                                        \
  " CASE WHEN s.user_id IS NULL AND t.author_id <> $2 AND t.created_at >"                       \
  "   COALESCE((SELECT v.new_since FROM user_state v WHERE v.user_id = $2),"                    \
  "            9223372036854775807) THEN 1 ELSE 0 END,"                                         \
  " CASE WHEN s.last_read_number < t.last_visible_number THEN"                                  \
  "   (SELECT COUNT(*) FROM (SELECT 1 FROM posts n WHERE n.topic_id = t.id"                     \
  "     AND n.number > s.last_read_number AND n.number <= t.last_visible_number"                \
  "     AND n.state = 0 AND n.kind < 2 LIMIT 999) AS unread) ELSE 0 END "
inline constexpr int kTopicColumns = 28;

#define FORIUM_CATEGORY_COLUMNS                                                              \
  " c.id, c.name, c.slug, c.description, c.color, c.position, c.read_level, c.create_level," \
  " c.topics_count, c.posts_count, c.last_posted_at "

#define FORIUM_TOPIC_FACTS                                                                        \
  " t.id, t.category_id, c.read_level, t.author_id, t.title, t.slug, t.tags, t.state,"            \
  " t.closed, t.archived, t.pinned_at, t.posts_count, t.participants_count, t.recent_poster_ids," \
  " t.last_visible_number, t.version, t.state_by_id, t.last_post_number "
inline constexpr int kTopicFactsColumns = 18;

#define FORIUM_POST_COLUMNS                                                             \
  " p.id, p.topic_id, p.number, p.author_id, p.reply_to, p.reply_to_author_id, p.kind," \
  " p.action, p.created_at, p.edited_at, p.revision, p.likes_count + p.likes_imported," \
  " l.user_id, p.replies_count, p.state, p.state_at, p.state_by_id, p.state_reason,"    \
  " p.accepted, p.html "
inline constexpr int kPostColumns = 20;

#define FORIUM_MY_LIKE \
  " LEFT JOIN reactions l ON l.post_id = p.id AND l.user_id = $2 AND l.kind = 'like' "

namespace forium::forum {

void SetTime(int64_t microseconds, google::protobuf::Timestamp* time);
int64_t Microseconds(const google::protobuf::Timestamp& time);

// Each reads from column `at` on.
void ReadTopic(const database::Row& row, int at, v1::Topic* topic);
void ReadCategory(const database::Row& row, int at, v1::Category* category);
void ReadTopicFacts(const database::Row& row, int at, TopicFacts* facts);
void ReadPost(const database::Row& row, int at, v1::Post* post);

}  // namespace forium::forum
