// SPDX-License-Identifier: Apache-2.0
// Gathers candidates: posts that fit a plan and that the caller may read, by tiers, the newest
// first, each tier and all the work bounded. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "services/search/queries/plan.h"
#include "services/search/queries/store.h"

namespace forium::search {

struct FoundPost {
  int64_t id = 0, author_id = 0, created_at = 0;
  int64_t number = 0, likes = 0, length = 0;
  bool accepted = false;
  RowHits hits;
};

struct FoundTopic {
  int64_t id = 0, category_id = 0;
  std::string title, slug, tags;
  bool solved = false, closed = false;
  int64_t posts_count = 0, bumped_at = 0;
  Language language = Language::kNone;
  std::vector<FoundPost> posts = {};
};

struct Found {
  std::vector<FoundTopic> topics;
  // Some fit only a part of the words.
  bool relaxed = false;
  // There may be more.
  bool bound = false;
};

// The processor's time that a query has used on this thread.
class Budget {
 public:
  Budget();
  ~Budget();
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;
  bool Over() const;

 private:
  int64_t end_;
};

class Gathering {
 public:
  // `posts`: of the community; of a large one fewer rows are looked at.
  Gathering(SearchStore& store, const Bounds& bounds, int64_t posts);

  // `enough`: with fewer topics words may be missing.
  absl::Status ByRelevance(const Plan& plan, size_t enough);
  // By id, newest or oldest first.
  absl::Status ByTime(const Plan& plan, bool oldest_first);
  // Titles of first posts only.
  absl::Status Titles(const Plan& plan, int limit);
  absl::Status Add(const Expression& expression, Among among, int limit, bool oldest_first = false);

  Found& found() { return found_; }

 private:
  absl::Status AddAll(const Plan& plan, const Expression& expression, int limit);
  absl::Status Relax(const Plan& plan, size_t enough);
  void Keep(const CandidateRow& row);

  SearchStore& store_;
  const Bounds bounds_;
  const int candidates_;
  const Budget budget_;
  Found found_;
  int64_t greatest_id_ = -1;
  absl::flat_hash_map<int64_t, size_t> topics_;
  // Topic and post among the found ones, by id of the post.
  absl::flat_hash_map<int64_t, std::pair<size_t, size_t>> posts_;
};

}  // namespace forium::search
