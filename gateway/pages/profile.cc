// SPDX-License-Identifier: Apache-2.0
// An account's page.
#include "gateway/found/structured_data.h"
#include "gateway/http/ascii.h"
#include "gateway/http/url.h"
#include "gateway/pages/guest_documents.h"
#include "gateway/pages/loaders.h"
#include "proto/forium/auth/v1/auth.json.h"
#include "proto/forium/forum/v1/posts.json.h"
#include "services/base/status/macros.h"

namespace forium::gateway {

PageMaker::Answer ProfilePage(PageMaker& maker, Request& request) {
  const std::string username(request.Variable("username"));
  const std::string tab = QueryText(request, "tab") == "topics" ? "topics" : "";
  auth::v1::GetUserRequest call;
  call.set_username(username);
  PendingCall pending =
      Start(maker.services().auth, "forium.auth.v1.AuthService.GetUser", call, request);
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await maker.frame().Load(request));
  CO_ASSIGN_OR_RETURN(const auto user, Parsed<auth::v1::User>(co_await pending.Wait(request)));
  const std::string path = Concat({"/u/", PercentEncode(user.username())});
  const std::string tag = Concat({"user:", std::to_string(user.id())});
  // A former name, or the same in other letters.
  if (user.username() != username) co_return PageMaker::Redirect(request, path, 301, {tag});

  forum::v1::GetUserStatisticsRequest numbers;
  numbers.set_user_id(user.id());
  PendingCall pending_numbers = Start(
      maker.services().forum, "forium.forum.v1.ForumService.GetUserStatistics", numbers, request);
  forum::v1::ListUserPostsRequest list;
  list.set_user_id(user.id());
  list.set_topics_only(tab == "topics");
  list.set_page_token(QueryText(request, "page_token"));
  PendingCall pending_posts =
      Start(maker.services().forum, "forium.forum.v1.ForumService.ListUserPosts", list, request);
  CO_ASSIGN_OR_RETURN(const auto statistics,
                      Parsed<forum::v1::UserStatistics>(co_await pending_numbers.Wait(request)));
  CO_ASSIGN_OR_RETURN(const auto activity, Parsed<forum::v1::ListUserPostsResponse>(
                                               co_await pending_posts.Wait(request)));
  Page page;
  page.name = "profile";
  page.data = "{\"user\":";
  AppendJson(user, &page.data);
  page.data += ",\"statistics\":";
  AppendJson(statistics, &page.data);
  page.data += ",\"activity\":";
  AppendJson(activity, &page.data);
  page.data += Concat({",\"tab\":", Quoted(tab), "}"});
  page.title = user.display_name().empty() ? user.username() : user.display_name();
  page.description = user.bio();
  page.canonical = path;
  if (ForMachines(request)) {
    page.head = HeadOf({.type = "profile",
                        .alternates = {{"application/atom+xml", path + "/feed.atom"},
                                       {"application/feed+json", path + "/feed.json"}}});
  }
  page.cache_tags = {tag};
  for (const forum::v1::UserPost& post : activity.posts()) {
    page.cache_tags.push_back(Concat({"topic:", std::to_string(post.post().topic_id())}));
  }
  co_return co_await maker.Make(request, std::move(parts), std::move(page));
}

}  // namespace forium::gateway
