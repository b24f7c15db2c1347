// SPDX-License-Identifier: Apache-2.0
// What several changes of topics have in common; each within the transaction of its caller.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/caller.h"
#include "services/forum/store.h"

namespace forium::forum {

// The topic as RPCs that change it answer it: without posts, with authors, category and what the
// caller may do.
absl::StatusOr<v1::Topic> ShownTopic(Store& store, const Reader& reader, int64_t topic_id);

// Leaves a line in the topic that says what was done, with a text of the one who did it.
absl::Status AddSmallAction(Store& store, const Caller& caller, int64_t topic_id,
                            std::string_view action, std::string_view text = {});

// Brings the topic into a state, with the counters of its category and tags.
absl::Status ChangeTopicState(Store& store, const Caller& caller, const TopicFacts& topic,
                              v1::State state, std::string_view reason);

// Announces the topic as it is after the change.
absl::Status AnnounceChanged(Store& store, int64_t topic_id, int64_t old_category_id = 0);

std::string JoinTags(const std::vector<std::string>& slugs);

}  // namespace forium::forum
