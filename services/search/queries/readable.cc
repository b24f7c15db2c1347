// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/readable.h"

#include <string>

#include "services/base/status/macros.h"
#include "services/search/words/tokenizer.h"

namespace forium::search {
namespace {

constexpr int kNewest = 50;

absl::StatusOr<bool> IsReadableIn(SegmentList list, std::string_view token, const Segment& segment,
                                  SearchStore& store) {
  ASSIGN_OR_RETURN(const std::optional<Postings> postings, segment.Find(list, token));
  if (!postings.has_value()) return false;
  Bitmap posts(segment.size(list));
  RETURN_IF_ERROR(postings->AddTo(posts));
  std::optional<Ordinal> next = posts.Next(0);
  bool readable = false;
  for (int i = 0; i < kNewest && next.has_value() && !readable; ++i) {
    ASSIGN_OR_RETURN(const int64_t id, segment.PostAt(list, *next));
    RETURN_IF_ERROR(store.SealedCandidate(id, {}, [&](const CandidateRow&) { readable = true; }));
    next = *next + 1 < segment.size(list) ? posts.Next(*next + 1) : std::nullopt;
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
