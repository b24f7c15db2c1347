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

  // What one walk looks for, of all posts that begin topics, or of all others.
  struct Walk {
    SegmentList list = SegmentList::kOpenings;
    const Wanted& wanted;
    bool in_title = false;  // by their titles
    bool oldest_first = false;
    // Where it is.
    OrdinalWindow window = {};
    std::optional<Bitmap> posts = {};
    std::optional<Ordinal> next = {};  // of `posts`
  };
  // The next post that may fit; nothing at the end. More than fit when the budget was over.
  absl::StatusOr<std::optional<Ordinal>> Next(Walk& walk, const Budget& budget);
  // How one of them fits. Nothing: not at all, because the words of a phrase stand apart in it.
  absl::StatusOr<std::optional<RowHits>> HitsOf(const Walk& walk, Ordinal post);

 private:
  // A token of a form, and its place in it.
  struct FormToken {
    int place = 0;
    Postings postings;
  };
  // A form of a term: its tokens, the rarest first.
  struct Form {
    uint8_t number = 0, weight = 0;
    std::vector<FormToken> tokens = {};
  };
  // Without those forms of which a token is nowhere.
  struct Term {
    std::vector<Form> forms;
    uint64_t posts = 0;     // of all forms, roughly
    bool in_a_row = false;  // each form has several tokens
    // Those within a window that was asked for last.
    OrdinalWindow window;
    Postings::Where where = Postings::Where::kAnywhere;
    std::optional<Bitmap> found;
  };
  // What is known of one of the lists; opened when it is asked for.
  struct List {
    std::vector<std::optional<Term>> terms, excluded;
    std::optional<std::vector<std::vector<Postings>>> marks;  // as of the plan
    std::optional<std::vector<Postings>> excluded_marks;
  };

  List& Of(const Walk& walk) { return lists_[static_cast<size_t>(walk.list)]; }
  absl::StatusOr<Term*> Open(SegmentList list, const PlannedTerm& planned,
                             std::optional<Term>& term) const;
  absl::StatusOr<Term*> TermAt(const Walk& walk, int number);
  absl::StatusOr<Term*> ExcludedAt(const Walk& walk, size_t number);
  absl::StatusOr<std::vector<Postings>> Marked(SegmentList list,
                                               const std::vector<std::string>& marks) const;
  absl::Status OpenMarks(const Walk& walk);

  // The window behind the one that was walked; false at the end.
  absl::StatusOr<bool> Advance(Walk& walk);
  Postings::Where WhereOf(const Walk& walk) const;
  absl::StatusOr<Bitmap> Find(const Walk& walk, const Budget& budget);
  absl::Status FindAll(const Walk& walk, const Budget& budget, Bitmap& found);
  absl::Status FindSome(const Walk& walk, const Budget& budget, Bitmap& found);
  absl::Status ApplyMarks(const Walk& walk, Bitmap& found);
  absl::Status LeaveOut(const Walk& walk, Bitmap& found);
  absl::StatusOr<const Bitmap*> PostsOf(const Walk& walk, Term& term);
  absl::Status Keep(const Walk& walk, Term& term, Bitmap& found) const;
  // Whether the post has one of a term's forms; to a gatherer all places of all forms.
  absl::StatusOr<bool> Gather(Term& term, int number, Ordinal post, HitGatherer& gatherer);
  // Where a form begins in the post, in `starts_`; false: nowhere.
  absl::StatusOr<bool> FindStarts(Form& form, Ordinal post);

  const Segment& segment_;
  const Plan& plan_;
  std::array<List, 2> lists_;
  Places starts_, places_;
};

}  // namespace forium::search
