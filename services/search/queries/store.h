// SPDX-License-Identifier: Apache-2.0
// Everything that queries ask of an index's file: one object serves one read transaction of one
// caller, whose level stands in every statement that tells of posts or topics. Each statement
// stands above its method in store_<noun>.cc. Not thread-safe.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/base/database/database.h"
#include "services/search/queries/hits.h"
#include "services/search/segment/segment.h"

namespace forium::search {

// What a row must be besides being matched.
struct Bounds {
  int64_t after = std::numeric_limits<int64_t>::min();  // microseconds, inclusive
  int64_t before = std::numeric_limits<int64_t>::max();
  // 0: either; 1: only such; 2: only others.
  int solved = 0;
  int closed = 0;
};

// Titles, as those of the posts that begin topics; these posts; all others.
enum class Among { kTitles, kOpenings, kReplies };

struct CandidateQuery {
  Among among = Among::kOpenings;
  std::string_view match;
  std::string_view hits;  // HitPlan::bytes
  int64_t least_id = 0;
  int64_t greatest_id = std::numeric_limits<int64_t>::max();
  bool oldest_first = false;
  int limit = 0;
};

// Views are valid during the call.
struct CandidateRow {
  int64_t post_id = 0, topic_id = 0, author_id = 0, created_at = 0;
  int64_t number = 0, likes = 0, length = 0;
  bool accepted = false;
  int64_t category_id = 0;
  bool solved = false, closed = false;
  int64_t posts_count = 0, bumped_at = 0;
  std::string_view title, slug, tags, language;
  std::string_view hits = {};  // of what FTS5 found
};

struct Category {
  int64_t id = 0;
  std::string slug, name;
};

struct User {
  int64_t id = 0;
  std::string username, display_name;
  int64_t role = 0, posts = 0, likes = 0;
};

struct ReadableTopic {
  int64_t id = 0, category_id = 0;
  std::string title, slug, tags;
};

struct MemberQuery {
  std::string_view folded;
  int64_t after_posts = std::numeric_limits<int64_t>::max();
  int64_t after_id = 0;
  int limit = 0;
};

class SearchStore {
 public:
  SearchStore(database::Transaction& tx, int64_t level) : tx_(tx), level_(level) {}

  absl::Status Candidates(const CandidateQuery& query, const Bounds& bounds,
                          absl::FunctionRef<void(const CandidateRow&)> each);
  // A post that the segment has; nothing when the caller may not read it, when it is out of bounds,
  // or when what the segment has of it is void.
  absl::Status SealedCandidate(int64_t post_id, const Bounds& bounds,
                               absl::FunctionRef<void(const CandidateRow&)> found);
  // Whether FTS5 has any posts: what the segment does not have.
  absl::StatusOr<bool> HasUnsealed();
  // Whether the caller may read one of the newest posts that match, of those that FTS5 has.
  absl::StatusOr<bool> Readable(std::string_view match);
  absl::StatusOr<int64_t> GreatestPostId();
  // When the newest post was written; rankings that look at time count from it.
  absl::StatusOr<int64_t> NewestPostAt();
  // Of posts whose words FTS5 has; verified, by post; without those that are gone. Errors:
  // DataLoss.
  absl::StatusOr<absl::flat_hash_map<int64_t, std::string>> Texts(
      const std::vector<int64_t>& post_ids);

  absl::StatusOr<std::vector<Category>> Categories();
  absl::StatusOr<bool> MayReadCategory(int64_t id);
  absl::StatusOr<std::optional<ReadableTopic>> Topic(int64_t id);
  absl::StatusOr<std::string> FirstText(int64_t topic_id, const Segment& segment);
  // Posts that have a word, whoever may read them; counted by the transaction that puts them in.
  absl::StatusOr<int64_t> PostsWith(std::string_view word);
  // Tags of the newest topics, as they stand in the column.
  absl::Status NewestTags(int64_t limit, absl::FunctionRef<void(std::string_view)> each);

  absl::StatusOr<std::vector<User>> Users(const std::vector<int64_t>& ids);
  absl::StatusOr<std::optional<User>> UserNamed(std::string_view username);
  // By the start of a username, the most active first; of at most 200 that begin so.
  absl::StatusOr<std::vector<User>> UsersFrom(std::string_view prefix, int limit);
  // By the start of any word of both names, the most active first.
  absl::StatusOr<std::vector<User>> Members(const MemberQuery& query);

 private:
  database::Transaction& tx_;
  const int64_t level_;
};

}  // namespace forium::search
