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
// The first window, and how much larger each is than the one before: most queries are content with
// the newest that fit, and with a frequent word these are near.
constexpr Ordinal kFirstWindow = 1 << 15;
constexpr Ordinal kGrowth = 4;
// A larger bitmap leaves the processor's first caches, and costs malloc a sweep when it goes.
constexpr Ordinal kLargestWindow = 1 << 18;
// Tokens of a form that narrow down which posts are looked at: its rarest.
constexpr size_t kNarrowing = 4;
// With rarer words it begins with the largest.
constexpr uint64_t kRare = 4'096;

// How many of the terms a post must have.
size_t Enough(const Wanted& wanted) {
  switch (wanted.how) {
    case Wanted::How::kAll:
      return wanted.terms.size();
    case Wanted::How::kTwo:
      return std::min<size_t>(2, wanted.terms.size());
    case Wanted::How::kAny:
      break;
  }
  return std::min<size_t>(1, wanted.terms.size());
}

}  // namespace

SealedPosts::SealedPosts(const Segment& segment, const Plan& plan)
    : segment_(segment), plan_(plan) {
  for (List& list : lists_) {
    list.terms.resize(plan.terms.size());
    list.excluded.resize(plan.excluded.size());
  }
}

SealedPosts::~SealedPosts() = default;

absl::StatusOr<SealedPosts::Term*> SealedPosts::Open(SegmentList list, const PlannedTerm& planned,
                                                     std::optional<Term>& term) const {
  if (term.has_value()) return &*term;
  Term opened;
  for (size_t i = 0; i < planned.forms.size(); ++i) {
    const PlannedForm& form = planned.forms[i];
    Form found = {.number = static_cast<uint8_t>(std::min<size_t>(i, 255)),
                  .weight = ByteOf(form.weight)};
    for (size_t place = 0; place < form.tokens.size(); ++place) {
      ASSIGN_OR_RETURN(std::optional<Postings> postings, segment_.Find(list, form.tokens[place]));
      if (!postings.has_value()) break;
      found.tokens.push_back({static_cast<int>(place), *std::move(postings)});
    }
    if (found.tokens.empty() || found.tokens.size() < form.tokens.size()) continue;
    std::sort(found.tokens.begin(), found.tokens.end(), [](const FormToken& a, const FormToken& b) {
      return a.postings.posts() < b.postings.posts();
    });
    opened.posts += found.tokens.front().postings.posts();
    opened.in_a_row = (opened.forms.empty() || opened.in_a_row) && found.tokens.size() > 1;
    opened.forms.push_back(std::move(found));
  }
  term = std::move(opened);
  return &*term;
}

absl::StatusOr<SealedPosts::Term*> SealedPosts::TermAt(const Walk& walk, int number) {
  const auto at = static_cast<size_t>(number);
  return Open(walk.list, plan_.terms[at], Of(walk).terms[at]);
}

absl::StatusOr<SealedPosts::Term*> SealedPosts::ExcludedAt(const Walk& walk, size_t number) {
  return Open(walk.list, plan_.excluded[number], Of(walk).excluded[number]);
}

absl::StatusOr<std::vector<Postings>> SealedPosts::Marked(
    SegmentList list, const std::vector<std::string>& marks) const {
  std::vector<Postings> marked;
  for (const std::string& mark : marks) {
    ASSIGN_OR_RETURN(std::optional<Postings> postings, segment_.Find(list, Mark(mark)));
    if (postings.has_value()) marked.push_back(*std::move(postings));
  }
  return marked;
}

absl::Status SealedPosts::OpenMarks(const Walk& walk) {
  List& list = Of(walk);
  if (list.marks.has_value()) return absl::OkStatus();
  std::vector<std::vector<Postings>> groups;
  for (const std::vector<std::string>& group : plan_.marks) {
    ASSIGN_OR_RETURN(std::vector<Postings> marked, Marked(walk.list, group));
    groups.push_back(std::move(marked));
  }
  ASSIGN_OR_RETURN(list.excluded_marks, Marked(walk.list, plan_.excluded_marks));
  list.marks = std::move(groups);
  return absl::OkStatus();
}

absl::StatusOr<bool> SealedPosts::Advance(Walk& walk) {
  const Ordinal size = segment_.size(walk.list);
  const bool first = !walk.posts.has_value();
  if (size == 0 || (!first && walk.window.end == size)) return false;
  Ordinal wide = first ? kFirstWindow : std::max(walk.window.size(), kFirstWindow) * kGrowth;
  if (first && walk.wanted.how == Wanted::How::kAll) {
    for (const int number : walk.wanted.terms) {
      ASSIGN_OR_RETURN(const Term* const term, TermAt(walk, number));
      if (term->forms.empty()) return false;
      if (term->posts < kRare) wide = kLargestWindow;
    }
  }
  wide = std::min(wide, kLargestWindow);
  const Ordinal begin = walk.window.end;
  walk.window = {begin, begin + std::min(wide, size - begin)};
  if (walk.oldest_first) walk.window = {0, size};
  return true;
}

absl::StatusOr<std::optional<Ordinal>> SealedPosts::Next(Walk& walk, const Budget& budget) {
  while (!walk.next.has_value()) {
    ASSIGN_OR_RETURN(const bool more, Advance(walk));
    if (!more) return std::nullopt;
    ASSIGN_OR_RETURN(walk.posts, Find(walk, budget));
    walk.next =
        walk.oldest_first ? walk.posts->Previous(walk.window.size() - 1) : walk.posts->Next(0);
  }
  const Ordinal at = *walk.next;
  if (!walk.oldest_first) {
    walk.next = walk.posts->Next(at + 1);
  } else {
    walk.next = at > 0 ? walk.posts->Previous(at - 1) : std::nullopt;
  }
  return walk.window.begin + at;
}

Postings::Where SealedPosts::WhereOf(const Walk& walk) const {
  if (walk.in_title) return Postings::Where::kTitle;
  return plan_.in_body ? Postings::Where::kBody : Postings::Where::kAnywhere;
}

absl::StatusOr<const Bitmap*> SealedPosts::PostsOf(const Walk& walk, Term& term) {
  const Postings::Where where = WhereOf(walk);
  if (term.found.has_value() && term.window == walk.window && term.where == where) {
    return &*term.found;
  }
  term.window = walk.window;
  term.where = where;
  Bitmap& posts = term.found.emplace(walk.window.size());
  for (Form& form : term.forms) {
    if (form.tokens.size() == 1) {
      RETURN_IF_ERROR(form.tokens.front().postings.AddTo(posts, walk.window, where));
      continue;
    }
    Bitmap all(walk.window.size());
    RETURN_IF_ERROR(form.tokens.front().postings.AddTo(all, walk.window, where));
    // Whether the others are there too, and all stand in a row, is looked at later.
    for (size_t i = 1; i < std::min(form.tokens.size(), kNarrowing); ++i) {
      Bitmap one(walk.window.size());
      RETURN_IF_ERROR(form.tokens[i].postings.AddTo(one, walk.window, where));
      all.And(one);
    }
    posts.Or(all);
  }
  return &posts;
}

absl::StatusOr<Bitmap> SealedPosts::Find(const Walk& walk, const Budget& budget) {
  Bitmap found(walk.window.size());
  if (walk.wanted.terms.empty()) {
    if (plan_.marks.empty()) return found;
  } else if (walk.wanted.how == Wanted::How::kAll) {
    RETURN_IF_ERROR(FindAll(walk, budget, found));
  } else {
    RETURN_IF_ERROR(FindSome(walk, budget, found));
  }
  RETURN_IF_ERROR(ApplyMarks(walk, found));
  RETURN_IF_ERROR(LeaveOut(walk, found));
  return found;
}

// The rarest first; of the others, where few are left, only these are looked up.
absl::Status SealedPosts::FindAll(const Walk& walk, const Budget& budget, Bitmap& found) {
  std::vector<Term*> terms;
  for (const int number : walk.wanted.terms) {
    ASSIGN_OR_RETURN(Term* const term, TermAt(walk, number));
    if (term->forms.empty()) return absl::OkStatus();
    terms.push_back(term);
  }
  std::sort(terms.begin(), terms.end(),
            [](const Term* a, const Term* b) { return a->posts < b->posts; });
  ASSIGN_OR_RETURN(const Bitmap* const rarest, PostsOf(walk, *terms.front()));
  found = *rarest;
  const double share =
      static_cast<double>(walk.window.size()) / static_cast<double>(segment_.size(walk.list));
  for (size_t i = 1; i < terms.size(); ++i) {
    const uint64_t left = found.Count();
    if (left == 0) return absl::OkStatus();
    Term& term = *terms[i];
    const auto within = static_cast<uint64_t>(static_cast<double>(term.posts) * share);
    if (WhereOf(walk) == Postings::Where::kAnywhere &&
        left * term.forms.size() * kLookUp < within) {
      RETURN_IF_ERROR(Keep(walk, term, found));
      continue;
    }
    if (budget.Over()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Bitmap* const posts, PostsOf(walk, term));
    found.And(*posts);
  }
  return absl::OkStatus();
}

absl::Status SealedPosts::Keep(const Walk& walk, Term& term, Bitmap& found) const {
  for (std::optional<Ordinal> at = found.Next(0); at.has_value(); at = found.Next(*at + 1)) {
    bool has = false;
    for (size_t i = 0; i < term.forms.size() && !has; ++i) {
      has = true;
      for (FormToken& token : term.forms[i].tokens) {
        ASSIGN_OR_RETURN(has, token.postings.Find(walk.window.begin + *at, nullptr));
        if (!has) break;
      }
    }
    if (!has) found.Clear(*at);
  }
  return absl::OkStatus();
}

absl::Status SealedPosts::FindSome(const Walk& walk, const Budget& budget, Bitmap& found) {
  Bitmap once(walk.window.size());
  for (const int number : walk.wanted.terms) {
    ASSIGN_OR_RETURN(Term* const term, TermAt(walk, number));
    if (term->forms.empty()) continue;
    ASSIGN_OR_RETURN(const Bitmap* const posts, PostsOf(walk, *term));
    if (walk.wanted.how == Wanted::How::kTwo) found.OrBoth(once, *posts);
    once.Or(*posts);
    if (budget.Over()) break;
  }
  if (walk.wanted.how == Wanted::How::kAny) found = std::move(once);
  return absl::OkStatus();
}

absl::Status SealedPosts::ApplyMarks(const Walk& walk, Bitmap& found) {
  RETURN_IF_ERROR(OpenMarks(walk));
  // Without words the first group is what is looked for.
  bool first = walk.wanted.terms.empty();
  for (std::vector<Postings>& group : *Of(walk).marks) {
    Bitmap marked(walk.window.size());
    for (Postings& mark : group) RETURN_IF_ERROR(mark.AddTo(marked, walk.window));
    if (std::exchange(first, false)) {
      found = std::move(marked);
    } else {
      found.And(marked);
    }
  }
  return absl::OkStatus();
}

absl::Status SealedPosts::LeaveOut(const Walk& walk, Bitmap& found) {
  if (plan_.excluded.empty() && plan_.excluded_marks.empty()) return absl::OkStatus();
  Bitmap out(walk.window.size());
  for (Postings& mark : *Of(walk).excluded_marks) {
    RETURN_IF_ERROR(mark.AddTo(out, walk.window));
  }
  for (size_t i = 0; i < plan_.excluded.size(); ++i) {
    ASSIGN_OR_RETURN(Term* const term, ExcludedAt(walk, i));
    for (Form& form : term->forms) {
      if (form.tokens.size() > 1) continue;  // HitsOf looks whether they stand in a row
      RETURN_IF_ERROR(form.tokens.front().postings.AddTo(out, walk.window));
    }
  }
  found.AndNot(out);
  return absl::OkStatus();
}

namespace {

// Of the starts those at which a token stands so many places behind.
void KeepStarts(const std::vector<int>& places, int behind, std::vector<int>& starts) {
  std::erase_if(starts, [&](int start) {
    return !std::binary_search(places.begin(), places.end(), start + behind);
  });
}

}  // namespace

absl::StatusOr<bool> SealedPosts::FindStarts(Form& form, Ordinal post) {
  FormToken& rarest = form.tokens.front();
  ASSIGN_OR_RETURN(bool has, rarest.postings.Find(post, &starts_));
  if (!has) return false;
  if (rarest.place > 0) {
    for (int& start : starts_.title) start -= rarest.place;
    for (int& start : starts_.body) start -= rarest.place;
  }
  for (size_t i = 1; i < form.tokens.size(); ++i) {
    FormToken& token = form.tokens[i];
    ASSIGN_OR_RETURN(has, token.postings.Find(post, &places_));
    if (!has) return false;
    KeepStarts(places_.title, token.place, starts_.title);
    KeepStarts(places_.body, token.place, starts_.body);
    if (starts_.title.empty() && starts_.body.empty()) return false;
  }
  return true;
}

absl::StatusOr<bool> SealedPosts::Gather(Term& term, int number, Ordinal post,
                                         HitGatherer& gatherer) {
  bool found = false;
  for (Form& form : term.forms) {
    ASSIGN_OR_RETURN(const bool has, FindStarts(form, post));
    if (!has) continue;
    found = true;
    gatherer.BeginForm(static_cast<uint8_t>(number), form.number, form.weight);
    for (const int start : starts_.title) gatherer.Add(HitGatherer::Column::kTitle, start);
    for (const int start : starts_.body) gatherer.Add(HitGatherer::Column::kBody, start);
    gatherer.EndForm();
  }
  return found;
}

// Words in a row come first: they may stand apart in it, and then nothing else is of interest.
absl::StatusOr<std::optional<RowHits>> SealedPosts::HitsOf(const Walk& walk, Ordinal post) {
  const Wanted& wanted = walk.wanted;
  HitGatherer gatherer;
  for (const bool in_a_row : {true, false}) {
    for (const int number : wanted.terms) {
      ASSIGN_OR_RETURN(Term* const term, TermAt(walk, number));
      if (term->in_a_row != in_a_row) continue;
      ASSIGN_OR_RETURN(const bool has, Gather(*term, number, post, gatherer));
      if (!has && wanted.how == Wanted::How::kAll) return std::nullopt;
    }
  }
  for (size_t i = 0; i < plan_.excluded.size(); ++i) {
    ASSIGN_OR_RETURN(Term* const term, ExcludedAt(walk, i));
    for (Form& form : term->forms) {
      if (form.tokens.size() == 1) continue;
      ASSIGN_OR_RETURN(const bool has, FindStarts(form, post));
      if (has) return std::nullopt;
    }
  }
  const RowHits& hits = gatherer.Finish();
  size_t there = 0;
  for (const int number : wanted.terms) {
    const TermHit& hit = hits.terms[static_cast<size_t>(number)];
    there += (walk.in_title ? hit.title > 0 : plan_.in_body ? hit.body > 0 : hit.any()) ? 1 : 0;
  }
  if (there < Enough(wanted)) return std::nullopt;
  return hits;
}

}  // namespace forium::search
