// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/gathering.h"

#include <algorithm>
#include <atomic>
#include <ctime>

#include "services/base/status/macros.h"
#include "services/search/queries/weights.h"

namespace forium::search {
namespace {

// Processor time of all queries that are under way, and what each has of it at least and at most:
// who is alone may look farther.
constexpr int64_t kSharedMicros = 16'000;
constexpr int64_t kLeastMicros = 2'000;
constexpr int64_t kMostMicros = 16'000;

std::atomic<int> under_way{0};
// Rows that one step may have to look at. Between steps the budget is looked at.
constexpr int64_t kRowsPerStep = 2'000;
// About one in so many posts with a word is such a row.
int64_t ShareOf(Among among) {
  return among == Among::kTitles ? 40 : among == Among::kOpenings ? 4 : 1;
}

// Rows that one statement gives: all that may matter where that is cheap.
int CandidatesAmong(int64_t posts) {
  return static_cast<int>(
      std::clamp<int64_t>(weights::kCandidatesTimesPosts / std::max<int64_t>(1, posts),
                          weights::kLeastCandidates, weights::kMostCandidates));
}

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

// What a second statement told of a post.
void Merge(const RowHits& more, RowHits& hits) {
  hits.adjacent = std::max(hits.adjacent, more.adjacent);
  hits.near = std::max(hits.near, more.near);
  for (size_t term = 0; term < hits.terms.size(); ++term) {
    TermHit& hit = hits.terms[term];
    const TermHit& other = more.terms[term];
    if (std::max(other.title, other.body) > std::max(hit.title, hit.body)) hit.form = other.form;
    hit.title = std::max(hit.title, other.title);
    hit.body = std::max(hit.body, other.body);
    hit.count = std::max(hit.count, other.count);
  }
}

}  // namespace

Budget::Budget()
    : end_(ThreadMicros() +
           std::clamp(kSharedMicros / (1 + under_way.fetch_add(1)), kLeastMicros, kMostMicros)) {}
Budget::~Budget() { under_way.fetch_sub(1); }
bool Budget::Over() const { return ThreadMicros() > end_; }

Gathering::Gathering(SearchStore& store, const Bounds& bounds, int64_t posts)
    : store_(store), bounds_(bounds), candidates_(CandidatesAmong(posts)) {}

// Titles alone when they are asked for; else posts, and replies only where the posts that begin
// topics are not enough.
absl::Status Gathering::AddAll(const Plan& plan, const Expression& expression, int limit) {
  if (plan.in_title) return Add(expression, Among::kTitles, limit);
  const size_t before = posts_.size();
  RETURN_IF_ERROR(Add(expression, Among::kOpenings, limit));
  if (posts_.size() - before >= static_cast<size_t>(limit)) return absl::OkStatus();
  return Add(expression, Among::kReplies, limit);
}

absl::Status Gathering::ByRelevance(const Plan& plan, size_t enough) {
  const std::vector<int> terms = plan.Deciding();
  if (terms.empty()) return AddAll(plan, Filtered(plan), candidates_);
  const Expression all = AllOf(plan, terms);
  RETURN_IF_ERROR(AddAll(plan, all, candidates_));
  // More than were taken: then those whose titles say it, too.
  if (found_.bound && !plan.in_title && !plan.in_body) {
    RETURN_IF_ERROR(Add(all, Among::kTitles, candidates_ / 2));
  }
  if (found_.topics.size() >= enough) return absl::OkStatus();
  return Relax(plan, enough);
}

absl::Status Gathering::Relax(const Plan& plan, size_t enough) {
  const size_t before = found_.topics.size();
  const std::vector<int> terms = Rarest(plan, kRelaxedTerms);
  if (terms.size() > 2) RETURN_IF_ERROR(AddAll(plan, TwoOf(plan, terms), candidates_));
  if (terms.size() > 1 && found_.topics.size() < enough) {
    const Expression any = AnyOf(plan, Rarest(plan, 2));
    if (!plan.in_title && !plan.in_body) {
      RETURN_IF_ERROR(Add(any, Among::kTitles, candidates_ / 2));
    }
    RETURN_IF_ERROR(AddAll(plan, any, candidates_));
  }
  found_.relaxed = found_.topics.size() > before;
  return absl::OkStatus();
}

absl::Status Gathering::ByTime(const Plan& plan, bool oldest_first) {
  const std::vector<int> terms = plan.Deciding();
  const Expression all = terms.empty() ? Filtered(plan) : AllOf(plan, terms);
  if (plan.in_title && !terms.empty()) {
    RETURN_IF_ERROR(Add(all, Among::kTitles, weights::kTimeCandidates, oldest_first));
  } else {
    RETURN_IF_ERROR(Add(all, Among::kOpenings, weights::kTimeCandidates, oldest_first));
    RETURN_IF_ERROR(Add(all, Among::kReplies, weights::kTimeCandidates, oldest_first));
  }
  return found_.topics.empty() && terms.size() > 1 ? Relax(plan, 1) : absl::OkStatus();
}

absl::Status Gathering::Titles(const Plan& plan, int limit) {
  const std::vector<int> terms = plan.Deciding();
  if (terms.empty() || plan.in_body) return absl::OkStatus();
  return Add(AllOf(plan, terms), Among::kTitles, limit);
}

// In steps of ids, so that each has a bounded number of rows to look at even when the caller may
// read none of them.
absl::Status Gathering::Add(const Expression& expression, Among among, int limit,
                            bool oldest_first) {
  if (expression.match.empty()) return absl::OkStatus();
  if (greatest_id_ < 0) {
    ASSIGN_OR_RETURN(greatest_id_, store_.GreatestPostId());
  }
  // Marks alone are not counted: as if one post in ten had them.
  const int64_t all = expression.posts > 0 ? expression.posts : greatest_id_ / 10;
  const int64_t posts = all / ShareOf(among);
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
        .among = among,
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
  const auto [known, is_new_post] = posts_.try_emplace(row.post_id);
  if (!is_new_post) {
    FoundPost& post = found_.topics[known->second.first].posts[known->second.second];
    return Merge(ParseHits(row.hits), post.hits);
  }
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
  std::vector<FoundPost>& posts = found_.topics[place->second].posts;
  known->second = {place->second, posts.size()};
  posts.push_back({.id = row.post_id,
                   .author_id = row.author_id,
                   .created_at = row.created_at,
                   .number = row.number,
                   .likes = row.likes,
                   .length = row.length,
                   .accepted = row.accepted,
                   .hits = ParseHits(row.hits)});
}

}  // namespace forium::search
