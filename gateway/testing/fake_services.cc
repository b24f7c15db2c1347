// SPDX-License-Identifier: Apache-2.0
#include "gateway/testing/fake_services.h"

#include <cstdio>
#include <cstdlib>

#include "absl/time/clock.h"
#include "google/protobuf/empty.pb.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "proto/forium/forum/v1/administration.pb.h"
#include "proto/forium/forum/v1/categories.pb.h"
#include "proto/forium/forum/v1/documents.pb.h"
#include "proto/forium/forum/v1/import.pb.h"
#include "proto/forium/forum/v1/posts.pb.h"
#include "proto/forium/forum/v1/topics.pb.h"
#include "proto/google/api/httpbody.pb.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

using google::api::HttpBody;
using google::protobuf::Empty;

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

}  // namespace

template <typename Request, typename Response>
void FakeServices::Add(rpc::Server& server, const std::string& method) {
  server.Handle<Request, Response>(
      method,
      [this, method](const rpc::Call& call, const Request& request) -> absl::StatusOr<Response> {
        std::function<absl::StatusOr<Response>(const rpc::Call&, const Request&)> handler;
        {
          const std::lock_guard lock(mutex_);
          const auto found = handlers_.find(method);
          if (found == handlers_.end()) return status::Internal(method + " is not faked");
          handler = std::any_cast<decltype(handler)>(found->second);
        }
        return handler(call, request);
      });
}

FakeServices::FakeServices()
    : signer_(*rpc::PrincipalSigner::Create(rpc::PrincipalSigner::NewPrivateKey())) {
  Check(verifier_.AddKey(signer_.public_key()));
  rpc::Server::Options options;
  options.workers = 4;
  auth_server_ = std::make_unique<rpc::Server>(options, verifier_);
  forum_server_ = std::make_unique<rpc::Server>(options, verifier_);
  Add<auth::v1::CreateUserRequest, auth::v1::Session>(*auth_server_,
                                                      "forium.auth.v1.AuthService.CreateUser");
  Add<auth::v1::GetUserRequest, auth::v1::User>(*auth_server_,
                                                "forium.auth.v1.AuthService.GetUser");
  Add<auth::v1::ListUsersRequest, auth::v1::ListUsersResponse>(
      *auth_server_, "forium.auth.v1.AuthService.ListUsers");
  Add<auth::v1::UpdateMeRequest, auth::v1::Me>(*auth_server_,
                                               "forium.auth.v1.AuthService.UpdateMe");
  Add<auth::v1::GetMeRequest, auth::v1::Me>(*auth_server_, "forium.auth.v1.AuthService.GetMe");
  Add<auth::v1::ChangePasswordRequest, Empty>(*auth_server_,
                                              "forium.auth.v1.AuthService.ChangePassword");
  Add<auth::v1::RenameUserRequest, auth::v1::User>(*auth_server_,
                                                   "forium.auth.v1.AuthService.RenameUser");
  Add<auth::v1::SetRoleRequest, auth::v1::User>(*auth_server_,
                                                "forium.auth.v1.AuthService.SetRole");
  Add<auth::v1::SuspendUserRequest, auth::v1::User>(*auth_server_,
                                                    "forium.auth.v1.AuthService.SuspendUser");
  Add<auth::v1::UnsuspendUserRequest, auth::v1::User>(*auth_server_,
                                                      "forium.auth.v1.AuthService.UnsuspendUser");
  Add<auth::v1::EraseUserRequest, Empty>(*auth_server_, "forium.auth.v1.AuthService.EraseUser");
  Add<auth::v1::CreateSessionRequest, auth::v1::Session>(
      *auth_server_, "forium.auth.v1.AuthService.CreateSession");
  Add<auth::v1::ListSessionsRequest, auth::v1::ListSessionsResponse>(
      *auth_server_, "forium.auth.v1.AuthService.ListSessions");
  Add<auth::v1::DeleteSessionRequest, Empty>(*auth_server_,
                                             "forium.auth.v1.AuthService.DeleteSession");
  Add<auth::v1::ResolveSessionRequest, auth::v1::ResolveSessionResponse>(
      *auth_server_, "forium.auth.v1.AuthService.ResolveSession");
  Add<auth::v1::CreateLinkRequest, auth::v1::Link>(*auth_server_,
                                                   "forium.auth.v1.AuthService.CreateLink");
  Add<auth::v1::GetLinkRequest, auth::v1::Link>(*auth_server_,
                                                "forium.auth.v1.AuthService.GetLink");
  Add<auth::v1::RedeemLinkRequest, auth::v1::Session>(*auth_server_,
                                                      "forium.auth.v1.AuthService.RedeemLink");
  Add<auth::v1::IssueServicePrincipalRequest, auth::v1::IssuedPrincipal>(
      *auth_server_, "forium.auth.v1.AuthService.IssueServicePrincipal");
  Add<auth::v1::GetSiteRequest, auth::v1::Site>(*auth_server_,
                                                "forium.auth.v1.AuthService.GetSite");
  Add<auth::v1::UpdateSiteRequest, auth::v1::Site>(*auth_server_,
                                                   "forium.auth.v1.AuthService.UpdateSite");
  Add<auth::v1::StageUsersRequest, auth::v1::StageUsersResponse>(
      *auth_server_, "forium.auth.v1.AuthService.StageUsers");
  Add<auth::v1::ProvisionUserRequest, auth::v1::User>(*auth_server_,
                                                      "forium.auth.v1.AuthService.ProvisionUser");
  Add<auth::v1::ProvisionLinkRequest, auth::v1::Link>(*auth_server_,
                                                      "forium.auth.v1.AuthService.ProvisionLink");
  Add<auth::v1::GetSigningKeysRequest, auth::v1::SigningKeys>(
      *auth_server_, "forium.auth.v1.AuthService.GetSigningKeys");
  Add<forum::v1::ListCategoriesRequest, HttpBody>(*forum_server_,
                                                  "forium.forum.v1.ForumService.ListCategories");
  Add<forum::v1::CreateCategoryRequest, forum::v1::Category>(
      *forum_server_, "forium.forum.v1.ForumService.CreateCategory");
  Add<forum::v1::UpdateCategoryRequest, forum::v1::Category>(
      *forum_server_, "forium.forum.v1.ForumService.UpdateCategory");
  Add<forum::v1::DeleteCategoryRequest, Empty>(*forum_server_,
                                               "forium.forum.v1.ForumService.DeleteCategory");
  Add<forum::v1::ListTagsRequest, forum::v1::ListTagsResponse>(
      *forum_server_, "forium.forum.v1.ForumService.ListTags");
  Add<forum::v1::RenameTagRequest, forum::v1::Tag>(*forum_server_,
                                                   "forium.forum.v1.ForumService.RenameTag");
  Add<forum::v1::DeleteTagRequest, Empty>(*forum_server_, "forium.forum.v1.ForumService.DeleteTag");
  Add<forum::v1::ListTopicsRequest, HttpBody>(*forum_server_,
                                              "forium.forum.v1.ForumService.ListTopics");
  Add<forum::v1::GetTopicRequest, HttpBody>(*forum_server_,
                                            "forium.forum.v1.ForumService.GetTopic");
  Add<forum::v1::CreateTopicRequest, forum::v1::Topic>(*forum_server_,
                                                       "forium.forum.v1.ForumService.CreateTopic");
  Add<forum::v1::UpdateTopicRequest, forum::v1::Topic>(*forum_server_,
                                                       "forium.forum.v1.ForumService.UpdateTopic");
  Add<forum::v1::ModerateTopicRequest, forum::v1::Topic>(
      *forum_server_, "forium.forum.v1.ForumService.ModerateTopic");
  Add<forum::v1::DeleteTopicRequest, forum::v1::Topic>(*forum_server_,
                                                       "forium.forum.v1.ForumService.DeleteTopic");
  Add<forum::v1::RestoreTopicRequest, forum::v1::Topic>(
      *forum_server_, "forium.forum.v1.ForumService.RestoreTopic");
  Add<forum::v1::GetTimelineRequest, forum::v1::Timeline>(
      *forum_server_, "forium.forum.v1.ForumService.GetTimeline");
  Add<forum::v1::RecordViewRequest, Empty>(*forum_server_,
                                           "forium.forum.v1.ForumService.RecordView");
  Add<forum::v1::MarkReadRequest, Empty>(*forum_server_, "forium.forum.v1.ForumService.MarkRead");
  Add<forum::v1::MarkAllReadRequest, Empty>(*forum_server_,
                                            "forium.forum.v1.ForumService.MarkAllRead");
  Add<forum::v1::GetUnreadRequest, forum::v1::Unread>(*forum_server_,
                                                      "forium.forum.v1.ForumService.GetUnread");
  Add<forum::v1::ListPostsRequest, HttpBody>(*forum_server_,
                                             "forium.forum.v1.ForumService.ListPosts");
  Add<forum::v1::GetPostRequest, forum::v1::Post>(*forum_server_,
                                                  "forium.forum.v1.ForumService.GetPost");
  Add<forum::v1::CreatePostRequest, forum::v1::Post>(*forum_server_,
                                                     "forium.forum.v1.ForumService.CreatePost");
  Add<forum::v1::UpdatePostRequest, forum::v1::Post>(*forum_server_,
                                                     "forium.forum.v1.ForumService.UpdatePost");
  Add<forum::v1::DeletePostRequest, forum::v1::Post>(*forum_server_,
                                                     "forium.forum.v1.ForumService.DeletePost");
  Add<forum::v1::RestorePostRequest, forum::v1::Post>(*forum_server_,
                                                      "forium.forum.v1.ForumService.RestorePost");
  Add<forum::v1::HidePostRequest, forum::v1::Post>(*forum_server_,
                                                   "forium.forum.v1.ForumService.HidePost");
  Add<forum::v1::AcceptPostRequest, forum::v1::Post>(*forum_server_,
                                                     "forium.forum.v1.ForumService.AcceptPost");
  Add<forum::v1::ListRevisionsRequest, forum::v1::ListRevisionsResponse>(
      *forum_server_, "forium.forum.v1.ForumService.ListRevisions");
  Add<forum::v1::PutReactionRequest, forum::v1::Post>(*forum_server_,
                                                      "forium.forum.v1.ForumService.PutReaction");
  Add<forum::v1::DeleteReactionRequest, forum::v1::Post>(
      *forum_server_, "forium.forum.v1.ForumService.DeleteReaction");
  Add<forum::v1::PreviewPostRequest, forum::v1::PreviewPostResponse>(
      *forum_server_, "forium.forum.v1.ForumService.PreviewPost");
  Add<forum::v1::ListUserPostsRequest, forum::v1::ListUserPostsResponse>(
      *forum_server_, "forium.forum.v1.ForumService.ListUserPosts");
  Add<forum::v1::GetUserStatisticsRequest, forum::v1::UserStatistics>(
      *forum_server_, "forium.forum.v1.ForumService.GetUserStatistics");
  Add<forum::v1::GetStatisticsRequest, forum::v1::Statistics>(
      *forum_server_, "forium.forum.v1.ForumService.GetStatistics");
  Add<forum::v1::CheckCountersRequest, forum::v1::CheckCountersResponse>(
      *forum_server_, "forium.forum.v1.ForumService.CheckCounters");
  Add<forum::v1::ImportRequest, forum::v1::ImportResponse>(*forum_server_,
                                                           "forium.forum.v1.ForumService.Import");
  Add<forum::v1::ResolveOldIdRequest, forum::v1::ResolveOldIdResponse>(
      *forum_server_, "forium.forum.v1.ForumService.ResolveOldId");
  Add<forum::v1::GetSnapshotRequest, forum::v1::GetSnapshotResponse>(
      *forum_server_, "forium.forum.v1.ForumService.GetSnapshot");
  Add<forum::v1::ListChangesRequest, forum::v1::ListChangesResponse>(
      *forum_server_, "forium.forum.v1.ForumService.ListChanges");
  Add<forum::v1::ListTopicAddressesRequest, forum::v1::ListTopicAddressesResponse>(
      *forum_server_, "forium.forum.v1.ForumService.ListTopicAddresses");
  ResolveTokens();
  Check(auth_server_->Start());
  Check(forum_server_->Start());
  auth_ = std::make_unique<rpc::Channel>(auth_server_->InProcessChannel());
  forum_ = std::make_unique<rpc::Channel>(forum_server_->InProcessChannel());
}

FakeServices::~FakeServices() = default;

void FakeServices::ResolveTokens() {
  On<auth::v1::ResolveSessionRequest, auth::v1::ResolveSessionResponse>(
      "forium.auth.v1.AuthService.ResolveSession",
      [this](const rpc::Call&, const auth::v1::ResolveSessionRequest& request)
          -> absl::StatusOr<auth::v1::ResolveSessionResponse> {
        const std::string& token = request.token();
        const bool member = token.starts_with("member-");
        const bool admin = token.starts_with("admin-");
        auth::v1::ResolveSessionResponse response;
        type::v1::Principal principal;
        principal.set_tenant("default");
        principal.set_expires_at(absl::ToUnixMicros(absl::Now() + absl::Minutes(5)));
        if (member || admin) {
          const int64_t id = std::stoll(token.substr(token.find('-') + 1));
          response.set_found(true);
          principal.set_user_id(id);
          principal.set_session_id(1000 + id);
          principal.set_username("user" + std::to_string(id));
          principal.set_role(admin ? type::v1::ADMIN_ROLE : type::v1::MEMBER_ROLE);
          response.mutable_me()->set_id(id);
          response.mutable_me()->set_username(principal.username());
        }
        response.set_signed_principal(signer_.Sign(principal));
        const std::lock_guard lock(mutex_);
        ++resolved_;
        return response;
      });
}

}  // namespace forium::gateway
