// SPDX-License-Identifier: Apache-2.0
// Answers of the forum as all readers of a level may get them: without what is personal to the one
// who asked, and without what he sees only since it is his. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "proto/forium/forum/v1/forum.pb.h"

namespace forium::gateway {

// A topic as GetTopic answers it.
struct ShownTopic {
  bool readable = false;  // by everybody of the level
  bool listed = false;    // in lists of the level
  int64_t category_id = 0;
  std::string topic;    // a row of ListTopics
  std::string authors;  // of those who are named in it
};
// nullopt: it is no topic.
std::optional<ShownTopic> ShowTopic(std::string_view json, int level);

struct ShownPost {
  bool readable = false;
  int likes_count = 0;
  std::string post;
};
ShownPost ShowPost(const forum::v1::Post& post, int level);

// The ids of ListCategories.
std::optional<std::set<int64_t>> CategoryIds(std::string_view json);

}  // namespace forium::gateway
