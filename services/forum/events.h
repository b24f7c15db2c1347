// SPDX-License-Identifier: Apache-2.0
// What the forum tells others, each in the transaction of its change, and what it takes from auth.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

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
// A bulk change; `what` narrows it down (events.proto).
absl::Status AnnounceEverything(database::Transaction& tx, int64_t now,
                                events::v1::EverythingChanged what = {});
// One of many topics: past this many, everything.
inline constexpr size_t kMaxAnnouncedTopics = 10'000;
events::v1::EverythingChanged OnlyTopics(const std::vector<int64_t>& topic_ids);

// The streams that ApplyEvent understands.
inline constexpr std::string_view kAuthStream = "auth";
// Takes over what an event says of an account. Again, or older than what is known: changes nothing.
absl::Status ApplyEvent(database::Database& database, std::string_view stream,
                        const events::v1::Event& event);

}  // namespace forium::forum
