// SPDX-License-Identifier: Apache-2.0
// What the forum tells others, each in the transaction of its change, and what it takes from auth.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "proto/forium/events/v1/events.pb.h"
#include "services/base/database/database.h"
#include "services/forum/store.h"

namespace forium::forum {

struct PostAnnouncement {
  int64_t post_id = 0;
  int64_t version = 0;
  int64_t author_id = 0;
  int64_t number = 0;
  bool visible = true;
  events::v1::PostChanged::Kind kind = events::v1::PostChanged::CREATED;
};
absl::Status AnnouncePost(database::Transaction& tx, const TopicFacts& topic,
                          const PostAnnouncement& post);
// `old_category_id`: 0 unless the topic was moved.
absl::Status AnnounceTopic(database::Transaction& tx, const TopicFacts& topic,
                           int64_t old_category_id = 0);
absl::Status AnnounceCategory(database::Transaction& tx, const v1::Category& category,
                              int64_t version, bool deleted = false);
// A bulk change; `user_id` is not 0 when only how this account is shown changed.
absl::Status AnnounceEverything(database::Transaction& tx, int64_t now, int64_t user_id = 0);

// The streams that ApplyEvent understands.
inline constexpr std::string_view kAuthStream = "auth";
// Takes over what an event says of an account. Again, or older than what is known: changes nothing.
absl::Status ApplyEvent(database::Database& database, std::string_view stream,
                        const events::v1::Event& event);

}  // namespace forium::forum
