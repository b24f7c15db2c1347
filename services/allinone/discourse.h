// SPDX-License-Identifier: Apache-2.0
// What Discourse's public JSON says, as import messages. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "proto/forium/forum/v1/forum.pb.h"

namespace forium::allinone {

inline constexpr std::string_view kDiscourse = "discourse";

// A topic with the people in it. Posts name their author by `author.id` = the id at the source (0:
// unknown) until the importer puts ours in.
struct DiscourseTopic {
  forum::v1::ImportedTopic topic;
  std::vector<auth::v1::StagedUser> authors;
};

// One line: what `/t/{id}.json?include_raw=1` answers. Errors: InvalidArgument that says what is
// wrong.
absl::StatusOr<DiscourseTopic> ParseDiscourseTopic(std::string_view json);

// What `/categories.json` answers; subcategories included.
absl::StatusOr<std::vector<forum::v1::ImportedCategory>> ParseDiscourseCategories(
    std::string_view json);

}  // namespace forium::allinone
