// SPDX-License-Identifier: Apache-2.0
// Sorted tokens that did not fit into memory, in one file without a name; and the way back through
// all runs at once. Thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/search/segment/gathered_tokens.h"
#include "services/search/segment/output_file.h"
#include "services/search/segment/segment.h"

namespace forium::search {

struct SortedRun {
  SegmentList list;
  uint64_t begin, end;
};

// Writes what was gathered; where it lies. The last run of a list has its newest posts.
SortedRun WriteRun(SegmentList list, const GatheredTokens& tokens, OutputFile& file);

// Goes through a run, token by token.
class RunReader {
 public:
  RunReader(int file, const SortedRun& run, size_t buffer_bytes);

  // The first, the next. At the end there is none.
  absl::Status Next();
  bool AtEnd() const { return at_end_; }
  const std::string& token() const { return token_; }
  SegmentList list() const { return list_; }
  // Its posts, as GatheredToken has them; `large` may hold them.
  absl::StatusOr<std::string_view> Posts(std::string& large);

 private:
  absl::Status Fill(size_t bytes);

  const int file_;
  const SegmentList list_;
  const size_t buffer_bytes_;
  uint64_t from_, end_;  // what is not in the buffer yet
  std::string buffer_;
  size_t at_ = 0;  // in the buffer
  std::string token_;
  uint64_t posts_bytes_ = 0;  // that follow, unless they were read
  bool at_end_ = false;
};

// All runs, by token, the openings of each before the replies, the newest run before the others.
class MergedRuns {
 public:
  MergedRuns(int file, const std::vector<SortedRun>& runs);

  absl::Status Begin();
  bool AtEnd() const { return heap_.empty(); }
  RunReader& Front() { return readers_[heap_.front()]; }
  absl::Status Next();

 private:
  bool Behind(size_t a, size_t b) const;

  std::vector<RunReader> readers_;
  std::vector<size_t> heap_;
};

}  // namespace forium::search
