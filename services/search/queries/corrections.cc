// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/corrections.h"

#include <algorithm>
#include <array>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/search/queries/readable.h"

namespace forium::search {
namespace {

// How often each form of a term was the best one.
std::array<int, 256> FormsHit(const Found& found, size_t term) {
  std::array<int, 256> counts = {};
  for (const FoundTopic& topic : found.topics) {
    for (const FoundPost& post : topic.posts) {
      const TermHit& hit = post.hits.terms[term];
      if (hit.any()) ++counts[hit.form];
    }
  }
  return counts;
}

// Whether other words were taken for it, too, as it seemed unknown.
bool IsMended(const PlannedTerm& term) {
  return std::any_of(term.forms.begin(), term.forms.end(), [](const PlannedForm& form) {
    return form.origin == PlannedForm::Origin::kCorrected ||
           form.origin == PlannedForm::Origin::kPart;
  });
}

// Whether the first form was the best one somewhere.
bool HitAsTyped(const Found& found, size_t term) {
  for (const FoundTopic& topic : found.topics) {
    for (const FoundPost& post : topic.posts) {
      const TermHit& hit = post.hits.terms[term];
      if (hit.any() && hit.form == 0) return true;
    }
  }
  return false;
}

// The correction that was hit most; null when none was. That the word itself or another inflection
// was hit as well, somewhere, does not explain the others.
const PlannedForm* CorrectionOf(const PlannedTerm& term, const std::array<int, 256>& counts) {
  const PlannedForm* used = nullptr;
  int most = 0;
  for (size_t form = 0; form < term.forms.size() && form < counts.size(); ++form) {
    if (term.forms[form].origin != PlannedForm::Origin::kCorrected) continue;
    if (counts[form] > most) {
      most = counts[form];
      used = &term.forms[form];
    }
  }
  return used;
}

}  // namespace

absl::StatusOr<CountedWords> UncountedWords(const Plan& plan, SearchStore& store) {
  CountedWords uncounted;
  for (const PlannedTerm& term : plan.terms) {
    if (!term.plain || !IsMended(term)) continue;
    ASSIGN_OR_RETURN(const int64_t posts, store.PostsWith(term.text));
    if (posts > 0) uncounted[term.text] = posts;
  }
  return uncounted;
}

absl::StatusOr<CountedWords> UnreadableWords(const Plan& plan, const Found& found,
                                             const PlanSources& sources, const Segment& segment,
                                             SearchStore& store) {
  CountedWords unreadable;
  for (size_t i = 0; i < plan.terms.size(); ++i) {
    const PlannedTerm& term = plan.terms[i];
    if (term.phrase || term.text.empty() || sources.Frequency(term.text) == 0) continue;
    // What was found as it was typed, the caller may read.
    if (term.forms[0].tokens.front() == term.text && HitAsTyped(found, i)) continue;
    ASSIGN_OR_RETURN(const bool readable, IsReadable(term.text, segment, store));
    if (!readable) unreadable[term.text] = 0;
  }
  return unreadable;
}

void TellCorrections(const Query& query, const Plan& plan, const Found& found,
                     v1::Interpretation* told) {
  std::string suggestion;
  size_t at = 0;
  for (size_t i = 0; i < plan.terms.size(); ++i) {
    const PlannedTerm& term = plan.terms[i];
    const PlannedForm* const used =
        IsMended(term) ? CorrectionOf(term, FormsHit(found, i)) : nullptr;
    if (used == nullptr || term.begin < at || term.end > query.text.size()) continue;
    v1::Correction& correction = *told->add_corrections();
    correction.set_typed(query.text.substr(term.begin, term.end - term.begin));
    correction.set_used(used->tokens.front());
    absl::StrAppend(&suggestion, query.text.substr(at, term.begin - at), used->tokens.front());
    at = term.end;
  }
  if (at > 0) told->set_suggestion(absl::StrCat(suggestion, query.text.substr(at)));
}

}  // namespace forium::search
