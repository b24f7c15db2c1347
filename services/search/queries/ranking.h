// SPDX-License-Identifier: Apache-2.0
// Puts what was found in order. README.md explains it, weights.h has its numbers. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/search/queries/gathering.h"
#include "services/search/queries/plan.h"

namespace forium::search {

// A topic with its best post; points into what was found.
struct Ranked {
  const FoundTopic* topic = nullptr;
  const FoundPost* post = nullptr;
  // Greater is better; a whole number, so that pages continue exactly.
  int64_t score = 0;
  // Of the topic, or of the post where posts are listed: decides between equals.
  int64_t key = 0;
  int more_posts = 0;
};

struct RankingOptions {
  v1::Order order = v1::RELEVANCE;
  // Each post by itself: search within a topic.
  bool by_post = false;
  // From which age is counted, microseconds.
  int64_t newest_at = 0;
  // The query's words as a title would have them, folded: see TitleKey.
  std::string title_key = {};
};

std::vector<Ranked> Rank(const Plan& plan, const Found& found, const RankingOptions& options,
                         Words& words);
// Adds the authors' standing, from 0 to 1, to the first ones, and puts these in order again.
void AddStanding(const absl::flat_hash_map<int64_t, float>& standing, size_t count,
                 std::vector<Ranked>& ranked);
// Likes a post, as a share of a very good one.
float StandingOf(int64_t posts, int64_t likes);

// Folded, with one space between words and nothing else between them.
std::string TitleKey(std::string_view text, Words& words);

}  // namespace forium::search
