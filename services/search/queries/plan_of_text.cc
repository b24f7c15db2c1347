// SPDX-License-Identifier: Apache-2.0
// MakePlanOfText of plan.h: what a topic, or a draft of one, is about.
#include <algorithm>
#include <cmath>

#include "absl/container/flat_hash_map.h"
#include "services/search/queries/plan.h"
#include "services/search/queries/query_text.h"
#include "services/search/queries/weights.h"

namespace forium::search {
namespace {

constexpr size_t kTextBytes = 4000;
constexpr float kTitleWorth = 2.0f;

struct Candidate {
  Term term;
  int64_t posts = 0;
  int count = 0;
  float worth = 1;
};

}  // namespace

Plan MakePlanOfText(std::string_view title, std::string_view text, const PlanSources& sources,
                    size_t words) {
  const int64_t all = sources.vocabulary.posts();
  std::vector<Candidate> candidates;
  absl::flat_hash_map<std::string, size_t> places;
  const auto add = [&](std::string_view part, size_t limit, float worth) {
    for (Term& term : sources.words.SplitQuery(CleanText(part, limit), sources.languages)) {
      if (term.text.empty() || term.forms.empty()) continue;
      const auto [place, is_new] = places.try_emplace(term.text, candidates.size());
      if (is_new) {
        const int64_t posts =
            term.plain ? sources.vocabulary.Frequency(term.text) : std::max<int64_t>(1, all / 200);
        candidates.push_back({std::move(term), posts, 0, worth});
      }
      ++candidates[place->second].count;
    }
  };
  add(title, kMaxQueryBytes, kTitleWorth);
  add(text, kTextBytes, 1.0f);
  // Words of one post lead nowhere, frequent ones everywhere.
  const auto most = static_cast<int64_t>(static_cast<double>(all) * weights::kFrequentShare);
  std::erase_if(candidates, [&](const Candidate& candidate) {
    return candidate.posts < 2 || (candidate.posts > most && all > 50);
  });
  const auto value = [&](const Candidate& candidate) {
    return RarityOf(candidate.posts, all) * candidate.worth *
           std::log2(1.0f + static_cast<float>(candidate.count));
  };
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](const Candidate& a, const Candidate& b) { return value(a) > value(b); });
  Plan plan;
  for (Candidate& candidate : candidates) {
    if (plan.terms.size() == std::min<size_t>(words, kMaxTerms)) break;
    PlannedTerm term = {.text = std::move(candidate.term.text),
                        .posts = candidate.posts,
                        .rarity = RarityOf(candidate.posts, all) * candidate.worth,
                        .plain = candidate.term.plain};
    for (Form& form : candidate.term.forms) {
      term.forms.push_back({std::move(form.tokens), form.weight});
    }
    plan.terms.push_back(std::move(term));
  }
  return plan;
}

}  // namespace forium::search
