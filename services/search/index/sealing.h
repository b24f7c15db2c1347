// SPDX-License-Identifier: Apache-2.0
// The texts of the posts that an index is built from: each is divided into words once, for the
// segment and for the counts. Thread-compatible.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/search/index/rows.h"
#include "services/search/index/word_counts.h"
#include "services/search/segment/segment_builder.h"
#include "services/search/words/words.h"

namespace forium::search {

class Sealing {
 public:
  // Begins the file.
  static absl::StatusOr<std::unique_ptr<Sealing>> Begin(const std::string& path);

  // Takes a post over that has none before it: ids grow. Its length, positions in the body.
  absl::StatusOr<int64_t> Add(const TopicRow& topic, const PostRow& post);
  // Of a post that was added. Errors: DataLoss.
  absl::StatusOr<std::string> TextOf(int64_t post_id) { return builder_->TextOf(post_id); }
  int64_t posts() const { return posts_; }
  WordCounts& counts() { return counts_; }

  // Writes the file; nothing may follow.
  absl::Status Finish() { return builder_->Finish(); }

 private:
  Sealing() = default;

  std::unique_ptr<SegmentBuilder> builder_;
  Words words_;
  WordCounts counts_;
  int64_t posts_ = 0;
};

}  // namespace forium::search
