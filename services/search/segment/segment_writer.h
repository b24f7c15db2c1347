// SPDX-License-Identifier: Apache-2.0
// Lays out the file of a segment from postings that come in its order. Thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/search/segment/block.h"
#include "services/search/segment/facts.h"
#include "services/search/segment/layout.h"
#include "services/search/segment/output_file.h"
#include "services/search/segment/segment.h"

namespace forium::search {

class SegmentWriter {
 public:
  // The dictionary waits at the end of `aside` until the postings are done.
  SegmentWriter(OutputFile& file, OutputFile& aside)
      : file_(file), aside_(aside), aside_begin_(aside.size()) {}

  // Tokens grow by their bytes, lists as SegmentList, ordinals as they are. The same token and list
  // may be begun again at once.
  void Begin(std::string_view token, SegmentList list);
  // `places`: with their length before them; empty when there are no flags.
  void Add(Ordinal ordinal, uint8_t flags, std::string_view places);

  // `posts`: of each list. Writes all that is left, to the disk.
  absl::Status Finish(const uint32_t (&posts)[kLists], FactsWriter& facts);

 private:
  void EndBlock();
  void EndList();
  void EndToken();
  absl::Status CopyDictionary(uint64_t begin);

  OutputFile& file_;
  OutputFile& aside_;
  const uint64_t aside_begin_;
  Footer footer_;
  absl::Status error_;

  // The token, and what its entry in the dictionary says behind it.
  bool open_ = false;
  std::string token_, before_;
  uint64_t token_begin_ = 0;  // of its postings
  std::string entry_;
  // The list of it.
  SegmentList list_ = SegmentList::kOpenings;
  PostsBlock block_;
  Ordinal next_ = 0;
  uint32_t posts_ = 0;
  uint64_t places_begin_ = 0;
  std::string blocks_;
  std::vector<Skip> skips_;
  // Of the blocks of the dictionary.
  std::string index_, index_text_;
};

}  // namespace forium::search
