// SPDX-License-Identifier: Apache-2.0
// Reads a topic from the JSON that the forum made of it, as far as structured data and previews
// tell of it: a page has it as JSON, and protobuf's own reader takes longer than all else of a
// page together. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/topics.pb.h"

namespace forium::gateway {

// Title, author, times, counts, category, authors; the posts with only the beginnings of their
// texts. Errors: Internal, if it is not the JSON of a topic.
absl::StatusOr<forum::v1::Topic> ReadTopic(std::string_view json);

// `json` with only the beginning of each `"html":"…"`, cut between characters and outside of tags.
std::string WithShortTexts(std::string_view json);

}  // namespace forium::gateway
