// SPDX-License-Identifier: Apache-2.0
// /sitemap.xml and what it points to: topics by segments of their ids, categories, tags. Only what
// guests may read.
#include <optional>

#include "gateway/found/sitemap.h"
#include "gateway/http/url.h"
#include "gateway/pages/guest_documents.h"
#include "gateway/pages/loaders.h"
#include "proto/forium/forum/v1/categories.pb.h"
#include "proto/forium/forum/v1/topics.pb.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

using Addresses = absl::StatusOr<std::vector<SitemapAddress>>;

constexpr std::string_view kType = "application/xml; charset=utf-8";
constexpr std::string_view kTopics = "topics-";
constexpr std::string_view kExtension = ".xml";
// Tags come a hundred at a time.
constexpr int kMaxPagesOfTags = 100;

// -1: only the list of segments.
boost::asio::awaitable<absl::StatusOr<forum::v1::ListTopicAddressesResponse>> TopicAddresses(
    PageMaker& maker, Request& request, int32_t segment) {
  forum::v1::ListTopicAddressesRequest call;
  call.set_segment(segment);
  co_return co_await Fetch<forum::v1::ListTopicAddressesResponse>(
      maker.services().forum, "forium.forum.v1.ForumService.ListTopicAddresses", call, request);
}

boost::asio::awaitable<Addresses> Index(PageMaker& maker, Request& request,
                                        const std::string& base) {
  const auto list = co_await TopicAddresses(maker, request, -1);
  if (!list.ok()) co_return list.status();
  std::vector<SitemapAddress> sitemaps;
  sitemaps.push_back({Concat({base, "/sitemaps/categories.xml"}), {}});
  sitemaps.push_back({Concat({base, "/sitemaps/tags.xml"}), {}});
  for (const auto& segment : list->segments()) {
    sitemaps.push_back(
        {Concat({base, "/sitemaps/", kTopics, std::to_string(segment.segment()), kExtension}),
         segment.changed_at()});
  }
  co_return sitemaps;
}

boost::asio::awaitable<Addresses> Topics(PageMaker& maker, Request& request,
                                         const std::string& base, int32_t segment) {
  const auto list = co_await TopicAddresses(maker, request, segment);
  if (!list.ok()) co_return list.status();
  if (list->topics().empty()) co_return status::NotFound("There is no such part of the sitemap.");
  std::vector<SitemapAddress> pages;
  pages.reserve(static_cast<size_t>(list->topics_size()));
  for (const forum::v1::TopicAddress& topic : list->topics()) {
    pages.push_back(
        {Concat({base, "/t/", PercentEncode(topic.slug()), "/", std::to_string(topic.id())}),
         topic.changed_at()});
  }
  co_return pages;
}

boost::asio::awaitable<Addresses> Categories(PageMaker& maker, Request& request,
                                             const std::string& base) {
  const auto answer =
      ReadReady(co_await Call(maker.services().forum, "forium.forum.v1.ForumService.ListCategories",
                              forum::v1::ListCategoriesRequest(), request));
  if (!answer.ok()) co_return answer.status();
  const auto list = MessageOf<forum::v1::ListCategoriesResponse>(answer->json);
  if (!list.ok()) co_return list.status();
  std::vector<SitemapAddress> pages;
  pages.push_back({Concat({base, "/"}), {}});
  pages.push_back({Concat({base, "/categories"}), {}});
  for (const forum::v1::Category& category : list->categories()) {
    pages.push_back(
        {Concat({base, "/c/", PercentEncode(category.slug())}), category.last_posted_at()});
  }
  co_return pages;
}

boost::asio::awaitable<Addresses> Tags(PageMaker& maker, Request& request,
                                       const std::string& base) {
  std::vector<SitemapAddress> pages;
  pages.push_back({Concat({base, "/tags"}), {}});
  forum::v1::ListTagsRequest call;
  call.set_page_size(100);
  for (int page = 0; page < kMaxPagesOfTags; ++page) {
    const auto list = co_await Fetch<forum::v1::ListTagsResponse>(
        maker.services().forum, "forium.forum.v1.ForumService.ListTags", call, request);
    if (!list.ok()) co_return list.status();
    for (const forum::v1::Tag& tag : list->tags()) {
      pages.push_back({Concat({base, "/tag/", PercentEncode(tag.slug())}), {}});
    }
    call.set_page_token(list->next_page_token());
    if (call.page_token().empty()) break;
  }
  co_return pages;
}

// `topics-3.xml` → 3. nullopt: it is something else.
std::optional<int32_t> SegmentOf(std::string_view name) {
  if (!name.starts_with(kTopics) || !name.ends_with(kExtension)) return std::nullopt;
  name.remove_prefix(kTopics.size());
  name.remove_suffix(std::min(kExtension.size(), name.size()));
  if (name == "0") return 0;
  const int64_t number = NumberOf(name);
  if (number == 0 || number > INT32_MAX) return std::nullopt;
  return static_cast<int32_t>(number);
}

Response Answer(const PageMaker& maker, const std::vector<SitemapAddress>& addresses,
                std::string xml) {
  Response response = Document(maker, kType, std::move(xml), {"list", "tags"});
  NewestChange newest;
  for (const SitemapAddress& it : addresses) newest.Add(it.changed);
  newest.Tell(response);
  return response;
}

}  // namespace

PageMaker::Answer Sitemap(PageMaker& maker, Request& request) {
  CO_RETURN_IF_ERROR(co_await BecomeGuest(maker, request));
  CO_RETURN_IF_ERROR(co_await RequireIndexed(maker, request));
  const std::string base = BaseOf(maker, request);
  const std::string name(request.Variable("name"));
  if (name.empty()) {
    CO_ASSIGN_OR_RETURN(const auto sitemaps, co_await Index(maker, request, base));
    co_return Answer(maker, sitemaps, SitemapIndexOf(sitemaps));
  }
  Addresses pages = status::NotFound("There is no such part of the sitemap.");
  if (name == "categories.xml") pages = co_await Categories(maker, request, base);
  if (name == "tags.xml") pages = co_await Tags(maker, request, base);
  if (const auto segment = SegmentOf(name)) {
    pages = co_await Topics(maker, request, base, *segment);
  }
  if (!pages.ok()) co_return pages.status();
  co_return Answer(maker, *pages, SitemapOf(*pages));
}

}  // namespace forium::gateway
