// SPDX-License-Identifier: Apache-2.0
// ListSimilarTopics(): other topics that have the words by which one stands out.
#include <algorithm>
#include <optional>

#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/search/queries/finder.h"
#include "services/search/queries/shown.h"
#include "services/search/queries/weights.h"

namespace forium::search {
namespace {

constexpr int kTopics = 5;
constexpr int kMostTopics = 10;
constexpr size_t kWords = 8;
constexpr int kCandidates = 80;

struct Subject {
  int64_t topic_id = 0;
  std::string title, text;
};

absl::StatusOr<Subject> SubjectOf(const v1::ListSimilarTopicsRequest& request,
                                  const Segment& segment, SearchStore& store) {
  if (request.topic_id() == 0) return Subject{0, request.title(), request.raw()};
  ASSIGN_OR_RETURN(std::optional<ReadableTopic> topic, store.Topic(request.topic_id()));
  if (!topic.has_value()) {
    return status::NotFound("This topic is not there, or you may not read it.");
  }
  ASSIGN_OR_RETURN(std::string text, store.FirstText(topic->id, segment));
  return Subject{topic->id, std::move(topic->title), std::move(text)};
}

// Titles first; posts that begin topics only when titles are too few.
absl::StatusOr<Found> Gather(const Snapshot& index, const Plan& plan, SearchStore& store,
                             size_t enough) {
  const Wanted any = {.how = Wanted::How::kAny, .terms = plan.Deciding()};
  if (any.terms.empty()) return Found{};
  Gathering gathering(index, store, plan, {});
  RETURN_IF_ERROR(gathering.Add(any, Among::kTitles, kCandidates));
  if (gathering.found().topics.size() <= enough * 4) {
    RETURN_IF_ERROR(gathering.Add(any, Among::kOpenings, kCandidates));
  }
  return std::move(gathering.found());
}

}  // namespace

absl::StatusOr<v1::ListSimilarTopicsResponse> ListSimilarTopics(
    const Snapshot& index, const Reader& reader, const v1::ListSimilarTopicsRequest& request) {
  const int limit = std::min(request.limit() <= 0 ? kTopics : request.limit(), kMostTopics);
  const CountedWords known;
  const PlanSources sources = {*index.vocabulary, index.languages, WordsOfThread(), known};
  Plan plan;
  Found found;
  RankingOptions options;
  int64_t itself = 0;
  RETURN_IF_ERROR(index.database->Read([&](database::Transaction& tx) {
    SearchStore store(tx, reader.level);
    ASSIGN_OR_RETURN(const Subject subject, SubjectOf(request, *index.segment, store));
    itself = subject.topic_id;
    plan = MakePlanOfText(subject.title, subject.text, sources, kWords);
    ASSIGN_OR_RETURN(found, Gather(index, plan, store, static_cast<size_t>(limit)));
    ASSIGN_OR_RETURN(options.newest_at, store.NewestPostAt());
    options.title_key = TitleKey(subject.title, WordsOfThread());
    return absl::OkStatus();
  }));
  v1::ListSimilarTopicsResponse response;
  Snippets snippets(plan, WordsOfThread());
  for (const Ranked& ranked : Rank(plan, found, options, WordsOfThread())) {
    if (response.topics_size() == limit) break;
    if (ranked.topic->id == itself) continue;
    FillSuggestion(*ranked.topic, snippets, response.add_topics());
  }
  return response;
}

}  // namespace forium::search
