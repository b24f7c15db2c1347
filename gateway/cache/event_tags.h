// SPDX-License-Identifier: Apache-2.0
// Which pages an event touches, as tags of the page cache: `topic:17` (a topic's pages),
// `category:3` (lists of it), `tag:linux`, `list` (lists over all categories), `user:5` (an
// account's page), `name:5` (pages with its name on them), `site` (the frame of every page).
#pragma once

#include <string>
#include <vector>

#include "proto/forium/events/v1/events.pb.h"

namespace forium::gateway {

struct TouchedTags {
  bool everything = false;
  // What the pages show is still right and lacks something only: they are aged, not dropped.
  bool added_only = false;
  std::vector<std::string> tags;
};
TouchedTags TagsOf(const events::v1::Event& event);

}  // namespace forium::gateway
