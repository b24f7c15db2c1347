// SPDX-License-Identifier: Apache-2.0
#include "services/forum/topic_page.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/arena.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/authors.h"
#include "services/forum/page_token.h"
#include "services/forum/plain_text.h"
#include "services/forum/ready_json.h"
#include "services/forum/store.h"
#include "services/forum/visibility.h"

namespace forium::forum {
namespace {

using Posts = google::protobuf::RepeatedPtrField<v1::Post>;

// Posts from a number on, or those before it.
struct Stretch {
  int64_t number = 1;
  bool before = false;
  int size = kPostsPerPage;
};

struct Tokens {
  std::string next, previous;
};

std::string ListName(int64_t topic_id) { return absl::StrCat("posts/", topic_id); }

// The key's second number says which way the page goes.
std::string TokenOf(int64_t topic_id, int64_t number, bool before) {
  return MakePageToken(ListName(topic_id), {number, before ? 1 : 0});
}

absl::Status CheckNumbers(int32_t from, int32_t before) {
  if (from < 0) return status::InvalidField("from", "Post numbers begin at 1.");
  if (before < 0) return status::InvalidField("before", "Post numbers begin at 1.");
  return absl::OkStatus();
}

// Reads one post more than the page has, to know whether there are more.
absl::StatusOr<Tokens> ReadStretch(Store& store, const Reader& reader, const TopicFacts& topic,
                                   const Stretch& stretch, Posts* posts) {
  Tokens tokens;
  const auto read = stretch.before ? &Store::ListPostsBefore : &Store::ListPosts;
  RETURN_IF_ERROR((store.*read)(reader, topic.id, stretch.number, stretch.size + 1, posts));
  const bool more = posts->size() > stretch.size;
  if (more && stretch.before) posts->DeleteSubrange(0, 1);
  if (more && !stretch.before) posts->RemoveLast();

  const int64_t first = posts->empty() ? stretch.number : posts->begin()->number();
  const int64_t end = posts->empty() ? stretch.number : posts->rbegin()->number() + 1;
  const bool later = stretch.before ? topic.last_post_number >= end : more;
  const bool earlier = stretch.before ? more : first > 1;
  if (later) tokens.next = TokenOf(topic.id, end, false);
  if (earlier) tokens.previous = TokenOf(topic.id, first, true);
  return tokens;
}

std::string ExcerptOf(const Posts& posts) {
  for (const v1::Post& post : posts) {
    if (post.state() == v1::VISIBLE && !post.html().empty()) return Excerpt(post.html(), 200);
  }
  return "";
}

v1::BodyFacts FactsFor(const TopicFacts& topic, const Posts& posts) {
  v1::BodyFacts facts;
  facts.set_topic_slug(topic.slug);
  facts.set_topic_title(topic.title);
  facts.add_cache_tags(absl::StrCat("topic:", topic.id));
  facts.add_cache_tags(absl::StrCat("category:", topic.category_id));
  facts.set_excerpt(ExcerptOf(posts));
  return facts;
}

// Which posts a GetTopic asks for. Pages have fixed bounds, so that neighbours share cached pages.
Stretch StretchOf(const v1::GetTopicRequest& request, int64_t last_number, int size) {
  if (request.before() > 0) return {request.before(), true, size};
  if (request.from() > 0) return {request.from(), false, size};
  const int64_t number =
      std::clamp<int64_t>(request.post_number(), 1, std::max<int64_t>(last_number, 1));
  return {(number - 1) / size * size + 1, false, size};
}

}  // namespace

absl::StatusOr<google::api::HttpBody> GetTopic(const Caller& caller,
                                               const v1::GetTopicRequest& request) {
  ASSIGN_OR_RETURN(const int size, PageSize(request.page_size(), kPostsPerPage));
  RETURN_IF_ERROR(CheckNumbers(request.from(), request.before()));
  if (request.post_number() < 0) {
    return status::InvalidField("post_number", "Post numbers begin at 1.");
  }
  const Reader& reader = caller.reader;
  google::protobuf::Arena arena;  // a page is a thousand small objects
  v1::Topic& topic = *google::protobuf::Arena::CreateMessage<v1::Topic>(&arena);
  TopicFacts facts;
  RETURN_IF_ERROR(caller.database.Read([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    topic.Clear();
    RETURN_IF_ERROR(store.GetTopic(reader, request.id(), &topic));
    facts = FactsOf(topic);
    const Stretch stretch = StretchOf(request, topic.last_post_number(), size);
    ASSIGN_OR_RETURN(Tokens tokens,
                     ReadStretch(store, reader, facts, stretch, topic.mutable_posts()));
    *topic.mutable_next_page_token() = std::move(tokens.next);
    *topic.mutable_previous_page_token() = std::move(tokens.previous);

    ShowTopic(reader, &topic);
    *topic.mutable_allowed() = AllowedIn(reader, facts);
    for (v1::Post& post : *topic.mutable_posts()) ShowPost(reader, facts, &post);

    Authors authors;
    authors.AddThoseOf(topic);
    authors.AddThoseOf(topic.posts());
    RETURN_IF_ERROR(authors.Load(store));
    authors.HideErased(&topic);
    authors.HideErased(topic.mutable_posts());
    std::move(authors).MoveTo(topic.mutable_authors());
    return absl::OkStatus();
  }));
  return ReadyJson(topic, WithNames(FactsFor(facts, topic.posts()), topic.authors()));
}

absl::StatusOr<google::api::HttpBody> ListPosts(const Caller& caller,
                                                const v1::ListPostsRequest& request) {
  ASSIGN_OR_RETURN(const int size, PageSize(request.page_size(), kPostsPerPage));
  RETURN_IF_ERROR(CheckNumbers(request.from(), request.before()));
  Stretch stretch{std::max(request.from(), 1), false, size};
  if (request.before() > 0) stretch = {request.before(), true, size};
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(const PageKey key,
                     ParsePageToken(ListName(request.topic_id()), request.page_token()));
    stretch = {key.first, key.second == 1, size};
  }
  const Reader& reader = caller.reader;
  google::protobuf::Arena arena;
  v1::ListPostsResponse& response =
      *google::protobuf::Arena::CreateMessage<v1::ListPostsResponse>(&arena);
  TopicFacts topic;
  RETURN_IF_ERROR(caller.database.Read([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    response.Clear();
    ASSIGN_OR_RETURN(topic, store.FindTopic(reader, request.topic_id()));
    ASSIGN_OR_RETURN(Tokens tokens,
                     ReadStretch(store, reader, topic, stretch, response.mutable_posts()));
    *response.mutable_next_page_token() = std::move(tokens.next);
    *response.mutable_previous_page_token() = std::move(tokens.previous);
    for (v1::Post& post : *response.mutable_posts()) ShowPost(reader, topic, &post);

    Authors authors;
    authors.AddThoseOf(response.posts());
    RETURN_IF_ERROR(authors.Load(store));
    authors.HideErased(response.mutable_posts());
    std::move(authors).MoveTo(response.mutable_authors());
    return absl::OkStatus();
  }));
  return ReadyJson(response, FactsFor(topic, response.posts()));
}

absl::StatusOr<v1::Timeline> GetTimeline(const Caller& caller,
                                         const v1::GetTimelineRequest& request) {
  v1::Timeline timeline;
  RETURN_IF_ERROR(caller.database.Read([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    timeline.Clear();
    RETURN_IF_ERROR(store.FindTopic(caller.reader, request.id()).status());
    return store.GetTimeline(request.id(), kTimelinePoints, &timeline);
  }));
  return timeline;
}

}  // namespace forium::forum
