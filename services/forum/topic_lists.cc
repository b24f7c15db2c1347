// SPDX-License-Identifier: Apache-2.0
#include "services/forum/topic_lists.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "google/protobuf/arena.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/authors.h"
#include "services/forum/page_token.h"
#include "services/forum/ready_json.h"
#include "services/forum/store.h"
#include "services/forum/store_rows.h"
#include "services/forum/visibility.h"

namespace forium::forum {
namespace {

constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();
constexpr int64_t kDay = int64_t{24} * 60 * 60 * 1'000'000;

absl::StatusOr<int64_t> BeginOf(std::string_view period, int64_t now) {
  if (period.empty() || period == "all") return 0;
  if (period == "week") return now - 7 * kDay;
  if (period == "month") return now - 30 * kDay;
  if (period == "year") return now - 365 * kDay;
  return status::InvalidField("period", "The period is week, month, year or all.");
}

// Names all that selects and orders.
std::string ListName(const v1::ListTopicsRequest& request) {
  return absl::StrCat("topics/", request.filter(), "/", request.order(), "/", request.period(), "/",
                      request.category(), "/", request.tag());
}

absl::StatusOr<TopicSelection> SelectionOf(const Caller& caller,
                                           const v1::ListTopicsRequest& request) {
  TopicSelection selection;
  if (!v1::TopicOrder_IsValid(request.order())) {
    return status::InvalidField("order", "The order is latest, top or created.");
  }
  if (!v1::TopicFilter_IsValid(request.filter())) {
    return status::InvalidField("filter", "The filter is all, unread or new.");
  }
  if (request.category().size() > 400) return status::NotFound("This category does not exist.");
  selection.order = request.order();
  selection.filter = request.filter();
  selection.category = request.category();
  selection.tag = request.tag();
  if (selection.filter != v1::ALL) {
    if (!caller.reader.member()) {
      return status::Error(absl::StatusCode::kUnauthenticated, status::Reason::SIGN_IN_REQUIRED,
                           "Sign in to see what is new to you.");
    }
    if (!selection.tag.empty()) {
      return status::InvalidField("tag", "A tag cannot be combined with this filter.");
    }
    selection.order = selection.filter == v1::NEW ? v1::CREATED : v1::LATEST;
  }
  ASSIGN_OR_RETURN(selection.bumped_since, BeginOf(request.period(), caller.now));
  ASSIGN_OR_RETURN(selection.limit, PageSize(request.page_size(), kTopicsPerPage));
  selection.after = {kEnd, kEnd};
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(selection.after, ParsePageToken(ListName(request), request.page_token()));
  }
  return selection;
}

PageKey KeyOf(const v1::Topic& topic, v1::TopicOrder order) {
  switch (order) {
    case v1::CREATED:
      return {Microseconds(topic.created_at()), topic.id()};
    case v1::TOP:
      return {topic.posts_count() + int64_t{2} * topic.likes_count(), topic.id()};
    default:
      return {Microseconds(topic.bumped_at()), topic.id()};
  }
}

// An empty list may be of a category or a tag that the caller may not know of.
absl::Status CheckNamed(Store& store, const Reader& reader, const TopicSelection& selection) {
  if (!selection.category.empty()) {
    ASSIGN_OR_RETURN(const bool exists, store.CategoryExists(reader, selection.category));
    if (!exists) return status::NotFound("This category does not exist, or is not open to you.");
  }
  if (!selection.tag.empty()) {
    ASSIGN_OR_RETURN(const bool exists, store.TagExists(reader, selection.tag));
    if (!exists) return status::NotFound("No topic that you may read has this tag.");
  }
  return absl::OkStatus();
}

v1::BodyFacts FactsFor(const TopicSelection& selection, const v1::ListTopicsResponse& response) {
  v1::BodyFacts facts;
  facts.add_cache_tags("list");
  if (!selection.category.empty() && response.topics_size() > 0) {
    facts.add_cache_tags(absl::StrCat("category:", response.topics(0).category_id()));
  }
  if (!selection.tag.empty()) facts.add_cache_tags("tag:" + selection.tag);
  return facts;
}

}  // namespace

absl::StatusOr<google::api::HttpBody> ListTopics(const Caller& caller,
                                                 const v1::ListTopicsRequest& request) {
  ASSIGN_OR_RETURN(TopicSelection selection, SelectionOf(caller, request));
  const int size = selection.limit++;  // one more, to know whether there are more
  const Reader& reader = caller.reader;
  const bool first_page = request.page_token().empty();
  const bool with_pinned = first_page && selection.order == v1::LATEST &&
                           selection.filter == v1::ALL && selection.tag.empty();
  google::protobuf::Arena arena;  // a page is a thousand small objects
  v1::ListTopicsResponse& response =
      *google::protobuf::Arena::CreateMessage<v1::ListTopicsResponse>(&arena);
  RETURN_IF_ERROR(caller.database.Read([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    response.Clear();
    auto* topics = response.mutable_topics();
    if (with_pinned) RETURN_IF_ERROR(store.ListPinned(reader, selection.category, topics));
    const int pinned = topics->size();
    RETURN_IF_ERROR(store.ListTopics(reader, selection, topics));
    if (topics->empty() && first_page) RETURN_IF_ERROR(CheckNamed(store, reader, selection));
    if (topics->size() - pinned > size) {
      topics->RemoveLast();
      response.set_next_page_token(
          MakePageToken(ListName(request), KeyOf(*topics->rbegin(), selection.order)));
    }
    Authors authors;
    for (v1::Topic& topic : *topics) {
      ShowTopic(reader, &topic);
      authors.AddThoseOf(topic);
    }
    RETURN_IF_ERROR(authors.Load(store));
    for (v1::Topic& topic : *topics) authors.HideErased(&topic);
    std::move(authors).MoveTo(response.mutable_authors());
    return absl::OkStatus();
  }));
  return ReadyJson(response, WithNames(FactsFor(selection, response), response.authors()));
}

}  // namespace forium::forum
