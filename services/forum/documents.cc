// SPDX-License-Identifier: Apache-2.0
#include "services/forum/documents.h"

#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/base/events/events.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/page_token.h"
#include "services/forum/store.h"

namespace forium::forum {
namespace {

using events::v1::Event;
using Ids = std::set<int64_t>;

constexpr std::string_view kSnapshot = "snapshot";

absl::StatusOr<int> Limit(std::string_view field, int requested, int most) {
  if (requested == 0) return most;
  if (requested > 0 && requested <= most) return requested;
  return status::InvalidField(field, absl::StrCat("Ask for 1 to ", most, " at once."));
}

std::vector<int64_t> ListOf(const Ids& ids) { return {ids.begin(), ids.end()}; }

// What some events touched.
struct Touched {
  Ids categories, users, topics, posts, imported_topics;
  std::map<int64_t, int64_t> topic_of_post;
  bool imported = false;
  bool everything = false;

  void Add(const Event& event) {
    switch (event.body_case()) {
      case Event::kCategoryChanged:
        categories.insert(event.category_changed().category_id());
        break;
      case Event::kTopicChanged:
        topics.insert(event.topic_changed().topic_id());
        break;
      case Event::kPostChanged:
        posts.insert(event.post_changed().post_id());
        topics.insert(event.post_changed().topic_id());
        topic_of_post[event.post_changed().post_id()] = event.post_changed().topic_id();
        // An author is known to the forum with the first post at the latest.
        users.insert(event.post_changed().author_id());
        break;
      case Event::kUserChanged:
        users.insert(event.user_changed().user_id());
        break;
      case Event::kEverythingChanged:
        AddWhat(event.everything_changed());
        break;
      default:
        break;
    }
  }

  void AddWhat(const events::v1::EverythingChanged& what) {
    if (what.user_id() != 0) users.insert(what.user_id());
    if (what.category_id() != 0) categories.insert(what.category_id());
    topics.insert(what.topic_ids().begin(), what.topic_ids().end());
    if (what.imported()) {
      imported = true;
      imported_topics.insert(what.topic_ids().begin(), what.topic_ids().end());
    }
    const bool narrowed = what.user_id() != 0 || what.category_id() != 0 ||
                          what.topic_ids_size() > 0 || what.imported();
    if (!narrowed) everything = true;
  }
};

// Those of `ids` that were not found are told as `gone`.
template <typename Documents, typename Gone>
void AddMissing(const Ids& ids, Documents* documents, Gone gone) {
  Ids missing = ids;
  for (const auto& document : *documents) missing.erase(document.id());
  for (const int64_t id : missing) {
    auto* document = documents->Add();
    document->set_id(id);
    gone(document);
  }
}

// Posts of imported topics, their authors, and categories that came with them.
absl::Status ReadImported(Store& store, Touched& touched, v1::ListChangesResponse* response) {
  RETURN_IF_ERROR(store.ListCategoryDocuments(response->mutable_categories()));
  RETURN_IF_ERROR(
      store.GetPostDocumentsOfTopics(ListOf(touched.imported_topics), response->mutable_posts()));
  for (const v1::PostDocument& post : response->posts()) {
    touched.users.insert(post.author_id());
    touched.posts.erase(post.id());
  }
  return absl::OkStatus();
}

absl::Status ReadDocuments(Store& store, Touched touched, v1::ListChangesResponse* response) {
  if (touched.imported) {
    RETURN_IF_ERROR(ReadImported(store, touched, response));
  } else if (!touched.categories.empty()) {
    RETURN_IF_ERROR(
        store.GetCategoryDocuments(ListOf(touched.categories), response->mutable_categories()));
    AddMissing(touched.categories, response->mutable_categories(),
               [](v1::CategoryDocument* category) { category->set_deleted(true); });
  }
  if (!touched.users.empty()) {
    RETURN_IF_ERROR(store.GetUserDocuments(ListOf(touched.users), response->mutable_users()));
  }
  if (!touched.topics.empty()) {
    RETURN_IF_ERROR(store.GetTopicDocuments(ListOf(touched.topics), response->mutable_topics()));
    AddMissing(touched.topics, response->mutable_topics(), [](v1::TopicDocument*) {});
  }
  if (!touched.posts.empty()) {
    v1::ListChangesResponse changed;
    RETURN_IF_ERROR(store.GetPostDocuments(ListOf(touched.posts), changed.mutable_posts()));
    AddMissing(touched.posts, changed.mutable_posts(), [&](v1::PostDocument* post) {
      post->set_topic_id(touched.topic_of_post.at(post->id()));
    });
    response->mutable_posts()->MergeFrom(changed.posts());
  }
  return absl::OkStatus();
}

int64_t BytesOf(const v1::ListChangesResponse& response) {
  int64_t bytes = 0;
  for (const v1::PostDocument& post : response.posts()) {
    bytes += static_cast<int64_t>(post.text().size());
  }
  return bytes;
}

// Whether the log holds every event after `sequence`. A position beyond its end is of a log that is
// no more: the database came back from a backup.
bool Reaches(const LogExtent& log, int64_t sequence) {
  return sequence <= log.last && (sequence == log.last || log.first <= sequence + 1);
}

}  // namespace

absl::StatusOr<v1::GetSnapshotResponse> GetSnapshot(const Caller& caller,
                                                    const v1::GetSnapshotRequest& request) {
  ASSIGN_OR_RETURN(const int size, Limit("page_size", request.page_size(), kSnapshotPosts));
  PageKey after;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(after, ParsePageToken(kSnapshot, request.page_token()));
  }
  v1::GetSnapshotResponse response;
  RETURN_IF_ERROR(caller.database.Read([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    response.Clear();
    if (request.page_token().empty()) {
      ASSIGN_OR_RETURN(const LogExtent log, store.GetLogExtent());
      response.set_sequence(log.last);
      ASSIGN_OR_RETURN(const int64_t posts, store.CountShownPosts());
      response.set_posts_total(posts);
      RETURN_IF_ERROR(store.ListCategoryDocuments(response.mutable_categories()));
      RETURN_IF_ERROR(store.ListUserDocuments(response.mutable_users()));
    }
    ASSIGN_OR_RETURN(const bool more, store.ListPostDocuments(after.second, size, kDocumentBytes,
                                                              response.mutable_posts()));
    if (response.posts().empty()) return absl::OkStatus();
    Ids topics;
    for (const v1::PostDocument& post : response.posts()) topics.insert(post.topic_id());
    if (more) {
      response.set_next_page_token(
          MakePageToken(kSnapshot, {.second = response.posts().rbegin()->id()}));
    }
    return store.GetTopicDocuments(ListOf(topics), response.mutable_topics());
  }));
  return response;
}

absl::StatusOr<v1::ListChangesResponse> ListChanges(const Caller& caller,
                                                    const v1::ListChangesRequest& request) {
  const int64_t after = request.after_sequence();
  if (after < 0) return status::InvalidField("after_sequence", "Positions in the log begin at 0.");
  ASSIGN_OR_RETURN(const int limit, Limit("limit", request.limit(), kChangesEvents));
  // What is read of the state below is at least as new as these.
  ASSIGN_OR_RETURN(const std::vector<Event> events, events::ReadLog(caller.database, after, limit));
  const bool gap = !events.empty() && events.front().sequence() != after + 1;
  size_t count = events.size();
  v1::ListChangesResponse response;
  const auto read = [&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    response.Clear();
    ASSIGN_OR_RETURN(const LogExtent log, store.GetLogExtent());
    response.set_sequence(after);
    response.set_last_sequence(log.last);
    Touched touched;
    for (const Event& event : std::span(events).first(count)) touched.Add(event);
    if (gap || !Reaches(log, after) || touched.everything) {
      response.set_start_over(true);
      // Who reads what counts at once, also in the copy that serves until the new one is there.
      return store.ListCategoryDocuments(response.mutable_categories());
    }
    if (count == 0) return absl::OkStatus();
    *response.mutable_first_event_at() = events.front().time();
    response.set_sequence(events[count - 1].sequence());
    return ReadDocuments(store, std::move(touched), &response);
  };
  RETURN_IF_ERROR(caller.database.Read(read));
  while (BytesOf(response) > kDocumentBytes && count > 1) {
    count /= 2;
    RETURN_IF_ERROR(caller.database.Read(read));
  }
  return response;
}

}  // namespace forium::forum
