// SPDX-License-Identifier: Apache-2.0
// Who sees and may do what with topics and posts whose category they may read. Pure functions.
#pragma once

#include "absl/status/status.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/caller.h"
#include "services/forum/store.h"

namespace forium::forum {

// Moderators read everything; members what is visible, and what they deleted themselves.
bool MayReadText(const Reader& reader, const v1::Post& post);

// Takes out what the reader may not see and fills can_edit and can_delete. Expects author_id as
// stored.
void ShowPost(const Reader& reader, const TopicFacts& topic, v1::Post* post);
void ShowTopic(const Reader& reader, v1::Topic* topic);

v1::Allowed AllowedIn(const Reader& reader, const TopicFacts& topic);

// Errors: TOPIC_CLOSED, WRONG_STATE.
absl::Status CheckMayReply(const Reader& reader, const TopicFacts& topic);
// Errors: PERMISSION_DENIED, TOPIC_CLOSED, WRONG_STATE.
absl::Status CheckMayEdit(const Reader& reader, const PostRow& row);

// The part of a topic that rules need.
TopicFacts FactsOf(const v1::Topic& topic);

absl::Status WrongState(std::string_view message);

}  // namespace forium::forum
