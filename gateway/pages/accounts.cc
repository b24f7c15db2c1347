// SPDX-License-Identifier: Apache-2.0
// Signing in and up, one-time links, and one's own settings.
#include "gateway/http/ascii.h"
#include "gateway/http/url.h"
#include "gateway/pages/loaders.h"
#include "proto/forium/auth/v1/auth.json.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

std::string NextOf(const Request& request) {
  std::string next = QueryText(request, "next");
  return IsLocalPath(next) ? next : "/";
}

PageMaker::Answer Entrance(PageMaker& maker, Request& request, const char* name, Title title) {
  if (request.identity->signed_in()) {
    co_return PageMaker::Redirect(request, NextOf(request), 303);
  }
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  Page page;
  page.name = name;
  page.data = Concat({"{\"next\":", Quoted(NextOf(request)),
                      ",\"invite\":", Quoted(QueryText(request, "invite")), "}"});
  page.title = TitleText(title, PageMaker::LocaleOf(request, *parts.site));
  page.index = false;
  co_return co_await maker.Make(request, std::move(parts), std::move(page));
}

Title TitleOf(auth::v1::Link::Purpose purpose) {
  switch (purpose) {
    case auth::v1::Link::INVITE:
      return Title::kInvitation;
    case auth::v1::Link::RESET:
      return Title::kReset;
    default:
      return Title::kWelcome;
  }
}

}  // namespace

PageMaker::Answer LoginPage(PageMaker& maker, Request& request) {
  return Entrance(maker, request, "login", Title::kLogin);
}

PageMaker::Answer SignupPage(PageMaker& maker, Request& request) {
  return Entrance(maker, request, "signup", Title::kSignup);
}

PageMaker::Answer LinkPage(PageMaker& maker, Request& request) {
  auth::v1::GetLinkRequest call;
  call.set_token(std::string(request.Variable("token")));
  PendingCall pending =
      Start(maker.services().auth, "forium.auth.v1.AuthService.GetLink", call, request);
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  CO_ASSIGN_OR_RETURN(const auto link, Parsed<auth::v1::Link>(co_await pending.Wait(request)));
  Page page;
  page.name = "link";
  page.data = "{\"link\":";
  AppendJson(link, &page.data);
  page.data += Concat({",\"token\":", Quoted(call.token()), "}"});
  page.title = TitleText(TitleOf(link.purpose()), PageMaker::LocaleOf(request, *parts.site));
  page.index = false;
  auto response = co_await maker.Make(request, std::move(parts), std::move(page));
  if (response.ok()) response->Set("Cache-Control", "no-store");
  co_return response;
}

PageMaker::Answer SettingsPage(PageMaker& maker, Request& request) {
  CO_RETURN_IF_ERROR(RequireMember(request));
  PendingCall pending = Start(maker.services().auth, "forium.auth.v1.AuthService.ListSessions",
                              auth::v1::ListSessionsRequest(), request);
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  CO_ASSIGN_OR_RETURN(const auto sessions,
                      Parsed<auth::v1::ListSessionsResponse>(co_await pending.Wait(request)));
  Page page;
  page.name = "settings";
  page.data = "{\"sessions\":";
  AppendJson(sessions, &page.data);
  page.data += '}';
  page.title = TitleText(Title::kSettings, PageMaker::LocaleOf(request, *parts.site));
  page.index = false;
  co_return co_await maker.Make(request, std::move(parts), std::move(page));
}

}  // namespace forium::gateway
