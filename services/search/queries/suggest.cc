// SPDX-License-Identifier: Apache-2.0
// Suggest(): what could be meant while it is typed. The last word goes on; only titles are looked
// at, so that it keeps up with typing.
#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/search/index/marks.h"
#include "services/search/queries/filters.h"
#include "services/search/queries/finder.h"
#include "services/search/queries/known_tags.h"
#include "services/search/queries/readable.h"
#include "services/search/queries/shown.h"

namespace forium::search {
namespace {

constexpr int kLimit = 5;
constexpr int kMostLimit = 10;
constexpr int kTitles = 100;
constexpr size_t kContinuations = 12;
// Names are suggested from here on: one letter fits them all.
constexpr size_t kLeastNameBytes = 2;
// Of tags that begin so, as many are asked for whether the caller may read one with them.
constexpr size_t kMostTagsAsked = 20;

// What is being typed at the end.
struct Ending {
  std::string text;  // folded
  // Of an operator; all kinds when it is a word.
  std::optional<FilterKind> kind;

  bool Wants(FilterKind one) const {
    return text.size() >= (kind.has_value() ? 1 : kLeastNameBytes) &&
           (!kind.has_value() || *kind == one);
  }
};

Ending EndingOf(const Query& query, Words& words) {
  if (!query.filters.empty() && query.filters.back().end == query.text.size()) {
    const QueryFilter& filter = query.filters.back();
    return {words.Fold(filter.value), filter.kind};
  }
  if (!query.typing || query.words.back().excluded) return {};
  return {words.Fold(query.words.back().text), std::nullopt};
}

bool AnyWordBegins(std::string_view folded, std::string_view start) {
  for (size_t at = 0; at < folded.size();) {
    if (folded.substr(at, start.size()) == start) return true;
    const size_t end = folded.find_first_of(" -_.", at);
    if (end == std::string_view::npos) return false;
    at = end + 1;
  }
  return false;
}

class Suggestions {
 public:
  Suggestions(const Snapshot& index, const Reader& reader, const v1::SuggestRequest& request)
      : index_(index),
        reader_(reader),
        words_(WordsOfThread()),
        query_(ParseQuery(request.q())),
        ending_(EndingOf(query_, words_)),
        limit_(std::min(request.limit() <= 0 ? kLimit : request.limit(), kMostLimit)) {}

  absl::StatusOr<v1::SuggestResponse> Suggest() {
    std::shared_ptr<const std::vector<std::string>> tags;
    if (ending_.Wants(FilterKind::kTag)) {
      ASSIGN_OR_RETURN(tags, KnownTags(index_.database));
    }
    RETURN_IF_ERROR(index_.database->Read([&](database::Transaction& tx) {
      SearchStore store(tx, reader_.level);
      response_.Clear();
      RETURN_IF_ERROR(AddTopics(store));
      if (ending_.Wants(FilterKind::kCategory)) RETURN_IF_ERROR(AddCategories(store));
      if (tags != nullptr) RETURN_IF_ERROR(AddTags(*tags, store));
      if (ending_.Wants(FilterKind::kUser)) RETURN_IF_ERROR(AddMembers(store));
      return AddCompletions(store);
    }));
    return std::move(response_);
  }

 private:
  absl::Status AddTopics(SearchStore& store) {
    ASSIGN_OR_RETURN(const ResolvedFilters filters, ResolveFilters(query_, store));
    if (filters.impossible || query_.words.empty()) return absl::OkStatus();
    const CountedWords known;
    const PlanSources sources = {*index_.vocabulary, index_.languages, words_, known};
    Plan plan = MakePlan(query_, sources);
    plan.marks = filters.marks;
    plan.excluded_marks = filters.excluded_marks;
    if (!plan.terms.empty() && query_.typing && plan.terms.back().plain) {
      Continue(plan.terms.back(), sources, kContinuations);
      plan.terms.back().frequent = false;
    }
    Gathering gathering(index_, store, plan, filters.bounds);
    RETURN_IF_ERROR(gathering.Titles(kTitles));
    if (gathering.found().topics.empty() && plan.Deciding().size() > 1 && !plan.in_body) {
      const Wanted any = {.how = Wanted::How::kAny, .terms = plan.Deciding()};
      RETURN_IF_ERROR(gathering.Add(any, Among::kTitles, kTitles));
    }
    RankingOptions options = {.title_key = TitleKey(query_.text, words_)};
    ASSIGN_OR_RETURN(options.newest_at, store.NewestPostAt());
    Snippets snippets(plan, words_);
    for (const Ranked& ranked : Rank(plan, gathering.found(), options, words_)) {
      if (response_.topics_size() == limit_) break;
      FillSuggestion(*ranked.topic, snippets, response_.add_topics());
    }
    return absl::OkStatus();
  }

  absl::Status AddCategories(SearchStore& store) {
    ASSIGN_OR_RETURN(const std::vector<Category> categories, store.Categories());
    for (const Category& category : categories) {
      if (response_.categories_size() == limit_) break;
      if (!AnyWordBegins(words_.Fold(category.name), ending_.text) &&
          !absl::StartsWithIgnoreCase(category.slug, ending_.text)) {
        continue;
      }
      v1::NamedSuggestion& added = *response_.add_categories();
      added.set_slug(category.slug);
      added.set_name(category.name);
    }
    return absl::OkStatus();
  }

  absl::Status AddTags(const std::vector<std::string>& tags, SearchStore& store) {
    size_t asked = 0;
    for (const std::string& tag : tags) {
      if (response_.tags_size() == limit_ || asked == kMostTagsAsked) break;
      if (!AnyWordBegins(tag, ending_.text)) continue;
      ++asked;
      const std::string mark = forium::search::Mark(TagMark(tag));
      ASSIGN_OR_RETURN(const bool readable, IsReadable(mark, *index_.segment, store));
      if (!readable) continue;
      v1::NamedSuggestion& added = *response_.add_tags();
      added.set_slug(tag);
      added.set_name(tag);
    }
    return absl::OkStatus();
  }

  absl::Status AddMembers(SearchStore& store) {
    ASSIGN_OR_RETURN(const std::vector<User> users, store.UsersFrom(ending_.text, limit_));
    for (const User& user : users) FillMember(user, response_.add_members());
    return absl::OkStatus();
  }

  // Words of the vocabulary are told only when a post that the caller may read has them.
  absl::Status AddCompletions(SearchStore& store) {
    if (ending_.kind.has_value() || ending_.text.empty()) return absl::OkStatus();
    const std::vector<Term> terms = words_.SplitQuery(query_.words.back().text, {});
    if (terms.empty() || !terms.back().plain) return absl::OkStatus();
    for (const Vocabulary::Entry& entry :
         index_.vocabulary->WithPrefix(terms.back().text, kContinuations)) {
      if (response_.completions_size() == limit_) break;
      ASSIGN_OR_RETURN(const bool readable, IsReadable(entry.word, *index_.segment, store));
      if (readable) response_.add_completions(entry.word);
    }
    return absl::OkStatus();
  }

  const Snapshot& index_;
  const Reader& reader_;
  Words& words_;
  const Query query_;
  const Ending ending_;
  const int limit_;
  v1::SuggestResponse response_;
};

}  // namespace

absl::StatusOr<v1::SuggestResponse> Suggest(const Snapshot& index, const Reader& reader,
                                            const v1::SuggestRequest& request) {
  return Suggestions(index, reader, request).Suggest();
}

}  // namespace forium::search
