// SPDX-License-Identifier: Apache-2.0
// The posts of a segment that fit what is wanted of a plan. Words are looked up once, and kept for
// whatever else is wanted of the same plan. One object serves one query; not thread-safe. Errors:
// DataLoss.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/search/queries/budget.h"
#include "services/search/queries/hits.h"
#include "services/search/queries/plan.h"
#include "services/search/segment/segment.h"

namespace forium::search {

class SealedPosts {
 public:
  // Both outlive this.
  SealedPosts(const Segment& segment, const Plan& plan);
  ~SealedPosts();
  SealedPosts(const SealedPosts&) = delete;
  SealedPosts& operator=(const SealedPosts&) = delete;

  // Those that may fit, of all posts that begin topics, or of all others; `in_title`: by their
  // title. More than fit when the budget was over.
  absl::StatusOr<Bitmap> Find(SegmentList list, const Wanted& wanted, bool in_title,
                              const Budget& budget);
  // How one of them fits. Nothing: not at all, because the words of a phrase stand apart in it.
  absl::StatusOr<std::optional<RowHits>> HitsOf(SegmentList list, const Wanted& wanted,
                                                bool in_title, Ordinal post);

 private:
  // A form of a term: the posts of each of its tokens. None when one of them is nowhere.
  struct Form {
    uint8_t number = 0, weight = 0;
    std::vector<Postings> tokens = {};
  };
  struct Term {
    std::vector<Form> forms;
    uint64_t posts = 0;  // of all forms, roughly
    std::optional<Bitmap> anywhere, in_title, in_body;
  };
  using Terms = std::vector<std::optional<Term>>;

  absl::StatusOr<Term*> Open(SegmentList list, const PlannedTerm& planned,
                             std::optional<Term>& term);
  absl::StatusOr<Term*> TermAt(SegmentList list, int number);
  absl::StatusOr<Term*> ExcludedAt(SegmentList list, size_t number);
  absl::Status FindAll(SegmentList list, const Wanted& wanted, Postings::Where where,
                       const Budget& budget, Bitmap& found);
  absl::Status FindSome(SegmentList list, const Wanted& wanted, Postings::Where where,
                        const Budget& budget, Bitmap& found);
  absl::Status ApplyMarks(SegmentList list, bool first, Bitmap& found);
  absl::Status LeaveOut(SegmentList list, Bitmap& found);
  absl::StatusOr<Bitmap> MarkedWith(SegmentList list, const std::vector<std::string>& marks) const;
  absl::StatusOr<const Bitmap*> PostsOf(SegmentList list, Term& term, Postings::Where where) const;
  absl::Status Keep(Term& term, Bitmap& found) const;
  absl::StatusOr<bool> Gather(Form& form, Ordinal post, HitGatherer* gatherer);

  const Segment& segment_;
  const Plan& plan_;
  std::array<Terms, 2> terms_, excluded_;
  std::vector<Places> places_;
};

}  // namespace forium::search
