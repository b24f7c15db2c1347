// SPDX-License-Identifier: Apache-2.0
// Single posts: the short link into the topic, editing and the history.
#include "gateway/http/ascii.h"
#include "gateway/http/url.h"
#include "gateway/pages/loaders.h"
#include "proto/forium/forum/v1/posts.json.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

constexpr std::string_view kGetPost = "forium.forum.v1.ForumService.GetPost";

absl::StatusOr<forum::v1::GetPostRequest> CallFor(const Request& request) {
  forum::v1::GetPostRequest call;
  call.set_id(NumberOf(request.Variable("post_id")));
  if (call.id() == 0) return status::NotFound("There is no such post.");
  return call;
}

std::string PathOf(const forum::v1::Post& post) {
  const std::string number = std::to_string(post.number());
  return Concat({"/t/", PercentEncode(post.topic_slug()), "/", std::to_string(post.topic_id()), "/",
                 number, "#p", number});
}

}  // namespace

PageMaker::Answer PostRedirect(PageMaker& maker, Request& request) {
  CO_ASSIGN_OR_RETURN(const auto call, CallFor(request));
  const auto post =
      co_await Fetch<forum::v1::Post>(maker.services().forum, kGetPost, call, request);
  if (post.ok()) co_return PageMaker::Redirect(request, PathOf(*post), 302);
  if (absl::IsNotFound(post.status())) {
    std::string imported = co_await FindImported(maker, request, "post", call.id());
    if (!imported.empty()) co_return PageMaker::Redirect(request, std::move(imported), 301);
  }
  co_return post.status();
}

PageMaker::Answer EditPage(PageMaker& maker, Request& request) {
  CO_RETURN_IF_ERROR(RequireMember(request));
  CO_ASSIGN_OR_RETURN(const auto call, CallFor(request));
  PendingCall pending = Start(maker.services().forum, kGetPost, call, request);
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  CO_ASSIGN_OR_RETURN(const auto post, Parsed<forum::v1::Post>(co_await pending.Wait(request)));
  if (!post.can_edit()) co_return status::PermissionDenied("You may not edit this post.");
  Page page;
  page.name = "edit";
  page.data = "{\"post\":";
  AppendJson(post, &page.data);
  page.data += '}';
  page.title = TitleText(Title::kEdit, PageMaker::LocaleOf(request, *parts.site));
  page.index = false;
  co_return co_await maker.Make(request, std::move(parts), std::move(page));
}

PageMaker::Answer HistoryPage(PageMaker& maker, Request& request) {
  CO_ASSIGN_OR_RETURN(const auto call, CallFor(request));
  PendingCall pending = Start(maker.services().forum, kGetPost, call, request);
  forum::v1::ListRevisionsRequest list;
  list.set_post_id(call.id());
  list.set_page_token(QueryText(request, "page_token"));
  PendingCall pending_revisions =
      Start(maker.services().forum, "forium.forum.v1.ForumService.ListRevisions", list, request);
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  CO_ASSIGN_OR_RETURN(const auto post, Parsed<forum::v1::Post>(co_await pending.Wait(request)));
  CO_ASSIGN_OR_RETURN(const auto revisions, Parsed<forum::v1::ListRevisionsResponse>(
                                                co_await pending_revisions.Wait(request)));
  Page page;
  page.name = "history";
  page.data = "{\"post\":";
  AppendJson(post, &page.data);
  page.data += ",\"revisions\":";
  AppendJson(revisions, &page.data);
  page.data += '}';
  page.title = TitleText(Title::kHistory, PageMaker::LocaleOf(request, *parts.site));
  page.index = false;
  co_return co_await maker.Make(request, std::move(parts), std::move(page));
}

}  // namespace forium::gateway
