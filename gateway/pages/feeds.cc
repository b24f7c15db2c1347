// SPDX-License-Identifier: Apache-2.0
// Feeds of new topics (all, of a category, of a tag) and of new posts (of an account, in a topic),
// as Atom and as JSON Feed. Entries are whole: the texts of topics are asked for one by one, which
// the page cache makes rare.
#include <map>
#include <optional>
#include <vector>

#include "gateway/found/feed.h"
#include "gateway/found/plain_text.h"
#include "gateway/http/url.h"
#include "gateway/pages/guest_documents.h"
#include "gateway/pages/loaders.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "proto/forium/forum/v1/posts.pb.h"
#include "proto/forium/forum/v1/topics.pb.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

using forum::v1::Author;
using forum::v1::ListPostsResponse;
using forum::v1::ListTopicsResponse;
using forum::v1::Post;
using forum::v1::Topic;
using Authors = std::map<int64_t, const Author*>;

constexpr int kEntries = 25;
constexpr size_t kSummary = 200;
// Above every number of a post.
constexpr int32_t kEnd = INT32_MAX;

constexpr std::string_view kListTopics = "forium.forum.v1.ForumService.ListTopics";
constexpr std::string_view kListPosts = "forium.forum.v1.ForumService.ListPosts";

// A feed that is being put together.
struct Feeding {
  FeedDocument document = {};
  std::string base = {};  // absolute, without a slash at the end
  std::string path = {};  // of the page that shows the same
  std::string page_token = {};
  std::vector<std::string> tags = {};  // for the page cache
};

std::string AddressOf(const Feeding& feed, const Author& author) {
  return author.username().empty() ? std::string()
                                   : Concat({feed.base, "/u/", PercentEncode(author.username())});
}

void Sign(const Feeding& feed, const Author& author, FeedEntry& entry) {
  entry.author = author.display_name().empty() ? author.username() : author.display_name();
  entry.author_address = AddressOf(feed, author);
}

Authors ByNumber(const google::protobuf::RepeatedPtrField<Author>& list) {
  Authors authors;
  for (const Author& author : list) authors[author.id()] = &author;
  return authors;
}

void Tell(const Feeding& feed, const Post& post, FeedEntry& entry) {
  entry.html = WithAbsoluteLinks(post.html(), feed.base);
  if (entry.summary.empty()) entry.summary = WordsOf(post.html(), kSummary);
  entry.published = post.created_at();
  entry.updated = post.has_edited_at() ? post.edited_at() : post.created_at();
}

bool IsShown(const Post& post) {
  return post.kind() != Post::SMALL_ACTION && post.state() == forum::v1::VISIBLE;
}

FeedEntry EntryOf(const Feeding& feed, const Topic& topic, const Authors& authors) {
  const std::string id = std::to_string(topic.id());
  FeedEntry entry;
  // The address without the slug stays when the title changes.
  entry.id = Concat({feed.base, "/t/", id});
  entry.address = Concat({feed.base, "/t/", PercentEncode(topic.slug()), "/", id});
  entry.title = topic.title();
  entry.summary = topic.excerpt();
  entry.published = topic.created_at();
  entry.updated = topic.created_at();
  entry.categories.assign(topic.tags().begin(), topic.tags().end());
  if (const auto author = authors.find(topic.author_id()); author != authors.end()) {
    Sign(feed, *author->second, entry);
  }
  return entry;
}

FeedEntry EntryOf(const Feeding& feed, const Post& post, std::string_view topic_title,
                  std::string_view topic_address) {
  FeedEntry entry;
  entry.id = Concat({feed.base, "/p/", std::to_string(post.id())});
  entry.address = Concat({topic_address, "/", std::to_string(post.number())});
  entry.title = topic_title;
  Tell(feed, post, entry);
  return entry;
}

void GoOn(Feeding& feed, std::string_view self, std::string_view token) {
  if (token.empty()) return;
  feed.document.next = Concat({feed.base, self, "?page_token=", PercentEncode(token)});
}

// ---- Of topics

boost::asio::awaitable<absl::Status> AddTopics(PageMaker& maker, Request& request,
                                               const ListTopicsResponse& list, Feeding& feed) {
  const Authors authors = ByNumber(list.authors());
  std::vector<PendingCall> calls;
  for (const Topic& topic : list.topics()) {
    forum::v1::ListPostsRequest call;
    call.set_topic_id(topic.id());
    call.set_page_size(1);
    calls.push_back(Start(maker.services().forum, kListPosts, call, request));
  }
  for (int i = 0; i < list.topics_size(); ++i) {
    FeedEntry entry = EntryOf(feed, list.topics(i), authors);
    // One that is gone meanwhile is not told.
    const auto answer = ReadReady(co_await calls[static_cast<size_t>(i)].Wait(request));
    if (absl::IsNotFound(answer.status())) continue;
    if (!answer.ok()) co_return answer.status();
    const auto posts = MessageOf<ListPostsResponse>(answer->json);
    if (!posts.ok()) co_return posts.status();
    if (posts->posts_size() > 0 && IsShown(posts->posts(0))) Tell(feed, posts->posts(0), entry);
    feed.tags.push_back(Concat({"topic:", std::to_string(list.topics(i).id())}));
    feed.document.entries.push_back(std::move(entry));
  }
  co_return absl::OkStatus();
}

boost::asio::awaitable<absl::Status> FeedOfTopics(PageMaker& maker, Request& request,
                                                  const FrameParts& parts, Feeding& feed) {
  const std::string slug(request.Variable("slug"));
  const std::string tag(request.Variable("tag"));
  forum::v1::ListTopicsRequest call;
  call.set_category(slug);
  call.set_tag(tag);
  call.set_order(forum::v1::CREATED);
  call.set_page_size(kEntries);
  call.set_page_token(feed.page_token);
  const auto answer = ReadReady(co_await Call(maker.services().forum, kListTopics, call, request));
  if (!answer.ok()) co_return answer.status();
  const auto list = MessageOf<ListTopicsResponse>(answer->json);
  if (!list.ok()) co_return list.status();
  feed.tags.assign(answer->facts.cache_tags().begin(), answer->facts.cache_tags().end());
  feed.tags.push_back("list");
  feed.document.subtitle = parts.site->description;
  feed.path = "/";
  if (!tag.empty()) {
    feed.path = Concat({"/tag/", PercentEncode(tag)});
    feed.document.title = Concat({"#", tag, " · ", parts.site->name});
  } else if (!slug.empty()) {
    feed.path = Concat({"/c/", PercentEncode(slug)});
    if (const CategoryFacts* category = parts.categories->Find(slug)) {
      feed.path = Concat({"/c/", PercentEncode(category->slug)});
      feed.document.title = Concat({category->name, " · ", parts.site->name});
      feed.document.subtitle = category->description;
      feed.tags.push_back(Concat({"category:", std::to_string(category->id)}));
    }
  }
  feed.document.next = list->next_page_token();
  co_return co_await AddTopics(maker, request, *list, feed);
}

// ---- Of posts

boost::asio::awaitable<absl::Status> FeedOfTopic(PageMaker& maker, Request& request,
                                                 const FrameParts& parts, Feeding& feed) {
  forum::v1::ListPostsRequest call;
  call.set_topic_id(NumberOf(request.Variable("id")));
  if (call.topic_id() == 0) co_return status::NotFound("There is no such topic.");
  call.set_page_size(kEntries);
  if (feed.page_token.empty()) {
    call.set_before(kEnd);
  } else {
    call.set_page_token(feed.page_token);
  }
  const auto answer = ReadReady(co_await Call(maker.services().forum, kListPosts, call, request));
  if (!answer.ok()) co_return answer.status();
  const auto list = MessageOf<ListPostsResponse>(answer->json);
  if (!list.ok()) co_return list.status();
  const forum::v1::BodyFacts& facts = answer->facts;
  feed.tags.assign(facts.cache_tags().begin(), facts.cache_tags().end());
  feed.path =
      Concat({"/t/", PercentEncode(facts.topic_slug()), "/", std::to_string(call.topic_id())});
  feed.document.title = Concat({facts.topic_title(), " · ", parts.site->name});
  feed.document.next = list->previous_page_token();
  const Authors authors = ByNumber(list->authors());
  for (auto post = list->posts().rbegin(); post != list->posts().rend(); ++post) {
    if (!IsShown(*post)) continue;
    feed.document.entries.push_back(
        EntryOf(feed, *post, facts.topic_title(), feed.base + feed.path));
    if (const auto author = authors.find(post->author_id()); author != authors.end()) {
      Sign(feed, *author->second, feed.document.entries.back());
    }
  }
  co_return absl::OkStatus();
}

// The list has excerpts only.
boost::asio::awaitable<absl::Status> AddPosts(PageMaker& maker, Request& request,
                                              const forum::v1::ListUserPostsResponse& list,
                                              Feeding& feed) {
  std::vector<PendingCall> calls;
  for (const forum::v1::UserPost& it : list.posts()) {
    forum::v1::GetPostRequest call;
    call.set_id(it.post().id());
    calls.push_back(
        Start(maker.services().forum, "forium.forum.v1.ForumService.GetPost", call, request));
  }
  for (int i = 0; i < list.posts_size(); ++i) {
    const auto post = Parsed<Post>(co_await calls[static_cast<size_t>(i)].Wait(request));
    if (absl::IsNotFound(post.status())) continue;
    if (!post.ok()) co_return post.status();
    const std::string topic = std::to_string(post->topic_id());
    const std::string address =
        Concat({feed.base, "/t/", PercentEncode(post->topic_slug()), "/", topic});
    feed.tags.push_back("topic:" + topic);
    if (!IsShown(*post)) continue;
    feed.document.entries.push_back(EntryOf(feed, *post, list.posts(i).topic_title(), address));
    Sign(feed, post->author(), feed.document.entries.back());
  }
  co_return absl::OkStatus();
}

boost::asio::awaitable<absl::Status> FeedOfUser(PageMaker& maker, Request& request,
                                                const FrameParts& parts, Feeding& feed) {
  auth::v1::GetUserRequest who;
  who.set_username(std::string(request.Variable("username")));
  const auto user = co_await Fetch<auth::v1::User>(
      maker.services().auth, "forium.auth.v1.AuthService.GetUser", who, request);
  if (!user.ok()) co_return user.status();
  forum::v1::ListUserPostsRequest call;
  call.set_user_id(user->id());
  call.set_page_size(kEntries);
  call.set_page_token(feed.page_token);
  const auto list = co_await Fetch<forum::v1::ListUserPostsResponse>(
      maker.services().forum, "forium.forum.v1.ForumService.ListUserPosts", call, request);
  if (!list.ok()) co_return list.status();
  feed.path = Concat({"/u/", PercentEncode(user->username())});
  feed.document.title =
      Concat({user->display_name().empty() ? user->username() : user->display_name(), " · ",
              parts.site->name});
  feed.tags = {Concat({"user:", std::to_string(user->id())})};
  feed.document.next = list->next_page_token();
  co_return co_await AddPosts(maker, request, *list, feed);
}

boost::asio::awaitable<absl::Status> Fill(PageMaker& maker, Request& request,
                                          const FrameParts& parts, Feeding& feed) {
  if (!request.Variable("id").empty()) co_return co_await FeedOfTopic(maker, request, parts, feed);
  if (!request.Variable("username").empty())
    co_return co_await FeedOfUser(maker, request, parts, feed);
  co_return co_await FeedOfTopics(maker, request, parts, feed);
}

}  // namespace

PageMaker::Answer Feed(PageMaker& maker, Request& request) {
  if (request.props_only) co_return status::NotFound("A feed is not a page.");
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  Feeding feed;
  feed.base = BaseOf(maker, request);
  feed.page_token = QueryText(request, "page_token");
  feed.document.title = parts.site->name;
  feed.document.language = parts.site->locale;
  CO_RETURN_IF_ERROR(co_await Fill(maker, request, parts, feed));
  const bool json = request.path.ends_with(".json");
  const std::string self =
      Concat({feed.path == "/" ? "" : feed.path, json ? "/feed.json" : "/feed.atom"});
  // A former name, slug or title.
  if (self != request.path && PercentDecode(self) != PercentDecode(request.path)) {
    co_return PageMaker::Redirect(request, self, 301, std::move(feed.tags));
  }
  feed.document.page = feed.base + feed.path;
  feed.document.self = feed.base + self;
  GoOn(feed, self, std::exchange(feed.document.next, ""));
  Response response =
      Document(maker, json ? kJsonFeedType : kAtomType,
               json ? JsonFeedOf(feed.document) : AtomOf(feed.document), std::move(feed.tags));
  NewestChange newest;
  for (const FeedEntry& entry : feed.document.entries) newest.Add(entry.updated);
  newest.Tell(response);
  TellRobots(*parts.site, response);
  co_return response;
}

}  // namespace forium::gateway
