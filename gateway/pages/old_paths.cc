// SPDX-License-Identifier: Apache-2.0
// Addresses that another forum's pages had, and where what they showed is now. Everything else is
// not found.
#include <optional>
#include <vector>

#include "gateway/http/ascii.h"
#include "gateway/http/url.h"
#include "gateway/pages/loaders.h"
#include "proto/forium/forum/v1/import.pb.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

constexpr const char* kSource = "discourse";
constexpr size_t kMaxSegments = 8;

std::vector<std::string> SegmentsOf(std::string_view path) {
  std::vector<std::string> segments;
  path.remove_prefix(std::min<size_t>(path.size(), 1));
  while (!path.empty() && segments.size() < kMaxSegments) {
    const auto segment = PercentDecode(TakeUntil(path, '/'));
    if (!segment.has_value()) return {};
    if (!segment->empty()) segments.push_back(*segment);
  }
  return segments;
}

// `/c/parent/child/17`, `/c/child/17/l/latest`: the number, and the slug before it.
PageMaker::Answer Category(PageMaker& maker, Request& request,
                           const std::vector<std::string>& segments) {
  CO_ASSIGN_OR_RETURN(const FrameParts parts, co_await maker.frame().Load(request));
  std::string_view slug;
  int64_t number = 0;
  for (size_t i = 1; i < segments.size(); ++i) {
    std::string_view segment = segments[i];
    const bool feed = segment.ends_with(".rss");
    if (feed) segment.remove_suffix(4);
    number = NumberOf(segment);
    if (number != 0) break;
    slug = segment;
  }
  if (number != 0) {
    std::string path = co_await FindImported(maker, request, "category", number);
    if (!path.empty()) co_return PageMaker::Redirect(request, std::move(path), 301);
  }
  // Not imported by number: then by name.
  for (const std::string_view candidate : {slug, std::string_view(segments[1])}) {
    if (const CategoryFacts* category = parts.categories->Find(candidate)) {
      co_return PageMaker::Redirect(request, Concat({"/c/", PercentEncode(category->slug)}), 301);
    }
  }
  co_return status::NotFound("This category does not exist, or is not open to you.");
}

// `/t/17`, `/t/slug/17/3/more`.
PageMaker::Answer Topic(PageMaker& maker, Request& request,
                        const std::vector<std::string>& segments) {
  int64_t id = 0;
  std::string number;
  for (size_t i = 1; i < segments.size(); ++i) {
    std::string_view segment = segments[i];
    if (segment.ends_with(".rss")) segment.remove_suffix(4);
    const int64_t value = NumberOf(segment);
    if (value == 0) continue;
    if (id != 0) number = Concat({"/", std::to_string(value)});
    if (id == 0) id = value;
  }
  if (id == 0) co_return status::NotFound("There is no such topic.");
  std::string path = co_await FindImported(maker, request, "topic", id);
  if (!path.empty()) co_return PageMaker::Redirect(request, path + number, 301);
  // One of this forum's own: its page knows the slug.
  co_return PageMaker::Redirect(request, Concat({"/t/-/", std::to_string(id), number}), 301);
}

}  // namespace

boost::asio::awaitable<std::string> FindImported(PageMaker& maker, Request& request,
                                                 std::string_view kind, int64_t number) {
  forum::v1::ResolveOldIdRequest call;
  call.set_source(kSource);
  call.set_kind(std::string(kind));
  call.set_source_id(number);
  const auto found = co_await Fetch<forum::v1::ResolveOldIdResponse>(
      maker.services().forum, "forium.forum.v1.ForumService.ResolveOldId", call, request);
  if (!found.ok() || !IsLocalPath(found->path())) co_return std::string();
  co_return found->path();
}

PageMaker::Answer OldPath(PageMaker& maker, Request& request) {
  const bool reading = request.method == Method::kGet;
  const std::vector<std::string> segments =
      reading ? SegmentsOf(request.path) : std::vector<std::string>();
  if (segments.size() >= 2) {
    if (segments[0] == "c") co_return co_await Category(maker, request, segments);
    if (segments[0] == "t") co_return co_await Topic(maker, request, segments);
    // `/u/name/summary`, `/tag/name/l/top`
    if ((segments[0] == "u" || segments[0] == "tag") && segments.size() > 2) {
      co_return PageMaker::Redirect(
          request, Concat({"/", segments[0], "/", PercentEncode(segments[1])}), 301);
    }
    if (segments[0] == "users") {
      co_return PageMaker::Redirect(request, Concat({"/u/", PercentEncode(segments[1])}), 301);
    }
  }
  if (segments.size() == 1 && (segments[0] == "latest.rss" || segments[0] == "posts.rss")) {
    co_return PageMaker::Redirect(request, "/feed.atom", 301);
  }
  co_return status::NotFound("There is nothing at this address.");
}

}  // namespace forium::gateway
