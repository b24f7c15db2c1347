// SPDX-License-Identifier: Apache-2.0
// Search(): from what was typed to a page of results.
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/search/queries/corrections.h"
#include "services/search/queries/facets.h"
#include "services/search/queries/filters.h"
#include "services/search/queries/finder.h"
#include "services/search/queries/page_token.h"
#include "services/search/queries/shown.h"
#include "services/search/queries/snippets.h"
#include "services/search/queries/weights.h"

namespace forium::search {
namespace {

constexpr int kPageSize = 20;
constexpr int kMostPageSize = 50;
// Authors of so many results are looked up for their standing.
constexpr size_t kWithStanding = 25;

// What one page needs, read in one transaction; texts are cut behind it.
class Finder {
 public:
  Finder(const Snapshot& index, const Reader& reader, const v1::SearchRequest& request)
      : index_(index), reader_(reader), request_(request), query_(ParseQuery(request.q())) {
    const int asked = request.page_size() <= 0 ? kPageSize : request.page_size();
    page_size_ = std::min(asked, kMostPageSize);
    list_ = absl::StrCat("search/", query_.text);
    order_ = query_.order;
  }

  absl::StatusOr<v1::SearchResponse> Find() {
    if (!request_.page_token().empty()) {
      ASSIGN_OR_RETURN(place_, ParsePageToken(list_, request_.page_token()));
    }
    RETURN_IF_ERROR(index_.database->Read([this](database::Transaction& tx) {
      SearchStore store(tx, reader_.level);
      return Read(store);
    }));
    Show();
    return std::move(response_);
  }

 private:
  absl::Status Read(SearchStore& store) {
    response_.Clear();
    shown_.clear();
    found_ = {};
    known_.clear();
    authors_.clear();
    ASSIGN_OR_RETURN(filters_, ResolveFilters(query_, store));
    RETURN_IF_ERROR(MakeFirstPlan(store));
    if (Possible()) RETURN_IF_ERROR(Gather(store));
    RETURN_IF_ERROR(RankFound(store));
    RETURN_IF_ERROR(TakePage(store));
    if (request_.facets() && !place_.has_value()) {
      RETURN_IF_ERROR(CountFacets(ranked_, store, response_.mutable_facets()));
    }
    return Interpret(store);
  }

  bool Possible() const {
    return !filters_.impossible && (!plan_.terms.empty() || !filters_.marks.empty()) &&
           !NothingToFind();
  }

  bool NothingToFind() const {
    return std::any_of(
        query_.problems.begin(), query_.problems.end(),
        [](const v1::Problem& problem) { return problem.kind() == v1::Problem::NOTHING_TO_FIND; });
  }

  PlanSources Sources() const {
    return {*index_.vocabulary, index_.languages, WordsOfThread(), known_};
  }

  // What is in the index is not taken for a typo, even when the vocabulary does not have it yet.
  absl::Status MakeFirstPlan(SearchStore& store) {
    MakePlanWithFilters();
    ASSIGN_OR_RETURN(known_, UncountedWords(plan_, store));
    if (!known_.empty()) MakePlanWithFilters();
    return absl::OkStatus();
  }

  void MakePlanWithFilters() {
    plan_ = MakePlan(query_, Sources());
    plan_.marks = filters_.marks;
    plan_.excluded_marks = filters_.excluded_marks;
    plan_.in_body = filters_.within_topic && !plan_.in_title;
    order_ = query_.order;
    // Filters alone are all equally well hit.
    if (plan_.terms.empty() && order_ == v1::RELEVANCE) order_ = v1::LATEST;
  }

  absl::Status Gather(SearchStore& store) {
    RETURN_IF_ERROR(GatherOnce(store));
    // Words that only others may read are as if nobody had written them.
    ASSIGN_OR_RETURN(const CountedWords unreadable,
                     UnreadableWords(plan_, found_, Sources(), *index_.segment, store));
    if (unreadable.empty()) return absl::OkStatus();
    for (const auto& [word, posts] : unreadable) known_[word] = posts;
    MakePlanWithFilters();
    return GatherOnce(store);
  }

  absl::Status GatherOnce(SearchStore& store) {
    Gathering gathering(index_, store, plan_, filters_.bounds);
    if (order_ == v1::LATEST || order_ == v1::OLDEST) {
      RETURN_IF_ERROR(gathering.ByTime(order_ == v1::OLDEST));
    } else {
      const bool relevance = order_ == v1::RELEVANCE && !filters_.within_topic;
      RETURN_IF_ERROR(gathering.ByRelevance(relevance ? weights::kEnoughTopics : 1));
    }
    found_ = std::move(gathering.found());
    return absl::OkStatus();
  }

  absl::Status RankFound(SearchStore& store) {
    RankingOptions options = {.order = order_, .by_post = filters_.within_topic};
    ASSIGN_OR_RETURN(options.newest_at, store.NewestPostAt());
    for (const PlannedTerm& term : plan_.terms) {
      absl::StrAppend(&options.title_key, options.title_key.empty() ? "" : " ", term.text);
    }
    options.title_key = TitleKey(options.title_key, WordsOfThread());
    ranked_ = Rank(plan_, found_, options, WordsOfThread());
    if (order_ == v1::RELEVANCE) RETURN_IF_ERROR(RankByStanding(store));
    response_.set_total(static_cast<int>(ranked_.size()));
    response_.set_total_is_bound(found_.bound);
    response_.set_relaxed(found_.relaxed);
    return absl::OkStatus();
  }

  absl::Status RankByStanding(SearchStore& store) {
    std::vector<int64_t> ids;
    for (size_t i = 0; i < std::min(kWithStanding, ranked_.size()); ++i) {
      ids.push_back(ranked_[i].post->author_id);
    }
    if (ids.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(std::vector<User> users, store.Users(ids));
    absl::flat_hash_map<int64_t, float> standing;
    for (User& user : users) {
      standing[user.id] = StandingOf(user.posts, user.likes);
      authors_[user.id] = std::move(user);
    }
    AddStanding(standing, kWithStanding, ranked_);
    return absl::OkStatus();
  }

  absl::Status TakePage(SearchStore& store) {
    const auto behind = [this](const Ranked& one) {
      if (!place_.has_value()) return true;
      return one.score != place_->score ? one.score < place_->score : one.key < place_->key;
    };
    auto next = std::find_if(ranked_.begin(), ranked_.end(), behind);
    const int before = place_.has_value() ? place_->count : 0;
    const int most = std::min(page_size_, std::max(0, weights::kMostResults - before));
    std::vector<int64_t> authors;
    for (; next != ranked_.end() && static_cast<int>(shown_.size()) < most; ++next) {
      shown_.push_back({*next, {}});
      // Of the first ones the standing was asked for.
      if (!authors_.contains(next->post->author_id)) authors.push_back(next->post->author_id);
    }
    if (shown_.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(ReadTexts(store));
    const int count = before + static_cast<int>(shown_.size());
    if (next != ranked_.end() && count < weights::kMostResults) {
      const Ranked& last = shown_.back().ranked;
      response_.set_next_page_token(MakePageToken(list_, {last.score, last.key, count}));
    }
    if (authors.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(std::vector<User> users, store.Users(authors));
    for (User& user : users) authors_[user.id] = std::move(user);
    return absl::OkStatus();
  }

  absl::Status ReadTexts(SearchStore& store) {
    std::vector<int64_t> loose;
    for (Shown& shown : shown_) {
      const FoundPost& post = *shown.ranked.post;
      if (!post.text.has_value()) {
        loose.push_back(post.id);
        continue;
      }
      ASSIGN_OR_RETURN(shown.text, index_.segment->ReadText(*post.text));
    }
    if (loose.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(auto texts, store.Texts(loose));
    for (Shown& shown : shown_) {
      const FoundPost& post = *shown.ranked.post;
      if (!post.text.has_value()) shown.text = std::move(texts[post.id]);
    }
    return absl::OkStatus();
  }

  absl::Status Interpret(SearchStore& store) {
    v1::Interpretation& told = *response_.mutable_interpretation();
    for (const PlannedTerm& term : plan_.terms) told.add_words(term.text);
    for (const QueryFilter& filter : query_.filters) {
      v1::Filter& added = *told.add_filters();
      added.set_name(absl::StrCat(filter.excluded ? "-" : "", std::string(NameOf(filter.kind))));
      added.set_value(filter.value);
      added.set_text(query_.text.substr(filter.begin, filter.end - filter.begin));
    }
    for (const v1::Problem& problem : query_.problems) *told.add_problems() = problem;
    if (plan_.too_many) told.add_problems()->set_kind(v1::Problem::TOO_MANY_WORDS);
    for (const v1::Problem& problem : filters_.problems) *told.add_problems() = problem;
    if (found_.topics.empty()) {
      ASSIGN_OR_RETURN(const std::vector<v1::Problem> unknown,
                       UnknownTags(query_, *index_.segment, store));
      for (const v1::Problem& problem : unknown) *told.add_problems() = problem;
    }
    told.set_order(order_);
    TellCorrections(query_, plan_, found_, &told);
    return absl::OkStatus();
  }

  void Show() {
    Snippets snippets(plan_, WordsOfThread());
    for (const Shown& shown : shown_) {
      v1::Result& result = *response_.add_results();
      FillResult(shown.ranked, &result);
      const auto author = authors_.find(shown.ranked.post->author_id);
      if (author != authors_.end()) FillMember(author->second, result.mutable_author());
      const Language language = shown.ranked.topic->language;
      snippets.Cut(shown.text, language, result.mutable_snippet());
      snippets.Mark(shown.ranked.topic->title, language, result.mutable_title_pieces());
    }
  }

  struct Shown {
    Ranked ranked;
    std::string text;
  };

  const Snapshot& index_;
  const Reader& reader_;
  const v1::SearchRequest& request_;
  const Query query_;
  std::string list_;
  int page_size_;
  std::optional<PagePlace> place_;

  v1::Order order_;
  ResolvedFilters filters_;
  CountedWords known_;
  Plan plan_;
  Found found_;
  std::vector<Ranked> ranked_;
  std::vector<Shown> shown_;
  absl::flat_hash_map<int64_t, User> authors_;
  v1::SearchResponse response_;
};

}  // namespace

absl::StatusOr<v1::SearchResponse> Search(const Snapshot& index, const Reader& reader,
                                          const v1::SearchRequest& request) {
  return Finder(index, reader, request).Find();
}

}  // namespace forium::search
