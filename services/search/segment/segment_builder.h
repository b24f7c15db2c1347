// SPDX-License-Identifier: Apache-2.0
// Writes a segment. Tokens are gathered in memory; when there are too many they go, sorted, into a
// run beside the file, and at the end all runs are merged. Bytes in memory and in runs are bounded
// by the options and the text. Thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/search/segment/segment.h"

namespace forium::search {

class SegmentBuilder {
 public:
  enum class Column { kTitle, kBody, kMarks };

  // `memory`: bytes of tokens that are gathered before a run is written.
  static absl::StatusOr<std::unique_ptr<SegmentBuilder>> Create(std::string path,
                                                                size_t memory = 48 << 20);
  // Removes the runs; and the file, when it was not finished.
  ~SegmentBuilder();
  SegmentBuilder(const SegmentBuilder&) = delete;
  SegmentBuilder& operator=(const SegmentBuilder&) = delete;

  // A post: Begin, its tokens, End. Ids grow from post to post.
  void Begin(int64_t post_id, SegmentList list);
  // Of a column positions grow; several tokens may stand at one. Marks have none. Tokens are cut at
  // 255 bytes.
  void Add(std::string_view token, Column column, int position);
  absl::Status End();
  int64_t last_id() const;

  // Writes the file and waits until it is on the disk. Nothing may follow.
  absl::Status Finish();

 private:
  class Runs;
  SegmentBuilder() = default;
};

}  // namespace forium::search
