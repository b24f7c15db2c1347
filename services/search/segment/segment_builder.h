// SPDX-License-Identifier: Apache-2.0
// Writes a segment. Tokens are gathered in memory; when there are too many they go, sorted, into a
// run beside the file, and at the end all runs are merged. Memory is bounded by the option, and
// 32 bytes a topic; runs by the text. Thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/search/segment/facts.h"
#include "services/search/segment/gathered_tokens.h"
#include "services/search/segment/layout.h"
#include "services/search/segment/output_file.h"
#include "services/search/segment/runs.h"
#include "services/search/segment/segment.h"

namespace forium::search {

class SegmentBuilder {
 public:
  using Column = GatheredTokens::Column;

  // `memory`: bytes of tokens that are gathered before a run is written.
  static absl::StatusOr<std::unique_ptr<SegmentBuilder>> Create(std::string path,
                                                                size_t memory = 48 << 20);
  // Removes what was not finished. Runs have no name, so that nothing stays of a killed process but
  // `<path>.making`, which the next one overwrites.
  ~SegmentBuilder();
  SegmentBuilder(const SegmentBuilder&) = delete;
  SegmentBuilder& operator=(const SegmentBuilder&) = delete;

  // A post: Begin, its tokens, End. Ids grow from post to post.
  void Begin(int64_t post_id, SegmentList list);
  // Of a column positions grow; several tokens may stand at one. Marks have none. Tokens are cut at
  // 255 bytes.
  void Add(std::string_view token, Column column, int position);
  // What else is known of it; its id is that of Begin.
  absl::Status End(const PostFacts& post, const TopicFacts& topic, std::string_view text = {});
  // The text of a post that was added. Errors: DataLoss when it was not.
  absl::StatusOr<std::string> TextOf(int64_t post_id);
  // Of the last post; 0 when there was none.
  int64_t last_id() const;

  // Writes the file and waits until it is on the disk. Nothing may follow.
  absl::Status Finish();

 private:
  SegmentBuilder(std::string path, size_t memory);
  absl::Status WriteRuns();
  absl::Status Merge();

  const std::string path_;
  const size_t memory_;
  GatheredTokens tokens_[kLists];
  uint32_t posts_[kLists] = {};
  SegmentList list_ = SegmentList::kOpenings;  // of the post
  int64_t last_id_ = 0;
  std::optional<OutputFile> file_;
  std::optional<OutputFile> aside_;  // the runs
  std::optional<FactsWriter> facts_;
  std::vector<SortedRun> runs_;
  absl::Status error_;
};

}  // namespace forium::search
