// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/sealed.h"

#include <algorithm>
#include <utility>

#include "services/base/status/macros.h"
#include "services/search/words/words.h"

namespace forium::search {
namespace {

// Looking one post up costs as much as reading so many in a row.
constexpr uint64_t kLookUp = 100;

size_t IndexOf(SegmentList list) { return list == SegmentList::kOpenings ? 0 : 1; }

}  // namespace

SealedPosts::SealedPosts(const Segment& segment, const Plan& plan)
    : segment_(segment), plan_(plan) {
  for (size_t list = 0; list < 2; ++list) {
    terms_[list].resize(plan.terms.size());
    excluded_[list].resize(plan.excluded.size());
  }
}

SealedPosts::~SealedPosts() = default;

absl::StatusOr<SealedPosts::Term*> SealedPosts::Open(SegmentList list, const PlannedTerm& planned,
                                                     std::optional<Term>& term) {
  if (term.has_value()) return &*term;
  Term opened;
  for (size_t i = 0; i < planned.forms.size(); ++i) {
    const PlannedForm& form = planned.forms[i];
    Form found = {.number = static_cast<uint8_t>(std::min<size_t>(i, 255)),
                  .weight = ByteOf(form.weight)};
    uint64_t least = UINT64_MAX;
    for (const std::string& token : form.tokens) {
      ASSIGN_OR_RETURN(std::optional<Postings> postings, segment_.Find(list, token));
      if (!postings.has_value()) {
        least = 0;
        break;
      }
      least = std::min<uint64_t>(least, postings->posts());
      found.tokens.push_back(*std::move(postings));
    }
    if (least == 0 || found.tokens.empty()) continue;
    opened.posts += least;
    opened.forms.push_back(std::move(found));
  }
  term = std::move(opened);
  return &*term;
}

absl::StatusOr<SealedPosts::Term*> SealedPosts::TermAt(SegmentList list, int number) {
  const auto at = static_cast<size_t>(number);
  return Open(list, plan_.terms[at], terms_[IndexOf(list)][at]);
}

absl::StatusOr<SealedPosts::Term*> SealedPosts::ExcludedAt(SegmentList list, size_t number) {
  return Open(list, plan_.excluded[number], excluded_[IndexOf(list)][number]);
}

absl::StatusOr<const Bitmap*> SealedPosts::PostsOf(SegmentList list, Term& term,
                                                   Postings::Where where) const {
  std::optional<Bitmap>& posts = where == Postings::Where::kTitle  ? term.in_title
                                 : where == Postings::Where::kBody ? term.in_body
                                                                   : term.anywhere;
  if (posts.has_value()) return &*posts;
  posts.emplace(segment_.size(list));
  for (const Form& form : term.forms) {
    if (form.tokens.size() == 1) {
      RETURN_IF_ERROR(form.tokens.front().AddTo(*posts, where));
      continue;
    }
    // Whether they stand in a row is looked at later.
    Bitmap all(segment_.size(list));
    RETURN_IF_ERROR(form.tokens.front().AddTo(all, where));
    for (size_t i = 1; i < form.tokens.size(); ++i) {
      Bitmap one(segment_.size(list));
      RETURN_IF_ERROR(form.tokens[i].AddTo(one, where));
      all.And(one);
    }
    posts->Or(all);
  }
  return &*posts;
}

absl::StatusOr<Bitmap> SealedPosts::Find(SegmentList list, const Wanted& wanted, bool in_title,
                                         const Budget& budget) {
  const Postings::Where where = in_title        ? Postings::Where::kTitle
                                : plan_.in_body ? Postings::Where::kBody
                                                : Postings::Where::kAnywhere;
  Bitmap found(segment_.size(list));
  if (wanted.terms.empty()) {
    if (plan_.marks.empty()) return found;
  } else if (wanted.how == Wanted::How::kAll) {
    RETURN_IF_ERROR(FindAll(list, wanted, where, budget, found));
  } else {
    RETURN_IF_ERROR(FindSome(list, wanted, where, budget, found));
  }
  RETURN_IF_ERROR(ApplyMarks(list, wanted.terms.empty(), found));
  RETURN_IF_ERROR(LeaveOut(list, found));
  return found;
}

// The rarest first; of the others, where few are left, only these are looked up.
absl::Status SealedPosts::FindAll(SegmentList list, const Wanted& wanted, Postings::Where where,
                                  const Budget& budget, Bitmap& found) {
  std::vector<Term*> terms;
  for (const int number : wanted.terms) {
    ASSIGN_OR_RETURN(Term* const term, TermAt(list, number));
    if (term->forms.empty()) return absl::OkStatus();
    terms.push_back(term);
  }
  std::sort(terms.begin(), terms.end(),
            [](const Term* a, const Term* b) { return a->posts < b->posts; });
  ASSIGN_OR_RETURN(const Bitmap* const rarest, PostsOf(list, *terms.front(), where));
  found = *rarest;
  for (size_t i = 1; i < terms.size(); ++i) {
    const uint64_t left = found.Count();
    if (left == 0) return absl::OkStatus();
    Term& term = *terms[i];
    if (where == Postings::Where::kAnywhere && !term.anywhere.has_value() &&
        left * term.forms.size() * kLookUp < term.posts) {
      RETURN_IF_ERROR(Keep(term, found));
      continue;
    }
    if (budget.Over()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Bitmap* const posts, PostsOf(list, term, where));
    found.And(*posts);
  }
  return absl::OkStatus();
}

absl::Status SealedPosts::Keep(Term& term, Bitmap& found) const {
  for (std::optional<Ordinal> at = found.Next(0); at.has_value(); at = found.Next(*at + 1)) {
    bool has = false;
    for (size_t i = 0; i < term.forms.size() && !has; ++i) {
      has = true;
      for (Postings& token : term.forms[i].tokens) {
        ASSIGN_OR_RETURN(has, token.Find(*at, nullptr));
        if (!has) break;
      }
    }
    if (!has) found.Clear(*at);
  }
  return absl::OkStatus();
}

absl::Status SealedPosts::FindSome(SegmentList list, const Wanted& wanted, Postings::Where where,
                                   const Budget& budget, Bitmap& found) {
  Bitmap once(segment_.size(list));
  for (const int number : wanted.terms) {
    ASSIGN_OR_RETURN(Term* const term, TermAt(list, number));
    if (term->forms.empty()) continue;
    ASSIGN_OR_RETURN(const Bitmap* const posts, PostsOf(list, *term, where));
    if (wanted.how == Wanted::How::kTwo) found.OrBoth(once, *posts);
    once.Or(*posts);
    if (budget.Over()) break;
  }
  if (wanted.how == Wanted::How::kAny) found = std::move(once);
  return absl::OkStatus();
}

absl::StatusOr<Bitmap> SealedPosts::MarkedWith(SegmentList list,
                                               const std::vector<std::string>& marks) const {
  Bitmap marked(segment_.size(list));
  for (const std::string& mark : marks) {
    ASSIGN_OR_RETURN(const std::optional<Postings> postings, segment_.Find(list, Mark(mark)));
    if (postings.has_value()) RETURN_IF_ERROR(postings->AddTo(marked));
  }
  return marked;
}

absl::Status SealedPosts::ApplyMarks(SegmentList list, bool first, Bitmap& found) {
  for (const std::vector<std::string>& group : plan_.marks) {
    ASSIGN_OR_RETURN(Bitmap marked, MarkedWith(list, group));
    if (std::exchange(first, false)) {
      found = std::move(marked);
    } else {
      found.And(marked);
    }
  }
  return absl::OkStatus();
}

absl::Status SealedPosts::LeaveOut(SegmentList list, Bitmap& found) {
  if (!plan_.excluded_marks.empty()) {
    ASSIGN_OR_RETURN(const Bitmap marked, MarkedWith(list, plan_.excluded_marks));
    found.AndNot(marked);
  }
  for (size_t i = 0; i < plan_.excluded.size(); ++i) {
    ASSIGN_OR_RETURN(Term* const term, ExcludedAt(list, i));
    for (const Form& form : term->forms) {
      if (form.tokens.size() > 1) continue;  // HitsOf looks whether they stand in a row
      Bitmap posts(segment_.size(list));
      RETURN_IF_ERROR(form.tokens.front().AddTo(posts));
      found.AndNot(posts);
    }
  }
  return absl::OkStatus();
}

namespace {

// The places where the tokens of a form stand in a row, to `each`.
template <typename Each>
void InARow(const std::vector<Places>& places, size_t tokens, std::vector<int> Places::*column,
            Each each) {
  for (const int start : places.front().*column) {
    bool in_a_row = true;
    for (size_t i = 1; i < tokens && in_a_row; ++i) {
      const std::vector<int>& next = places[i].*column;
      in_a_row = std::binary_search(next.begin(), next.end(), start + static_cast<int>(i));
    }
    if (in_a_row) each(start);
  }
}

}  // namespace

// Whether the post has the form; to a gatherer all places of it.
absl::StatusOr<bool> SealedPosts::Gather(Form& form, Ordinal post, HitGatherer* gatherer) {
  if (places_.size() < form.tokens.size()) places_.resize(form.tokens.size());
  for (size_t i = 0; i < form.tokens.size(); ++i) {
    ASSIGN_OR_RETURN(const bool has, form.tokens[i].Find(post, &places_[i]));
    if (!has) return false;
  }
  bool found = false;
  const auto add = [&](HitGatherer::Column column) {
    return [&found, gatherer, column](int offset) {
      found = true;
      if (gatherer != nullptr) gatherer->Add(column, offset);
    };
  };
  InARow(places_, form.tokens.size(), &Places::title, add(HitGatherer::Column::kTitle));
  InARow(places_, form.tokens.size(), &Places::body, add(HitGatherer::Column::kBody));
  return found;
}

absl::StatusOr<std::optional<RowHits>> SealedPosts::HitsOf(SegmentList list, const Wanted& wanted,
                                                           bool in_title, Ordinal post) {
  HitGatherer gatherer;
  for (const int number : wanted.terms) {
    ASSIGN_OR_RETURN(Term* const term, TermAt(list, number));
    for (Form& form : term->forms) {
      gatherer.BeginForm(static_cast<uint8_t>(number), form.number, form.weight);
      RETURN_IF_ERROR(Gather(form, post, &gatherer).status());
      gatherer.EndForm();
    }
  }
  for (size_t i = 0; i < plan_.excluded.size(); ++i) {
    ASSIGN_OR_RETURN(Term* const term, ExcludedAt(list, i));
    for (Form& form : term->forms) {
      if (form.tokens.size() == 1) continue;
      ASSIGN_OR_RETURN(const bool has, Gather(form, post, nullptr));
      if (has) return std::nullopt;
    }
  }
  const RowHits& hits = gatherer.Finish();
  size_t there = 0;
  for (const int number : wanted.terms) {
    const TermHit& hit = hits.terms[static_cast<size_t>(number)];
    there += (in_title ? hit.title > 0 : plan_.in_body ? hit.body > 0 : hit.any()) ? 1 : 0;
  }
  const size_t enough = wanted.how == Wanted::How::kAll ? wanted.terms.size()
                        : wanted.how == Wanted::How::kTwo
                            ? std::min<size_t>(2, wanted.terms.size())
                            : std::min<size_t>(1, wanted.terms.size());
  if (there < enough) return std::nullopt;
  return hits;
}

}  // namespace forium::search
