// SPDX-License-Identifier: Apache-2.0
// Gathers candidates: posts that fit a plan and that the caller may read, by tiers, each tier and
// all the work bounded. The segment is asked first, then FTS5 for what came since. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "services/search/index/index.h"
#include "services/search/queries/budget.h"
#include "services/search/queries/plan.h"
#include "services/search/queries/sealed.h"
#include "services/search/queries/store.h"
#include "services/search/segment/facts.h"
#include "services/search/segment/segment.h"

namespace forium::search {

struct FoundPost {
  int64_t id = 0, author_id = 0, created_at = 0;
  int64_t number = 0, likes = 0, length = 0;
  bool accepted = false;
  std::optional<TextPlace> text = {};  // in the segment; else in the table
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

class Gathering {
 public:
  // All outlive this. Of a large community fewer rows are looked at.
  Gathering(const Snapshot& index, SearchStore& store, const Plan& plan, const Bounds& bounds);

  // `enough`: with fewer topics words may be missing.
  absl::Status ByRelevance(size_t enough);
  // By id, newest or oldest first.
  absl::Status ByTime(bool oldest_first);
  // Titles of first posts only.
  absl::Status Titles(int limit);
  absl::Status Add(const Wanted& wanted, Among among, int limit);

  Found& found() { return found_; }

 private:
  enum class Order { kNewest, kOldest };
  absl::Status Add(const Wanted& wanted, Among among, int limit, Order order);
  absl::Status AddAll(const Wanted& wanted, int limit);
  absl::Status Relax(size_t enough);

  // A post that FTS5 found, with the texts that its row looks at.
  struct Loose {
    CandidateRow row;
    RowHits hits;
    std::string title, slug, tags, language;
  };
  // What came since the segment was made, at most `limit`, in their order.
  absl::StatusOr<std::vector<Loose>> FindLoose(const Wanted& wanted, Among among, int limit,
                                               Order order);
  void KeepLoose(Loose& loose);
  // Whether it was kept: the caller may read it, and it is within the bounds.
  absl::StatusOr<bool> AddSealed(const RowHits& hits);
  absl::StatusOr<bool> MayRead(const TopicFacts& topic);
  bool WithinBounds(const PostFacts& post, const TopicFacts& topic) const;
  void Keep(const CandidateRow& row, const RowHits& hits, const std::optional<TextPlace>& text);

  const Snapshot& index_;
  SearchStore& store_;
  const Segment& segment_;
  const Plan& plan_;
  const Bounds bounds_;
  const int candidates_;
  const Budget budget_;
  SealedPosts sealed_;
  Facts facts_;
  // Whether the caller may read a category, as far as it was asked.
  absl::flat_hash_map<int64_t, bool> categories_;
  Found found_;
  std::optional<bool> has_unsealed_;
  int64_t greatest_id_ = -1;
  absl::flat_hash_map<int64_t, size_t> topics_;
  // Topic and post among the found ones, by id of the post.
  absl::flat_hash_map<int64_t, std::pair<size_t, size_t>> posts_;
};

}  // namespace forium::search
