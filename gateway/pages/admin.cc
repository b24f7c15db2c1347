// SPDX-License-Identifier: Apache-2.0
// The pages of those who look after the community.
#include "gateway/http/ascii.h"
#include "gateway/pages/loaders.h"
#include "proto/forium/auth/v1/auth.json.h"
#include "proto/forium/forum/v1/administration.json.h"
#include "proto/forium/forum/v1/categories.json.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

constexpr int kModerator = 2;
constexpr int kAdministrator = 3;

PageMaker::Answer Finish(PageMaker& maker, Request& request, FrameParts parts, Page page,
                         Title title) {
  page.title = TitleText(title, PageMaker::LocaleOf(request, *parts.site));
  page.index = false;
  co_return co_await maker.Make(request, std::move(parts), std::move(page));
}

}  // namespace

PageMaker::Answer AdminPage(PageMaker& maker, Request& request) {
  CO_RETURN_IF_ERROR(RequireLevel(request, kModerator));
  PendingCall pending = Start(maker.services().forum, "forium.forum.v1.ForumService.GetStatistics",
                              forum::v1::GetStatisticsRequest(), request);
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  CO_ASSIGN_OR_RETURN(const auto statistics,
                      Parsed<forum::v1::Statistics>(co_await pending.Wait(request)));
  Page page;
  page.name = "admin";
  page.data = "{\"statistics\":";
  AppendJson(statistics, &page.data);
  page.data += '}';
  co_return co_await Finish(maker, request, std::move(parts), std::move(page), Title::kAdmin);
}

PageMaker::Answer AdminUsersPage(PageMaker& maker, Request& request) {
  CO_RETURN_IF_ERROR(RequireLevel(request, kAdministrator));
  auth::v1::ListUsersRequest call;
  call.set_page_size(50);
  call.set_page_token(QueryText(request, "page_token"));
  call.set_query(QueryText(request, "query"));
  call.set_filter(QueryText(request, "filter"));
  PendingCall pending =
      Start(maker.services().auth, "forium.auth.v1.AuthService.ListUsers", call, request);
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  CO_ASSIGN_OR_RETURN(const auto users,
                      Parsed<auth::v1::ListUsersResponse>(co_await pending.Wait(request)));
  Page page;
  page.name = "admin-users";
  page.data = "{\"users\":";
  AppendJson(users, &page.data);
  page.data += Concat({",\"query\":", Quoted(call.query()), ",\"filter\":", Quoted(call.filter()),
                       ",\"pageToken\":", Quoted(call.page_token()), "}"});
  co_return co_await Finish(maker, request, std::move(parts), std::move(page), Title::kUsers);
}

PageMaker::Answer AdminCategoriesPage(PageMaker& maker, Request& request) {
  CO_RETURN_IF_ERROR(RequireLevel(request, kAdministrator));
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  Page page;
  page.name = "admin-categories";
  page.data = "{}";
  co_return co_await Finish(maker, request, std::move(parts), std::move(page), Title::kCategories);
}

PageMaker::Answer AdminTagsPage(PageMaker& maker, Request& request) {
  CO_RETURN_IF_ERROR(RequireLevel(request, kModerator));
  forum::v1::ListTagsRequest call;
  call.set_page_size(100);
  call.set_page_token(QueryText(request, "page_token"));
  PendingCall pending =
      Start(maker.services().forum, "forium.forum.v1.ForumService.ListTags", call, request);
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  CO_ASSIGN_OR_RETURN(const auto tags,
                      Parsed<forum::v1::ListTagsResponse>(co_await pending.Wait(request)));
  Page page;
  page.name = "admin-tags";
  page.data = "{\"tags\":";
  AppendJson(tags, &page.data);
  page.data += Concat({",\"pageToken\":", Quoted(call.page_token()), "}"});
  co_return co_await Finish(maker, request, std::move(parts), std::move(page), Title::kTags);
}

PageMaker::Answer AdminEdgePage(PageMaker& maker, Request& request,
                                std::function<std::string()> status_json) {
  CO_RETURN_IF_ERROR(RequireLevel(request, kAdministrator));
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  Page page;
  page.name = "admin-edge";
  page.data = Concat({"{\"edge\":", status_json(), "}"});
  co_return co_await Finish(maker, request, std::move(parts), std::move(page), Title::kEdge);
}

}  // namespace forium::gateway
