// SPDX-License-Identifier: Apache-2.0
// /oembed: what other sites are told of a topic that they link to. Only what guests may read.
#include "gateway/found/oembed.h"
#include "gateway/found/plain_text.h"
#include "gateway/http/url.h"
#include "gateway/pages/guest_documents.h"
#include "gateway/pages/loaders.h"
#include "proto/forium/forum/v1/topics.pb.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

constexpr size_t kExcerpt = 200;
constexpr int64_t kMaxSize = 10'000;

// The topic that `/t/slug/17` or `/t/slug/17/3` shows; 0: it is no such path.
int64_t TopicOfPath(std::string_view path) {
  TakeUntil(path, '/');
  if (TakeUntil(path, '/') != "t") return 0;
  TakeUntil(path, '/');
  const int64_t id = NumberOf(TakeUntil(path, '/'));
  return path.empty() || NumberOf(path) != 0 ? id : 0;
}

int Wish(const Request& request, std::string_view key) {
  return static_cast<int>(std::min(NumberOf(QueryText(request, key)), kMaxSize));
}

EmbeddedTopic Embedded(const forum::v1::Topic& topic, const SiteFacts& site,
                       const std::string& base) {
  const std::string id = std::to_string(topic.id());
  EmbeddedTopic embedded;
  embedded.title = topic.title();
  embedded.address = Concat({base, "/t/", PercentEncode(topic.slug()), "/", id});
  embedded.site = site.name;
  embedded.site_address = Concat({base, "/"});
  if (topic.posts_size() > 0 && topic.posts(0).state() == forum::v1::VISIBLE) {
    embedded.excerpt = WordsOf(topic.posts(0).html(), kExcerpt);
  }
  for (const forum::v1::Author& author : topic.authors()) {
    if (author.id() != topic.author_id() || author.username().empty()) continue;
    embedded.author = author.display_name().empty() ? author.username() : author.display_name();
    embedded.author_address = Concat({base, "/u/", PercentEncode(author.username())});
  }
  return embedded;
}

}  // namespace

PageMaker::Answer Oembed(PageMaker& maker, Request& request) {
  CO_RETURN_IF_ERROR(co_await BecomeGuest(maker, request));
  const std::string format = QueryText(request, "format");
  if (!format.empty() && format != "json" && format != "xml") {
    co_return Response::Text("This format is not known: ask for json or xml.\n", 501);
  }
  const std::string base = BaseOf(maker, request);
  forum::v1::GetTopicRequest call;
  call.set_id(TopicOfPath(PathWithin(QueryText(request, "url"), base)));
  call.set_page_size(1);
  if (call.id() == 0) co_return status::NotFound("There is no topic at this address.");
  PendingCall pending =
      Start(maker.services().forum, "forium.forum.v1.ForumService.GetTopic", call, request);
  CO_ASSIGN_OR_RETURN(const auto site, co_await maker.frame().LoadSite(request));
  CO_ASSIGN_OR_RETURN(const ReadyAnswer answer, ReadReady(co_await pending.Wait(request)));
  CO_ASSIGN_OR_RETURN(const auto topic, MessageOf<forum::v1::Topic>(answer.json));
  EmbeddedTopic embedded = Embedded(topic, *site, base);
  embedded.max_width = Wish(request, "maxwidth");
  embedded.max_height = Wish(request, "maxheight");
  const bool xml = format == "xml";
  Response response =
      Document(maker, xml ? "text/xml; charset=utf-8" : "application/json; charset=utf-8",
               xml ? OembedXmlOf(embedded) : OembedJsonOf(embedded),
               {answer.facts.cache_tags().begin(), answer.facts.cache_tags().end()});
  // Scripts of other sites read it, which is what it is for; it holds nothing that is a caller's.
  response.Add("Access-Control-Allow-Origin", "*");
  co_return response;
}

}  // namespace forium::gateway
