// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/filters.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/search/index/marks.h"
#include "services/search/queries/readable.h"
#include "services/search/words/words.h"

namespace forium::search {
namespace {

// Behind the newest post: posts of the same day are within.
constexpr int64_t kDayMicros = 86'400'000'000;

std::string Lower(std::string_view text) {
  std::string lower(text);
  absl::AsciiStrToLower(&lower);
  return lower;
}

v1::Problem UnknownValue(const Query& query, const QueryFilter& filter) {
  v1::Problem problem;
  problem.set_kind(v1::Problem::UNKNOWN_VALUE);
  problem.set_text(query.text.substr(filter.begin, filter.end - filter.begin));
  return problem;
}

class Resolver {
 public:
  Resolver(const Query& query, SearchStore& store) : query_(query), store_(store) {}

  absl::StatusOr<ResolvedFilters> Resolve() {
    for (const QueryFilter& filter : query_.filters) RETURN_IF_ERROR(ResolveOne(filter));
    if (!categories_.empty()) resolved_.marks.push_back(std::move(categories_));
    if (!users_.empty()) resolved_.marks.push_back(std::move(users_));
    RETURN_IF_ERROR(AddTimes());
    AddFirst();
    return std::move(resolved_);
  }

 private:
  absl::Status ResolveOne(const QueryFilter& filter) {
    switch (filter.kind) {
      case FilterKind::kCategory:
        return ResolveCategory(filter);
      case FilterKind::kUser:
        return ResolveUser(filter);
      case FilterKind::kTopic:
        return ResolveTopic(filter);
      case FilterKind::kTag:
        AddMark(filter, TagMark(Lower(filter.value)));
        break;
      case FilterKind::kInFirst:
        AddMark(filter, std::string(kFirstMark));
        first_ = true;
        break;
      case FilterKind::kCode:
        AddMark(filter, std::string(kCodeMark));
        narrow_ = true;
        break;
      case FilterKind::kBefore:
      case FilterKind::kAfter:
        ResolveDate(filter);
        break;
      case FilterKind::kSolved:
      case FilterKind::kUnsolved:
        resolved_.bounds.solved = (filter.kind == FilterKind::kSolved) != filter.excluded ? 1 : 2;
        break;
      case FilterKind::kClosed:
      case FilterKind::kOpen:
        resolved_.bounds.closed = (filter.kind == FilterKind::kClosed) != filter.excluded ? 1 : 2;
        break;
      case FilterKind::kInTitle:
      case FilterKind::kOrder:
        break;
    }
    return absl::OkStatus();
  }

  void AddMark(const QueryFilter& filter, std::string mark) {
    if (filter.excluded) {
      resolved_.excluded_marks.push_back(std::move(mark));
    } else {
      resolved_.marks.push_back({std::move(mark)});
    }
  }

  void Unknown(const QueryFilter& filter) {
    resolved_.problems.push_back(UnknownValue(query_, filter));
    if (!filter.excluded) resolved_.impossible = true;
  }

  absl::Status ResolveCategory(const QueryFilter& filter) {
    ASSIGN_OR_RETURN(const std::vector<Category> categories, store_.Categories());
    for (const Category& category : categories) {
      if (!absl::EqualsIgnoreCase(category.slug, filter.value) &&
          !absl::EqualsIgnoreCase(category.name, filter.value)) {
        continue;
      }
      std::vector<std::string>& marks = filter.excluded ? resolved_.excluded_marks : categories_;
      marks.push_back(CategoryMark(category.id));
      return absl::OkStatus();
    }
    Unknown(filter);
    return absl::OkStatus();
  }

  absl::Status ResolveUser(const QueryFilter& filter) {
    ASSIGN_OR_RETURN(const std::optional<User> user, store_.UserNamed(filter.value));
    if (!user.has_value()) {
      Unknown(filter);
      return absl::OkStatus();
    }
    std::vector<std::string>& marks = filter.excluded ? resolved_.excluded_marks : users_;
    marks.push_back(AuthorMark(user->id));
    narrow_ = true;
    return absl::OkStatus();
  }

  absl::Status ResolveTopic(const QueryFilter& filter) {
    std::optional<ReadableTopic> topic;
    if (filter.number > 0) {
      ASSIGN_OR_RETURN(topic, store_.Topic(filter.number));
    }
    if (!topic.has_value()) {
      Unknown(filter);
      return absl::OkStatus();
    }
    AddMark(filter, TopicMark(topic->id));
    narrow_ = true;
    if (!filter.excluded) resolved_.within_topic = true;
    return absl::OkStatus();
  }

  void ResolveDate(const QueryFilter& filter) {
    if (filter.number < 0) return Unknown(filter);
    Bounds& bounds = resolved_.bounds;
    timed_ = true;
    if ((filter.kind == FilterKind::kAfter) != filter.excluded) {
      bounds.after = std::max(bounds.after, filter.number);
    } else {
      bounds.before = std::min(bounds.before, filter.number);
    }
  }

  absl::Status AddTimes() {
    if (!timed_ || resolved_.impossible) return absl::OkStatus();
    ASSIGN_OR_RETURN(const int64_t newest, store_.NewestPostAt());
    const int64_t after = std::max<int64_t>(resolved_.bounds.after, 0);
    const int64_t before = resolved_.bounds.before;
    // Ids follow time nearly, not always (imports): open ends need a mark each month, closed ones
    // of this many years would be as many as all.
    const int64_t end = std::min(before, std::max(newest, after) + 400 * kDayMicros);
    std::vector<std::string> marks = MarksBetween(after, end);
    if (marks.empty()) {
      resolved_.impossible = true;
    } else if (before != Bounds().before || marks.size() < 4) {
      resolved_.marks.push_back(std::move(marks));
    }
    return absl::OkStatus();
  }

  // Filters that say something of topics alone list topics: each by its first post.
  void AddFirst() {
    const bool title = query_.Has(FilterKind::kInTitle) && !resolved_.within_topic;
    const bool words = std::any_of(query_.words.begin(), query_.words.end(),
                                   [](const QueryWord& word) { return !word.excluded; });
    if (!first_ && (title || (!words && !narrow_))) {
      resolved_.marks.push_back({std::string(kFirstMark)});
    }
  }

  const Query& query_;
  SearchStore& store_;
  ResolvedFilters resolved_;
  std::vector<std::string> categories_;
  std::vector<std::string> users_;
  bool narrow_ = false;
  bool first_ = false;
  bool timed_ = false;
};

}  // namespace

absl::StatusOr<ResolvedFilters> ResolveFilters(const Query& query, SearchStore& store) {
  return Resolver(query, store).Resolve();
}

absl::StatusOr<std::vector<v1::Problem>> UnknownTags(const Query& query, const Segment& segment,
                                                     SearchStore& store) {
  std::vector<v1::Problem> problems;
  for (const QueryFilter& filter : query.filters) {
    if (filter.kind != FilterKind::kTag) continue;
    const std::string mark = Mark(TagMark(Lower(filter.value)));
    ASSIGN_OR_RETURN(const bool readable, IsReadable(mark, segment, store));
    if (!readable) problems.push_back(UnknownValue(query, filter));
  }
  return problems;
}

}  // namespace forium::search
