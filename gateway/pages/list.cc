// SPDX-License-Identifier: Apache-2.0
// Lists of topics, and the lists of categories and tags.
#include <algorithm>

#include "gateway/found/structured_data.h"
#include "gateway/http/ascii.h"
#include "gateway/http/router.h"
#include "gateway/http/url.h"
#include "gateway/pages/guest_documents.h"
#include "gateway/pages/loaders.h"
#include "gateway/pages/previews.h"
#include "proto/forium/forum/v1/categories.json.h"
#include "proto/forium/forum/v1/topics.pb.h"
#include "proto/json/texts_in.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

// What the path asks for.
struct ListKind {
  std::string name;  // `latest`, `top`, `new`, `unread`, `category`, `tag`
  std::string slug;  // of the category or the tag
  std::string path;  // canonical
};

ListKind KindOf(const Request& request) {
  if (request.path == "/top") return {"top", "", "/top"};
  if (request.path == "/new-topics") return {"new", "", "/new-topics"};
  if (request.path == "/unread") return {"unread", "", "/unread"};
  if (const std::string_view slug = request.Variable("slug"); !slug.empty()) {
    return {"category", std::string(slug), Concat({"/c/", PercentEncode(slug)})};
  }
  if (const std::string_view tag = request.Variable("tag"); !tag.empty()) {
    return {"tag", std::string(tag), Concat({"/tag/", PercentEncode(tag)})};
  }
  return {"latest", "", "/"};
}

forum::v1::ListTopicsRequest CallFor(const Request& request, const ListKind& kind) {
  forum::v1::ListTopicsRequest call;
  call.set_page_token(QueryText(request, "page_token"));
  const std::string order = QueryText(request, "order");
  if (kind.name == "top") {
    call.set_order(forum::v1::TOP);
    call.set_period(QueryText(request, "period"));
  } else if (kind.name == "category") {
    call.set_category(kind.slug);
    if (order == "top") call.set_order(forum::v1::TOP);
    if (order == "created") call.set_order(forum::v1::CREATED);
  } else if (kind.name == "tag") {
    call.set_tag(kind.slug);
  } else if (kind.name == "new") {
    call.set_filter(forum::v1::NEW);
  } else if (kind.name == "unread") {
    call.set_filter(forum::v1::UNREAD);
  }
  return call;
}

// The path with those of the keys that the page depends on.
std::string Canonical(const Request& request, const std::string& path) {
  std::string canonical = path;
  char mark = '?';
  for (const std::string_view key : {"order", "period", "page_token"}) {
    const std::string value = QueryText(request, key);
    if (value.empty() || request.route == nullptr) continue;
    const auto& known = request.route->options.query;
    if (std::find(known.begin(), known.end(), key) == known.end()) continue;
    canonical += Concat({std::string_view(&mark, 1), key, "=", PercentEncode(value)});
    mark = '&';
  }
  return canonical;
}

// What is not said of most topics, in the order in which the forum's answers say it.
constexpr std::string_view kUnsaid[] = {
    R"(,"closed":false,"pinned":false,"archived":false)",
    R"(,"stateById":"0","stateReason":"","acceptedPostNumber":0,"lastReadNumber":0,"isNew":false)"
    R"(,"unreadCount":0,"excerpt":"")",
    R"(,"posts":[],"authors":[],"nextPageToken":"","previousPageToken":"")"};

// The topics of a list as rows show them: reading a third of the members less saves the renderer
// more than this costs. Within a text no quote stands without a backslash before it.
std::string ShownTopics(std::string json) {
  for (const std::string_view unsaid : kUnsaid) {
    std::string less;
    less.reserve(json.size());
    size_t from = 0;
    for (size_t end = json::FindText(json, unsaid, 0); end != std::string_view::npos;
         end = json::FindText(json, unsaid, from)) {
      less.append(json, from, end - unsaid.size() - from);
      from = end;
    }
    less.append(json, from);
    json = std::move(less);
  }
  return json;
}

std::string TitleOf(const ListKind& kind, const CategoryFacts* category, std::string_view locale) {
  if (category != nullptr) return category->name;
  if (kind.name == "tag") return "#" + kind.slug;
  if (kind.name == "top") return std::string(TitleText(Title::kTop, locale));
  if (kind.name == "new") return std::string(TitleText(Title::kNew, locale));
  if (kind.name == "unread") return std::string(TitleText(Title::kUnread, locale));
  return "";
}

// What link previews and feed readers look for.
std::string HeadOfList(const PageMaker& maker, const SiteFacts& site, const ListKind& kind,
                       const CategoryFacts* category) {
  LinkTags tags{.type = "website"};
  const std::string path = category != nullptr || kind.name == "tag" ? kind.path : "";
  // Atom of the site and of a category is named by every page.
  if (kind.name == "tag") tags.alternates.push_back({"application/atom+xml", path + "/feed.atom"});
  tags.alternates.push_back({"application/feed+json", path + "/feed.json"});
  if (category != nullptr) {
    AddPreview(maker, "c-" + category->slug, CardOf(*category, site), tags);
  } else {
    AddPreview(maker, "site", CardOf(site), tags);
  }
  return HeadOf(tags);
}

}  // namespace

PageMaker::Answer ListPage(PageMaker& maker, Request& request) {
  const ListKind kind = KindOf(request);
  const bool own = kind.name == "new" || kind.name == "unread";
  if (own) CO_RETURN_IF_ERROR(RequireMember(request));
  PendingCall topics = Start(maker.services().forum, "forium.forum.v1.ForumService.ListTopics",
                             CallFor(request, kind), request);
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  CO_ASSIGN_OR_RETURN(ReadyAnswer list, ReadReady(co_await topics.Wait(request)));
  const CategoryFacts* category =
      kind.name == "category" ? parts.categories->Find(kind.slug) : nullptr;
  if (category != nullptr && category->slug != kind.slug) {
    const std::string path = Concat({"/c/", PercentEncode(category->slug)});
    co_return PageMaker::Redirect(request, path, 301,
                                  {Concat({"category:", std::to_string(category->id)})});
  }

  Page page;
  page.name = "list";
  const auto data = [&](std::string_view json) {
    return Concat({"{\"kind\":", Quoted(kind.name),                       //
                   ",\"order\":", Quoted(QueryText(request, "order")),    //
                   ",\"period\":", Quoted(QueryText(request, "period")),  //
                   ",\"category\":", category != nullptr ? category->json : "null",
                   ",\"tag\":", Quoted(kind.name == "tag" ? kind.slug : ""),  //
                   ",\"topics\":", json, "}"});
  };
  page.data = data(list.json);
  if (!request.props_only) page.shown = data(ShownTopics(list.json));
  page.title = TitleOf(kind, category, PageMaker::LocaleOf(request, *parts.site));
  if (category != nullptr) page.description = category->description;
  page.canonical = Canonical(request, kind.path);
  page.index = !own;
  if (!own && ForMachines(request)) page.head = HeadOfList(maker, *parts.site, kind, category);
  if (!own) {
    page.cache_tags.assign(list.facts.cache_tags().begin(), list.facts.cache_tags().end());
    page.cache_tags.push_back("list");
    if (category != nullptr) {
      page.cache_tags.push_back(Concat({"category:", std::to_string(category->id)}));
    }
  }
  co_return co_await maker.Make(request, std::move(parts), std::move(page));
}

PageMaker::Answer CategoriesPage(PageMaker& maker, Request& request) {
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  if (request.identity->signed_in()) {
    CO_ASSIGN_OR_RETURN(parts.categories, co_await maker.frame().LoadOwnCategories(request));
  }
  Page page;
  page.name = "categories";
  page.data = "{}";
  page.title = TitleText(Title::kCategories, PageMaker::LocaleOf(request, *parts.site));
  page.canonical = "/categories";
  page.cache_tags = {"list"};
  co_return co_await maker.Make(request, std::move(parts), std::move(page));
}

PageMaker::Answer TagsPage(PageMaker& maker, Request& request) {
  forum::v1::ListTagsRequest call;
  call.set_page_size(100);
  call.set_page_token(QueryText(request, "page_token"));
  PendingCall tags =
      Start(maker.services().forum, "forium.forum.v1.ForumService.ListTags", call, request);
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  CO_ASSIGN_OR_RETURN(const auto list,
                      Parsed<forum::v1::ListTagsResponse>(co_await tags.Wait(request)));
  Page page;
  page.name = "tags";
  page.data = "{\"tags\":";
  AppendJson(list, &page.data);
  page.data += Concat({",\"pageToken\":", Quoted(call.page_token()), "}"});
  page.title = TitleText(Title::kTags, PageMaker::LocaleOf(request, *parts.site));
  page.canonical = Canonical(request, "/tags");
  page.cache_tags = {"tags"};
  co_return co_await maker.Make(request, std::move(parts), std::move(page));
}

}  // namespace forium::gateway
