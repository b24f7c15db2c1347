// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/readable.h"

#include <string>
#include <vector>

#include "services/base/status/macros.h"
#include "services/search/words/tokenizer.h"

namespace forium::search {
namespace {

constexpr size_t kNewest = 50;

absl::StatusOr<bool> IsReadableIn(SegmentList list, std::string_view token, const Segment& segment,
                                  SearchStore& store) {
  ASSIGN_OR_RETURN(std::optional<Postings> postings, segment.Find(list, token));
  if (!postings.has_value()) return false;
  ASSIGN_OR_RETURN(const std::vector<Ordinal> newest, postings->Newest(kNewest));
  bool readable = false;
  for (size_t i = 0; i < newest.size() && !readable; ++i) {
    ASSIGN_OR_RETURN(const int64_t id, segment.PostAt(list, newest[i]));
    RETURN_IF_ERROR(store.SealedCandidate(id, {}, [&](const CandidateRow&) { readable = true; }));
  }
  return readable;
}

}  // namespace

absl::StatusOr<bool> IsReadable(std::string_view token, const Segment& segment,
                                SearchStore& store) {
  for (const SegmentList list : {SegmentList::kOpenings, SegmentList::kReplies}) {
    ASSIGN_OR_RETURN(const bool readable, IsReadableIn(list, token, segment, store));
    if (readable) return true;
  }
  return store.Readable(Quoted({std::string(token)}));
}

}  // namespace forium::search
