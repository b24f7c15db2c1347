// SPDX-License-Identifier: Apache-2.0
// /preview/{name}: images for link previews. Only of what guests may read, whoever asks.
#include "gateway/pages/previews.h"

#include <algorithm>

#include "gateway/found/topic_reader.h"
#include "gateway/http/ascii.h"
#include "gateway/http/conditional.h"
#include "gateway/http/url.h"
#include "gateway/pages/guest_documents.h"
#include "gateway/pages/loaders.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

constexpr std::string_view kSuffix = ".png";

// The author is not on every page of a topic, and the address is the same on all. Short, for the
// sake of the pages that carry it.
std::string AddressVersion(PreviewCard card) {
  card.author.clear();
  return VersionOf(card).substr(0, 8);
}

absl::Status NoImage() { return status::NotFound("There is no such image."); }

boost::asio::awaitable<absl::StatusOr<PreviewCard>> CardOfTopic(PageMaker& maker, Request& request,
                                                                int64_t id) {
  if (id == 0) co_return NoImage();
  forum::v1::GetTopicRequest call;
  call.set_id(id);
  call.set_page_size(1);
  PendingCall pending =
      Start(maker.services().forum, "forium.forum.v1.ForumService.GetTopic", call, request);
  CO_ASSIGN_OR_RETURN(const auto site, co_await maker.frame().LoadSite(request));
  CO_ASSIGN_OR_RETURN(const ReadyAnswer answer, ReadReady(co_await pending.Wait(request)));
  CO_ASSIGN_OR_RETURN(const auto topic, ReadTopic(answer.json));
  co_return CardOf(topic, *site);
}

boost::asio::awaitable<absl::StatusOr<PreviewCard>> FindCard(PageMaker& maker, Request& request) {
  std::string_view name = request.Variable("name");
  if (!name.ends_with(kSuffix)) co_return NoImage();
  name.remove_suffix(kSuffix.size());
  if (name == "site") {
    CO_ASSIGN_OR_RETURN(const auto site, co_await maker.frame().LoadSite(request));
    co_return CardOf(*site);
  }
  if (name.starts_with("t-")) {
    co_return co_await CardOfTopic(maker, request, NumberOf(name.substr(2)));
  }
  if (!name.starts_with("c-")) co_return NoImage();
  name.remove_prefix(2);
  CO_ASSIGN_OR_RETURN(const FrameParts parts, co_await maker.frame().Load(request));
  const CategoryFacts* category = parts.categories->Find(name);
  if (category == nullptr || category->slug != name) co_return NoImage();
  co_return CardOf(*category, *parts.site);
}

}  // namespace

PreviewCard CardOf(const forum::v1::Topic& topic, const SiteFacts& site) {
  PreviewCard card;
  card.community = site.name;
  card.hue = site.accent_hue;
  card.category = topic.category().name();
  card.colour = topic.category().color();
  card.title = topic.title();
  card.replies = std::max(topic.posts_count() - 1, 0);
  for (const forum::v1::Author& author : topic.authors()) {
    if (author.id() != topic.author_id()) continue;
    card.author = author.display_name().empty() ? author.username() : author.display_name();
  }
  return card;
}

PreviewCard CardOf(const CategoryFacts& category, const SiteFacts& site) {
  PreviewCard card = CardOf(site);
  card.colour = category.color;
  card.title = category.name;
  card.text = category.description;
  return card;
}

PreviewCard CardOf(const SiteFacts& site) {
  PreviewCard card;
  card.community = site.name;
  card.hue = site.accent_hue;
  card.text = site.description;
  return card;
}

void AddPreview(const PageMaker& maker, const std::string& name, const PreviewCard& card,
                LinkTags& tags) {
  if (maker.public_url().empty()) return;
  tags.image = Concat(
      {maker.public_url(), "/preview/", PercentEncode(name), kSuffix, "?v=", AddressVersion(card)});
  tags.image_text = card.title.empty() ? card.community : card.title;
}

PageMaker::Answer Preview(PageMaker& maker, Request& request) {
  CO_RETURN_IF_ERROR(co_await BecomeGuest(maker, request));
  CO_ASSIGN_OR_RETURN(PreviewCard card, co_await FindCard(maker, request));
  const std::string version = VersionOf(card);
  const std::string etag = Concat({"\"", version, "\""});
  // An address that names no version, or one that has passed, may soon show something else.
  const bool lasting = QueryText(request, "v") == AddressVersion(card);
  Response response;
  response.Add("ETag", etag);
  response.Add("Cache-Control", lasting ? "public, max-age=86400" : "public, max-age=300");
  if (MatchesEtag(request.Header("if-none-match"), etag)) {
    response.status = 304;
    co_return response;
  }
  CO_ASSIGN_OR_RETURN(PreviewMaker::Image image,
                      co_await maker.previews().Make(std::move(card), version));
  response.Add("Content-Type", "image/png");
  // Other sites show it, which is what it is for.
  response.Add("Cross-Origin-Resource-Policy", "cross-origin");
  response.body = Body(std::move(image));
  co_return response;
}

}  // namespace forium::gateway
