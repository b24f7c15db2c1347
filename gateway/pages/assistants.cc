// SPDX-License-Identifier: Apache-2.0
// What assistants read: /llms.txt, and topics as Markdown.
#include "gateway/found/topic_document.h"
#include "gateway/http/url.h"
#include "gateway/pages/guest_documents.h"
#include "gateway/pages/loaders.h"
#include "proto/forium/forum/v1/categories.pb.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

constexpr int kPosts = 100;
constexpr int kLatestTopics = 50;
constexpr std::string_view kEnding = ".md";

std::string PathOf(std::string_view slug, int64_t id) {
  return Concat({"/t/", PercentEncode(slug), "/", std::to_string(id)});
}

}  // namespace

PageMaker::Answer TopicMarkdown(PageMaker& maker, Request& request) {
  if (request.props_only) co_return status::NotFound("A document is not a page.");
  std::string_view variable = request.Variable("id");
  variable.remove_suffix(kEnding.size());
  const int64_t id = NumberOf(variable);
  const int64_t from = NumberOf(QueryText(request, "from"));
  if (id == 0 || from > INT32_MAX) co_return status::NotFound("There is no such topic.");
  forum::v1::GetTopicRequest call;
  call.set_id(id);
  call.set_page_size(1);
  forum::v1::ListPostsRequest list;
  list.set_topic_id(id);
  list.set_from(static_cast<int32_t>(from));
  list.set_page_size(kPosts);
  PendingCall pending =
      Start(maker.services().forum, "forium.forum.v1.ForumService.GetTopic", call, request);
  PendingCall pending_posts =
      Start(maker.services().forum, "forium.forum.v1.ForumService.ListPosts", list, request);
  CO_ASSIGN_OR_RETURN(const ReadyAnswer answer, ReadReady(co_await pending.Wait(request)));
  std::vector<std::string> tags(answer.facts.cache_tags().begin(), answer.facts.cache_tags().end());
  const std::string path = PathOf(answer.facts.topic_slug(), id);
  if (answer.facts.topic_slug() != request.Variable("slug")) {
    co_return PageMaker::Redirect(request, Concat({path, kEnding}), 301, std::move(tags));
  }
  CO_ASSIGN_OR_RETURN(const auto site, co_await maker.frame().LoadSite(request));
  CO_ASSIGN_OR_RETURN(const ReadyAnswer texts, ReadReady(co_await pending_posts.Wait(request)));
  CO_ASSIGN_OR_RETURN(const auto topic, MessageOf<forum::v1::Topic>(answer.json));
  CO_ASSIGN_OR_RETURN(const auto posts, MessageOf<forum::v1::ListPostsResponse>(texts.json));
  TopicDocument document;
  document.topic = &topic;
  document.posts = &posts;
  document.base = BaseOf(maker, request);
  document.address = document.base + path;
  if (!posts.next_page_token().empty() && posts.posts_size() > 0) {
    document.next = posts.posts(posts.posts_size() - 1).number() + 1;
  }
  for (const forum::v1::Author& author : posts.authors()) {
    tags.push_back(Concat({"name:", std::to_string(author.id())}));
  }
  Response response = Document(maker, kMarkdownType, MarkdownOf(document), std::move(tags));
  // The page is what search engines should show.
  response.Add("Link", Concat({"<", document.address, ">; rel=\"canonical\""}));
  TellRobots(*site, response);
  co_return response;
}

PageMaker::Answer LlmsText(PageMaker& maker, Request& request) {
  CO_RETURN_IF_ERROR(co_await BecomeGuest(maker, request));
  CO_RETURN_IF_ERROR(co_await RequireIndexed(maker, request));
  forum::v1::ListTopicsRequest call;
  call.set_page_size(kLatestTopics);
  PendingCall pending =
      Start(maker.services().forum, "forium.forum.v1.ForumService.ListTopics", call, request);
  CO_ASSIGN_OR_RETURN(const FrameParts parts, co_await maker.frame().Load(request));
  CO_ASSIGN_OR_RETURN(const ReadyAnswer answer, ReadReady(co_await pending.Wait(request)));
  CO_ASSIGN_OR_RETURN(const auto topics, MessageOf<forum::v1::ListTopicsResponse>(answer.json));
  SiteGuide guide;
  guide.name = parts.site->name;
  guide.description = parts.site->description;
  guide.base = BaseOf(maker, request);
  for (const CategoryFacts& category : parts.categories->categories) {
    guide.categories.push_back({category.name,
                                Concat({guide.base, "/c/", PercentEncode(category.slug)}),
                                category.description});
  }
  for (const forum::v1::Topic& topic : topics.topics()) {
    guide.topics.push_back(
        {topic.title(), Concat({guide.base, PathOf(topic.slug(), topic.id()), kEnding}), ""});
  }
  co_return Document(maker, kMarkdownType, LlmsTextOf(guide), {"list"});
}

}  // namespace forium::gateway
