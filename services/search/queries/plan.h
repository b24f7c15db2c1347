// SPDX-License-Identifier: Apache-2.0
// What a query looks for, as terms with forms and rarities, and the MATCH expressions made of them.
// Expressions consist of quoted tokens, column filters, AND, OR and NOT alone: nothing that was
// typed is syntax. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/search/queries/hits.h"
#include "services/search/queries/query_parser.h"
#include "services/search/words/vocabulary.h"
#include "services/search/words/words.h"

namespace forium::search {

struct PlannedForm {
  enum class Origin { kTyped, kContinued, kCorrected, kPart };
  std::vector<std::string> tokens = {};
  float weight = 1;
  Origin origin = Origin::kTyped;
};

struct PlannedTerm {
  std::string text = {};  // folded; of a phrase as typed
  std::vector<PlannedForm> forms = {};
  // Posts that have it, as far as the vocabulary tells.
  int64_t posts = 0;
  float rarity = 1;
  bool phrase = false;
  bool plain = false;
  // So frequent that it does not decide what is found.
  bool frequent = false;
  // Bytes of the query.
  size_t begin = 0, end = 0;
};

struct Plan {
  // At most kMaxTerms, in the order of the query.
  std::vector<PlannedTerm> terms;
  std::vector<PlannedTerm> excluded;
  // Marks of which each must be there; in each group one of them is enough.
  std::vector<std::vector<std::string>> marks;
  std::vector<std::string> excluded_marks;
  bool in_title = false;
  // Within a topic its title says nothing.
  bool in_body = false;
  bool too_many = false;

  // Terms that decide, the rarest first.
  std::vector<int> Deciding() const;
  // Sum over all terms that decide.
  float Rarity() const;
};

// Words with the number of posts that have them.
using CountedWords = absl::flat_hash_map<std::string, int64_t>;

// What a plan is made from. `known`: words of which more is known than the vocabulary tells, which
// lacks the rarest and the newest; 0 for those that are in no post that the caller may read.
struct PlanSources {
  const Vocabulary& vocabulary;
  const std::vector<Language>& languages;
  Words& words;
  const CountedWords& known;

  int64_t Frequency(const std::string& word) const;
};
// Terms only; marks are added by who resolves the filters.
Plan MakePlan(const Query& query, const PlanSources& sources);
// The words that tell most of a title and a text, the title's before others.
Plan MakePlanOfText(std::string_view title, std::string_view text, const PlanSources& sources,
                    size_t words);
// The last term goes on in any way: for suggestions.
void Continue(PlannedTerm& term, const PlanSources& sources, size_t limit);

float RarityOf(int64_t posts, int64_t all_posts);

// What must be there of a plan's terms, besides its marks.
struct Wanted {
  enum class How { kAll, kAny, kTwo };
  How how = How::kAll;
  // None: the marks alone decide.
  std::vector<int> terms = {};
};

// What is wanted, as FTS5 is asked for it.
struct Expression {
  std::string match;
  HitPlan hits;
  // Rows that it may give at most, roughly.
  int64_t posts = 0;
};
Expression MatchOf(const Plan& plan, const Wanted& wanted);

}  // namespace forium::search
