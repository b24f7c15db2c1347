// SPDX-License-Identifier: Apache-2.0
#include "gateway/realtime/inquiry.h"

#include <limits>

#include "absl/time/clock.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "proto/google/api/httpbody.pb.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

constexpr int kAtOnce = 16;
constexpr absl::Duration kDeadline = absl::Seconds(5);
constexpr std::string_view kGetTopic = "forium.forum.v1.ForumService.GetTopic";
constexpr std::string_view kGetPost = "forium.forum.v1.ForumService.GetPost";
constexpr std::string_view kListCategories = "forium.forum.v1.ForumService.ListCategories";

}  // namespace

bool IsRefusal(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsPermissionDenied(status) ||
         absl::IsUnauthenticated(status);
}

Inquiry::Inquiry(Services services, Identities& identities, asio::any_io_executor executor)
    : services_(services), identities_(identities), turns_(std::move(executor), kAtOnce) {}

asio::awaitable<absl::Status> Inquiry::SpeakFor(const Reader& reader, Request& request) {
  request.tenant = reader.tenant;
  request.host = reader.host;
  request.session_token = reader.token;
  request.bearer = reader.bearer;
  request.received = absl::Now();
  request.deadline = request.received + kDeadline;
  const absl::Status known = co_await identities_.Resolve(request);
  if (reader.bearer && absl::IsUnauthenticated(known))
    co_return absl::AbortedError("the session ended");
  CO_RETURN_IF_ERROR(known);
  const type::v1::Principal& principal = request.identity->principal;
  if (principal.user_id() != reader.user_id || request.identity->level() != reader.level)
    co_return absl::AbortedError("the reader changed");
  co_return absl::OkStatus();
}

asio::awaitable<absl::Status> Inquiry::Confirm(ReaderPointer reader) {
  const auto turn = co_await turns_.Take();
  Request request;
  co_return co_await SpeakFor(*reader, request);
}

asio::awaitable<absl::StatusOr<ShownTopic>> Inquiry::Topic(ReaderPointer reader, int64_t id) {
  const auto turn = co_await turns_.Take();
  Request request;
  CO_RETURN_IF_ERROR(co_await SpeakFor(*reader, request));
  forum::v1::GetTopicRequest ask;
  ask.set_id(id);
  ask.set_page_size(1);
  ask.set_from(std::numeric_limits<int32_t>::max());  // no posts
  CO_ASSIGN_OR_RETURN(const auto body, co_await Fetch<google::api::HttpBody>(
                                           services_.forum, kGetTopic, ask, request));
  std::optional<ShownTopic> shown = ShowTopic(body.data(), reader->level);
  if (!shown.has_value()) co_return status::Internal("the forum answered no topic");
  if (!shown->readable) co_return status::NotFound("There is no such topic.");
  co_return *std::move(shown);
}

asio::awaitable<absl::StatusOr<ShownPost>> Inquiry::Post(ReaderPointer reader, int64_t id) {
  const auto turn = co_await turns_.Take();
  Request request;
  CO_RETURN_IF_ERROR(co_await SpeakFor(*reader, request));
  forum::v1::GetPostRequest ask;
  ask.set_id(id);
  CO_ASSIGN_OR_RETURN(const auto post,
                      co_await Fetch<forum::v1::Post>(services_.forum, kGetPost, ask, request));
  co_return ShowPost(post, reader->level);
}

asio::awaitable<absl::StatusOr<std::set<int64_t>>> Inquiry::Categories(ReaderPointer reader) {
  const auto turn = co_await turns_.Take();
  Request request;
  CO_RETURN_IF_ERROR(co_await SpeakFor(*reader, request));
  CO_ASSIGN_OR_RETURN(const auto body, co_await Fetch<google::api::HttpBody>(
                                           services_.forum, kListCategories,
                                           forum::v1::ListCategoriesRequest(), request));
  std::optional<std::set<int64_t>> ids = CategoryIds(body.data());
  if (!ids.has_value()) co_return status::Internal("the forum answered no categories");
  co_return *std::move(ids);
}

}  // namespace forium::gateway
