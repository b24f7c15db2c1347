// SPDX-License-Identifier: Apache-2.0
// Posts of which a segment is made, and what it has to answer then.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/search/segment/segment.h"
#include "services/search/segment/segment_builder.h"

namespace forium::search {

// A post: its id, its list, and its tokens with their places; a mark has none.
struct WrittenPost {
  int64_t id = 0;
  SegmentList list = SegmentList::kReplies;
  std::map<std::string, Places> tokens = {};
};

absl::Status WriteSegment(const std::vector<WrittenPost>& posts, const std::string& path,
                          size_t memory = 48 << 20);

// Posts with words as texts have them: few that are everywhere, many that are rare.
std::vector<WrittenPost> RandomPosts(int count, int words, std::mt19937& random);

// What differs from what the posts say; empty when nothing does.
std::string DifferenceOf(const Segment& segment, const std::vector<WrittenPost>& posts);

// Asks everything of a file that may hold anything: nothing may go wrong but with a DataLoss.
// Whether each answer was one.
bool ReadEverything(const std::string& path, const std::vector<WrittenPost>& posts);

std::string FileBytes(const std::string& path);
void WriteFileBytes(const std::string& path, std::string_view bytes);

}  // namespace forium::search
