// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/gathering.h"

#include <algorithm>
#include <ctime>

#include "services/base/status/macros.h"
#include "services/search/queries/weights.h"

namespace forium::search {
namespace {

// A usual query takes 2 ms; this is for those that nobody types.
constexpr int64_t kBudgetMicros = 25'000;
// Rows that one step may have to look at. Between steps the budget is looked at.
constexpr int64_t kRowsPerStep = 4'000;
// Terms that take part when some may be missing.
constexpr size_t kRelaxedTerms = 6;

int64_t ThreadMicros() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

std::vector<int> Rarest(const Plan& plan, size_t count) {
  std::vector<int> terms = plan.Deciding();
  terms.resize(std::min(terms.size(), count));
  return terms;
}

}  // namespace

Budget::Budget() : end_(ThreadMicros() + kBudgetMicros) {}
bool Budget::Over() const { return ThreadMicros() > end_; }

absl::Status Gathering::ByRelevance(const Plan& plan, size_t enough) {
  const std::vector<int> terms = plan.Deciding();
  if (terms.empty()) return Add(Filtered(plan), weights::kPostCandidates);
  const Expression posts = AllOf(plan, terms, Where::kAnywhere);
  // What is rare is read as a whole.
  if (posts.posts > weights::kPostCandidates / 2) {
    RETURN_IF_ERROR(Add(AllOf(plan, terms, Where::kTitle, true), weights::kTitleCandidates));
    RETURN_IF_ERROR(Add(AllOf(plan, terms, Where::kAnywhere, true), weights::kFirstCandidates));
  }
  RETURN_IF_ERROR(Add(posts, weights::kPostCandidates));
  if (found_.topics.size() >= enough) return absl::OkStatus();
  return Relax(plan, enough);
}

absl::Status Gathering::Relax(const Plan& plan, size_t enough) {
  const size_t before = found_.topics.size();
  const std::vector<int> terms = Rarest(plan, kRelaxedTerms);
  if (terms.size() > 2) RETURN_IF_ERROR(Add(TwoOf(plan, terms), weights::kRelaxedCandidates));
  if (terms.size() > 1 && found_.topics.size() < enough) {
    const std::vector<int> rarest = Rarest(plan, 2);
    RETURN_IF_ERROR(Add(AnyOf(plan, rarest, Where::kTitle, true), weights::kTitleCandidates));
    RETURN_IF_ERROR(Add(AnyOf(plan, rarest, Where::kAnywhere), weights::kPostCandidates));
  }
  found_.relaxed = found_.topics.size() > before;
  return absl::OkStatus();
}

absl::Status Gathering::ByTime(const Plan& plan, bool oldest_first) {
  const std::vector<int> terms = plan.Deciding();
  RETURN_IF_ERROR(Add(terms.empty() ? Filtered(plan) : AllOf(plan, terms, Where::kAnywhere),
                      weights::kRelaxedCandidates, oldest_first));
  return found_.topics.empty() && terms.size() > 1 ? Relax(plan, 1) : absl::OkStatus();
}

absl::Status Gathering::Titles(const Plan& plan, int limit) {
  const std::vector<int> terms = plan.Deciding();
  if (terms.empty()) return absl::OkStatus();
  return Add(AllOf(plan, terms, Where::kTitle, true), limit);
}

// In steps of ids, so that each has a bounded number of rows to look at even when the caller may
// read none of them.
absl::Status Gathering::Add(const Expression& expression, int limit, bool oldest_first) {
  if (expression.match.empty()) return absl::OkStatus();
  if (greatest_id_ < 0) {
    ASSIGN_OR_RETURN(greatest_id_, store_.GreatestPostId());
  }
  // Marks alone are not counted: as if one post in ten had them.
  const int64_t posts = expression.posts > 0 ? expression.posts : greatest_id_ / 10;
  const int64_t step =
      posts <= kRowsPerStep
          ? greatest_id_ + 1
          : std::max<int64_t>(kRowsPerStep,
                              greatest_id_ / std::max<int64_t>(1, posts / kRowsPerStep));
  int rows = 0;
  for (int64_t done = 0; done <= greatest_id_; done += step) {
    if (budget_.Over()) {
      found_.bound = true;
      break;
    }
    const CandidateQuery query = {
        .match = expression.match,
        .hits = expression.hits.bytes(),
        .least_id = oldest_first ? done : std::max<int64_t>(0, greatest_id_ - done - step + 1),
        .greatest_id = oldest_first ? done + step - 1 : greatest_id_ - done,
        .oldest_first = oldest_first,
        .limit = limit - rows};
    RETURN_IF_ERROR(store_.Candidates(query, bounds_, [&](const CandidateRow& row) {
      ++rows;
      Keep(row);
    }));
    if (rows >= limit) {
      found_.bound = true;
      break;
    }
  }
  return absl::OkStatus();
}

void Gathering::Keep(const CandidateRow& row) {
  if (!posts_.insert(row.post_id).second) return;
  const auto [place, is_new] = topics_.try_emplace(row.topic_id, found_.topics.size());
  if (is_new) {
    found_.topics.push_back({.id = row.topic_id,
                             .category_id = row.category_id,
                             .title = std::string(row.title),
                             .slug = std::string(row.slug),
                             .tags = std::string(row.tags),
                             .solved = row.solved,
                             .closed = row.closed,
                             .posts_count = row.posts_count,
                             .bumped_at = row.bumped_at,
                             .language = LanguageOf(row.language)});
  }
  found_.topics[place->second].posts.push_back({.id = row.post_id,
                                                .author_id = row.author_id,
                                                .created_at = row.created_at,
                                                .number = row.number,
                                                .likes = row.likes,
                                                .length = row.length,
                                                .accepted = row.accepted,
                                                .hits = ParseHits(row.hits)});
}

}  // namespace forium::search
