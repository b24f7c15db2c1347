// SPDX-License-Identifier: Apache-2.0
// The topic's page, and the page that opens one.
#include <algorithm>

#include "gateway/found/structured_data.h"
#include "gateway/found/topic_reader.h"
#include "gateway/http/ascii.h"
#include "gateway/http/url.h"
#include "gateway/pages/guest_documents.h"
#include "gateway/pages/loaders.h"
#include "gateway/pages/previews.h"
#include "proto/forium/forum/v1/topics.pb.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

constexpr int64_t kMaxPostNumber = INT32_MAX;
// As the forum pages a topic; a page's canonical address names its first post.
constexpr int64_t kPostsPerPage = 20;

struct TopicAddress {
  std::string slug;
  int64_t id = 0;
  int64_t number = 0;  // 0: none
  int64_t from = 0;
  int64_t before = 0;
  bool valid = false;
};

TopicAddress AddressOf(const Request& request) {
  TopicAddress address;
  address.slug = request.Variable("slug");
  address.id = NumberOf(request.Variable("id"));
  const std::string_view number = request.Variable("number");
  address.number = NumberOf(number);
  address.from = NumberOf(QueryText(request, "from"));
  address.before = NumberOf(QueryText(request, "before"));
  address.valid = address.id != 0 && (number.empty() || address.number != 0) &&
                  std::max({address.number, address.from, address.before}) <= kMaxPostNumber;
  // `/t/17/3`, as other forums link post 3 of topic 17: a slug is never only digits.
  if (const int64_t id = NumberOf(address.slug); id != 0 && number.empty()) {
    address.number = address.id;
    address.id = id;
  }
  return address;
}

std::string PathOf(const TopicAddress& address, std::string_view slug) {
  std::string path = Concat({"/t/", PercentEncode(slug), "/", std::to_string(address.id)});
  if (address.number != 0) path += Concat({"/", std::to_string(address.number)});
  if (address.from != 0) path += Concat({"?from=", std::to_string(address.from)});
  if (address.before != 0) path += Concat({"?before=", std::to_string(address.before)});
  return path;
}

std::string CanonicalOf(TopicAddress address, std::string_view slug) {
  if (address.number != 0 && address.from == 0 && address.before == 0) {
    address.from = (address.number - 1) / kPostsPerPage * kPostsPerPage + 1;
    if (address.from == 1) address.from = 0;
  }
  address.number = 0;
  return PathOf(address, slug);
}

// What search engines, link previews and feed readers look for: they come as guests.
void TellMachines(const PageMaker& maker, const SiteFacts& site, const ReadyAnswer& answer,
                  int64_t id, Page& page) {
  const std::string base(maker.public_url());
  const std::string path =
      Concat({"/t/", PercentEncode(answer.facts.topic_slug()), "/", std::to_string(id)});
  LinkTags tags{.type = "article",
                .alternates = {{"application/atom+xml", path + "/feed.atom"},
                               {"text/markdown", path + ".md"}}};
  // What must be absolute.
  if (!base.empty()) {
    tags.alternates.push_back(
        {"application/json+oembed", Concat({base, "/oembed?url=", PercentEncode(base + path)})});
  }
  const auto topic = ReadTopic(answer.json);
  // Behind the text that it repeats, where it compresses best.
  if (topic.ok()) page.foot = StructuredDataOf(*topic, base, base + path);
  if (topic.ok()) AddPreview(maker, "t-" + std::to_string(id), CardOf(*topic, site), tags);
  page.head = HeadOf(tags);
}

// Leads to the topic under its right address; or to what another forum had under this number, if
// what stands under it here is something else.
PageMaker::Answer RedirectToRight(PageMaker& maker, Request& request, const TopicAddress& address,
                                  const ReadyAnswer& topic) {
  std::string path = PathOf(address, topic.facts.topic_slug());
  const std::string imported = co_await FindImported(maker, request, "topic", address.id);
  const std::string here =
      Concat({"/t/", PercentEncode(topic.facts.topic_slug()), "/", std::to_string(address.id)});
  if (!imported.empty() && imported != here) path = imported;
  co_return PageMaker::Redirect(request, std::move(path), 301,
                                {topic.facts.cache_tags().begin(), topic.facts.cache_tags().end()});
}

}  // namespace

PageMaker::Answer TopicPage(PageMaker& maker, Request& request) {
  const TopicAddress address = AddressOf(request);
  if (request.Variable("id").ends_with(".rss")) co_return co_await OldPath(maker, request);
  if (request.Variable("id").ends_with(".md")) co_return co_await TopicMarkdown(maker, request);
  if (!address.valid) co_return status::NotFound("There is no such topic.");
  forum::v1::GetTopicRequest call;
  call.set_id(address.id);
  call.set_post_number(static_cast<int32_t>(address.number));
  call.set_from(static_cast<int32_t>(address.from));
  call.set_before(static_cast<int32_t>(address.before));
  PendingCall pending =
      Start(maker.services().forum, "forium.forum.v1.ForumService.GetTopic", call, request);
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  absl::StatusOr<ReadyAnswer> topic = ReadReady(co_await pending.Wait(request));
  if (absl::IsNotFound(topic.status())) {
    std::string imported = co_await FindImported(maker, request, "topic", address.id);
    if (!imported.empty()) {
      if (address.number != 0) imported += Concat({"/", std::to_string(address.number)});
      co_return PageMaker::Redirect(request, std::move(imported), 301);
    }
  }
  if (!topic.ok()) co_return topic.status();
  const forum::v1::BodyFacts& facts = topic->facts;
  if (facts.topic_slug() != address.slug) {
    co_return co_await RedirectToRight(maker, request, address, *topic);
  }

  Page page;
  page.name = "topic";
  page.ready_texts = true;
  page.data =
      Concat({"{\"topic\":", topic->json, ",\"postNumber\":", std::to_string(address.number), "}"});
  page.title = facts.topic_title();
  page.description = facts.excerpt();
  page.canonical = CanonicalOf(address, facts.topic_slug());
  if (ForMachines(request)) TellMachines(maker, *parts.site, *topic, address.id, page);
  page.cache_tags.assign(facts.cache_tags().begin(), facts.cache_tags().end());
  co_return co_await maker.Make(request, std::move(parts), std::move(page));
}

PageMaker::Answer NewTopicPage(PageMaker& maker, Request& request) {
  CO_RETURN_IF_ERROR(RequireMember(request));
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  Page page;
  page.name = "new";
  page.data = Concat({"{\"category\":", Quoted(QueryText(request, "category")),
                      ",\"title\":", Quoted(QueryText(request, "title")), "}"});
  page.title = TitleText(Title::kNewTopic, PageMaker::LocaleOf(request, *parts.site));
  page.index = false;
  co_return co_await maker.Make(request, std::move(parts), std::move(page));
}

}  // namespace forium::gateway
