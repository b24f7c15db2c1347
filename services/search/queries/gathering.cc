// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/gathering.h"

#include <algorithm>

#include "services/base/status/macros.h"
#include "services/search/queries/weights.h"

namespace forium::search {
namespace {

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

// Fits that are looked at between two looks at the budget.
constexpr size_t kFitsPerStep = 16;

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

SegmentList ListOf(Among among) {
  return among == Among::kReplies ? SegmentList::kReplies : SegmentList::kOpenings;
}

}  // namespace

Gathering::Gathering(const Snapshot& index, SearchStore& store, const Plan& plan,
                     const Bounds& bounds)
    : index_(index),
      store_(store),
      segment_(*index.segment),
      plan_(plan),
      bounds_(bounds),
      candidates_(CandidatesAmong(index.vocabulary->posts())),
      sealed_(segment_, plan) {}

// Titles alone when they are asked for; else posts, and replies only where the posts that begin
// topics are not enough.
absl::Status Gathering::AddAll(const Wanted& wanted, int limit) {
  if (plan_.in_title) return Add(wanted, Among::kTitles, limit);
  const size_t before = posts_.size();
  RETURN_IF_ERROR(Add(wanted, Among::kOpenings, limit));
  if (posts_.size() - before >= static_cast<size_t>(limit)) return absl::OkStatus();
  return Add(wanted, Among::kReplies, limit);
}

absl::Status Gathering::ByRelevance(size_t enough) {
  const Wanted all = {.terms = plan_.Deciding()};
  RETURN_IF_ERROR(AddAll(all, candidates_));
  if (all.terms.empty()) return absl::OkStatus();
  // More than were taken: then those whose titles say it, too.
  if (found_.bound && !plan_.in_title && !plan_.in_body) {
    RETURN_IF_ERROR(Add(all, Among::kTitles, candidates_ / 2));
  }
  if (found_.topics.size() >= enough) return absl::OkStatus();
  return Relax(enough);
}

absl::Status Gathering::Relax(size_t enough) {
  const size_t before = found_.topics.size();
  const std::vector<int> terms = Rarest(plan_, kRelaxedTerms);
  // They come behind what has all words: fewer are enough.
  const int limit = candidates_ / 2;
  if (terms.size() > 2) {
    RETURN_IF_ERROR(AddAll({.how = Wanted::How::kTwo, .terms = terms}, limit));
  }
  if (terms.size() > 1 && found_.topics.size() < enough) {
    const Wanted any = {.how = Wanted::How::kAny, .terms = Rarest(plan_, 2)};
    if (!plan_.in_title && !plan_.in_body) {
      RETURN_IF_ERROR(Add(any, Among::kTitles, limit));
    }
    RETURN_IF_ERROR(AddAll(any, limit));
  }
  found_.relaxed = found_.topics.size() > before;
  return absl::OkStatus();
}

absl::Status Gathering::ByTime(bool oldest_first) {
  const Order order = oldest_first ? Order::kOldest : Order::kNewest;
  const Wanted all = {.terms = plan_.Deciding()};
  if (plan_.in_title && !all.terms.empty()) {
    RETURN_IF_ERROR(Add(all, Among::kTitles, weights::kTimeCandidates, order));
  } else {
    RETURN_IF_ERROR(Add(all, Among::kOpenings, weights::kTimeCandidates, order));
    RETURN_IF_ERROR(Add(all, Among::kReplies, weights::kTimeCandidates, order));
  }
  return found_.topics.empty() && all.terms.size() > 1 ? Relax(1) : absl::OkStatus();
}

absl::Status Gathering::Titles(int limit) {
  const Wanted all = {.terms = plan_.Deciding()};
  if (all.terms.empty() || plan_.in_body) return absl::OkStatus();
  return Add(all, Among::kTitles, limit);
}

absl::Status Gathering::Add(const Wanted& wanted, Among among, int limit) {
  return Add(wanted, among, limit, Order::kNewest);
}

// Both in the order of their ids, so that it does not matter where a post stands.
absl::Status Gathering::Add(const Wanted& wanted, Among among, int limit, Order order) {
  if (wanted.terms.empty() && plan_.marks.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::vector<Loose> loose, FindLoose(wanted, among, limit, order));
  SealedPosts::Walk walk = {.list = ListOf(among),
                            .wanted = wanted,
                            .in_title = among == Among::kTitles && !wanted.terms.empty(),
                            .oldest_first = order == Order::kOldest};
  auto next = loose.begin();
  int rows = 0;
  const auto keep_loose_before = [&](int64_t id) {
    for (; next != loose.end() && rows < limit; ++next, ++rows) {
      if (order == Order::kOldest ? next->row.post_id > id : next->row.post_id < id) return;
      KeepLoose(*next);
    }
  };
  for (size_t seen = 0; rows < limit; ++seen) {
    if (seen % kFitsPerStep == kFitsPerStep - 1 && budget_.Over()) {
      found_.bound = true;
      break;
    }
    ASSIGN_OR_RETURN(const std::optional<Ordinal> post, sealed_.Next(walk, budget_));
    if (!post.has_value()) break;
    ASSIGN_OR_RETURN(const std::optional<RowHits> hits, sealed_.HitsOf(walk, *post));
    if (!hits.has_value()) continue;
    RETURN_IF_ERROR(segment_.ReadPost(walk.list, *post, &facts_));
    keep_loose_before(facts_.post.id);
    if (rows == limit) break;
    ASSIGN_OR_RETURN(const bool added, AddSealed(*hits));
    rows += added ? 1 : 0;
  }
  for (; next != loose.end() && rows < limit; ++next, ++rows) KeepLoose(*next);
  if (rows >= limit) found_.bound = true;
  return absl::OkStatus();
}

// The facts that were sealed hold as long as nothing touched them; else the rows are asked.
absl::StatusOr<bool> Gathering::AddSealed(const RowHits& hits) {
  RETURN_IF_ERROR(segment_.ReadTopic(&facts_));
  const PostFacts& post = facts_.post;
  const TopicFacts& topic = facts_.topic;
  if (index_.touched->Has(topic.id, post.id)) {
    bool found = false;
    RETURN_IF_ERROR(store_.SealedCandidate(post.id, bounds_, [&](const CandidateRow& row) {
      found = true;
      Keep(row, hits, facts_.text);
    }));
    return found;
  }
  if (!WithinBounds(post, topic)) return false;
  ASSIGN_OR_RETURN(const bool may_read, MayRead(topic));
  if (!may_read) return false;
  Keep({.post_id = post.id,
        .topic_id = topic.id,
        .author_id = post.author_id,
        .created_at = post.created_at,
        .number = post.number,
        .likes = post.likes,
        .length = post.length,
        .accepted = post.accepted,
        .category_id = topic.category_id,
        .solved = topic.solved,
        .closed = topic.closed,
        .posts_count = topic.posts_count,
        .bumped_at = topic.bumped_at,
        .title = topic.title,
        .slug = topic.slug,
        .tags = topic.tags,
        .language = topic.language},
       hits, facts_.text);
  return true;
}

absl::StatusOr<bool> Gathering::MayRead(const TopicFacts& topic) {
  if (!topic.visible) return false;
  const auto [known, is_new] = categories_.try_emplace(topic.category_id);
  if (is_new) {
    ASSIGN_OR_RETURN(known->second, store_.MayReadCategory(topic.category_id));
  }
  return known->second;
}

bool Gathering::WithinBounds(const PostFacts& post, const TopicFacts& topic) const {
  const auto fits = [](int wanted, bool is) { return wanted == 0 || (wanted == 1) == is; };
  return post.created_at >= bounds_.after && post.created_at < bounds_.before &&
         fits(bounds_.solved, topic.solved) && fits(bounds_.closed, topic.closed);
}

// In steps of ids, so that each has a bounded number of rows to look at even when the caller may
// read none of them.
absl::StatusOr<std::vector<Gathering::Loose>> Gathering::FindLoose(const Wanted& wanted,
                                                                   Among among, int limit,
                                                                   Order order) {
  std::vector<Loose> loose;
  if (!has_unsealed_.has_value()) {
    ASSIGN_OR_RETURN(has_unsealed_, store_.HasUnsealed());
  }
  if (!*has_unsealed_) return loose;
  if (greatest_id_ < 0) {
    ASSIGN_OR_RETURN(greatest_id_, store_.GreatestPostId());
  }
  const Expression expression = MatchOf(plan_, wanted);
  // Marks alone are not counted: as if one post in ten had them.
  const int64_t all = expression.posts > 0 ? expression.posts : greatest_id_ / 10;
  const int64_t posts = all / ShareOf(among);
  const int64_t step =
      posts <= kRowsPerStep
          ? greatest_id_ + 1
          : std::max<int64_t>(kRowsPerStep,
                              greatest_id_ / std::max<int64_t>(1, posts / kRowsPerStep));
  const bool oldest_first = order == Order::kOldest;
  for (int64_t done = 0; done <= greatest_id_; done += step) {
    if (budget_.Over()) {
      found_.bound = true;
      break;
    }
    const int left = limit - static_cast<int>(loose.size());
    if (left <= 0) break;
    const CandidateQuery query = {
        .among = among,
        .match = expression.match,
        .hits = expression.hits.bytes(),
        .least_id = oldest_first ? done : std::max<int64_t>(0, greatest_id_ - done - step + 1),
        .greatest_id = oldest_first ? done + step - 1 : greatest_id_ - done,
        .oldest_first = oldest_first,
        .limit = left};
    RETURN_IF_ERROR(store_.Candidates(query, bounds_, [&](const CandidateRow& row) {
      loose.push_back({row, ParseHits(row.hits), std::string(row.title), std::string(row.slug),
                       std::string(row.tags), std::string(row.language)});
    }));
  }
  return loose;
}

void Gathering::KeepLoose(Loose& loose) {
  loose.row.title = loose.title;
  loose.row.slug = loose.slug;
  loose.row.tags = loose.tags;
  loose.row.language = loose.language;
  Keep(loose.row, loose.hits, std::nullopt);
}

void Gathering::Keep(const CandidateRow& row, const RowHits& hits,
                     const std::optional<TextPlace>& text) {
  const auto [known, is_new_post] = posts_.try_emplace(row.post_id);
  if (!is_new_post) {
    FoundPost& post = found_.topics[known->second.first].posts[known->second.second];
    return Merge(hits, post.hits);
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
                   .text = text,
                   .hits = hits});
}

}  // namespace forium::search
