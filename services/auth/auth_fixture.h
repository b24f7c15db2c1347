// SPDX-License-Identifier: Apache-2.0
// A community with auth behind a real RPC server, on each engine, and the words for tests about it.
// Password hashes are cheap, and the clock goes when it is told to.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/auth/auth_service.h"
#include "services/auth/control_migrations.h"
#include "services/auth/migrations.h"
#include "services/base/database/testing.h"
#include "services/base/events/events.h"
#include "services/base/rpc/channel.h"
#include "services/base/rpc/server.h"
#include "services/base/status/status.h"

namespace forium::auth {

using google::protobuf::Empty;
using rpc::CallOptions;
using type::v1::Reason;

inline constexpr char kPassword[] = "correct horse battery";

class AuthTest : public database::TestDatabases {
 protected:
  void SetUp() override {
    TestDatabases::SetUp();
    if (IsSkipped()) return;
    config_.public_url = "https://example.org/";
    config_.passwords.memory_kib = 64;
    config_.passwords.passes = 1;
    config_.passwords.waiting = 1000;
    config_.throttle.enabled = false;
    control_ = Open(kControlMigrations);
    UseNewDatabase();
    Start();
  }

  // Builds the service anew, with the config of now and the same databases.
  void Start() {
    server_.reset();
    auto service = AuthService::Create(config_, *control_, databases_, [this] {
      return absl::Now() + absl::Seconds(ahead_seconds_.load());
    });
    ASSERT_TRUE(service.ok()) << service.status();
    service_ = *std::move(service);
    verifier_ = std::make_unique<rpc::PrincipalVerifier>();
    ASSERT_TRUE(verifier_->AddKey(service_->public_key()).ok());
    rpc::Server::Options options;
    options.workers = 8;
    server_ = std::make_unique<rpc::Server>(options, *verifier_);
    service_->Register(*server_);
    const absl::Status started = server_->Start();
    ASSERT_TRUE(started.ok()) << started;
    channel_ = std::make_unique<rpc::Channel>(server_->InProcessChannel());
  }

  void TearDown() override {
    channel_.reset();
    server_.reset();
    service_.reset();
    TestDatabases::TearDown();
  }

  void PassTime(absl::Duration time) { ahead_seconds_ += absl::ToInt64Seconds(time); }

  database::Database& tenant() { return **databases_.Get("default"); }

  // ---- Callers ----
  CallOptions Guest() { return Principal(service_->AnonymousPrincipal("default")); }
  CallOptions System() { return Principal(service_->SystemPrincipal("default")); }
  // Whoever has this token, as the gateway would find them now.
  CallOptions As(const std::string& token) {
    const absl::StatusOr<v1::ResolveSessionResponse> resolved = Resolve(token);
    EXPECT_TRUE(resolved.ok()) << resolved.status();
    return Principal(resolved.ok() ? resolved->signed_principal() : "");
  }
  CallOptions As(const v1::Session& session) { return As(session.token()); }
  static CallOptions From(CallOptions options, const std::string& address) {
    options.peer_address = address;
    return options;
  }

  // ---- Acts ----
  template <typename Response>
  absl::StatusOr<Response> Call(const std::string& method, const google::protobuf::Message& request,
                                const CallOptions& options) {
    return channel_->Call<Response>("forium.auth.v1.AuthService." + method, request, options);
  }

  absl::StatusOr<v1::ResolveSessionResponse> Resolve(const std::string& token) {
    v1::ResolveSessionRequest request;
    request.set_token(token);
    request.set_host("example.org:443");
    return Call<v1::ResolveSessionResponse>("ResolveSession", request, Principal(""));
  }

  absl::StatusOr<v1::Session> TryJoin(const std::string& username, const CallOptions& as,
                                      const std::string& invite = "") {
    v1::CreateUserRequest request;
    request.set_username(username);
    request.set_email(username + "@example.org");
    request.set_password(kPassword);
    request.set_invite(invite);
    return Call<v1::Session>("CreateUser", request, as);
  }
  v1::Session Join(const std::string& username) {
    const absl::StatusOr<v1::Session> session = TryJoin(username, Guest());
    EXPECT_TRUE(session.ok()) << session.status();
    return session.ok() ? *session : v1::Session();
  }
  // Joins with a role above a member's.
  v1::Session Join(const std::string& username, type::v1::Role role) {
    v1::Session session = Join(username);
    const absl::Status set = SetRole(session.user_id(), role, System());
    EXPECT_TRUE(set.ok()) << set;
    return session;
  }
  v1::Session JoinAdmin(const std::string& username) {
    return Join(username, type::v1::ADMIN_ROLE);
  }
  v1::Session JoinModerator(const std::string& username) {
    return Join(username, type::v1::MODERATOR_ROLE);
  }

  absl::StatusOr<v1::Session> SignIn(const std::string& login, const std::string& password,
                                     const CallOptions& as) {
    v1::CreateSessionRequest request;
    request.set_login(login);
    request.set_password(password);
    return Call<v1::Session>("CreateSession", request, as);
  }
  absl::StatusOr<v1::Session> SignIn(const std::string& login,
                                     const std::string& password = kPassword) {
    return SignIn(login, password, Guest());
  }

  absl::Status SetRole(int64_t user_id, type::v1::Role role, const CallOptions& as) {
    v1::SetRoleRequest request;
    request.set_user_id(user_id);
    request.set_role(role);
    return Call<v1::User>("SetRole", request, as).status();
  }
  absl::Status Suspend(int64_t user_id, const CallOptions& as) {
    v1::SuspendUserRequest request;
    request.set_user_id(user_id);
    request.set_reason("spam");
    return Call<v1::User>("SuspendUser", request, as).status();
  }
  absl::Status Unsuspend(int64_t user_id, const CallOptions& as) {
    v1::UnsuspendUserRequest request;
    request.set_user_id(user_id);
    return Call<v1::User>("UnsuspendUser", request, as).status();
  }
  absl::Status Rename(int64_t user_id, const std::string& username, const CallOptions& as) {
    v1::RenameUserRequest request;
    request.set_user_id(user_id);
    request.set_username(username);
    return Call<v1::User>("RenameUser", request, as).status();
  }
  absl::Status Erase(int64_t user_id, const std::string& password, const CallOptions& as) {
    v1::EraseUserRequest request;
    request.set_user_id(user_id);
    request.set_password(password);
    return Call<Empty>("EraseUser", request, as).status();
  }
  absl::Status ChangePassword(const std::string& old_password, const std::string& password,
                              const CallOptions& as) {
    v1::ChangePasswordRequest request;
    request.set_old_password(old_password);
    request.set_new_password(password);
    return Call<Empty>("ChangePassword", request, as).status();
  }
  absl::StatusOr<v1::User> User(const std::string& username, const CallOptions& as) {
    v1::GetUserRequest request;
    request.set_username(username);
    return Call<v1::User>("GetUser", request, as);
  }
  absl::StatusOr<v1::Me> Me(const CallOptions& as) {
    return Call<v1::Me>("GetMe", v1::GetMeRequest(), as);
  }
  absl::Status EndSession(const std::string& which, const CallOptions& as) {
    v1::DeleteSessionRequest request;
    request.set_session(which);
    return Call<Empty>("DeleteSession", request, as).status();
  }
  absl::StatusOr<v1::Link> MakeLink(v1::Link::Purpose purpose, const CallOptions& as,
                                    const std::string& username = "") {
    v1::CreateLinkRequest request;
    request.set_purpose(purpose);
    request.set_username(username);
    return Call<v1::Link>("CreateLink", request, as);
  }
  absl::StatusOr<v1::Link> ProvisionLink(v1::Link::Purpose purpose,
                                         const std::string& username = "") {
    v1::ProvisionLinkRequest request;
    request.set_purpose(purpose);
    request.set_username(username);
    return Call<v1::Link>("ProvisionLink", request, System());
  }
  absl::StatusOr<v1::Session> Redeem(const std::string& token, const std::string& username,
                                     const std::string& password = kPassword) {
    v1::RedeemLinkRequest request;
    request.set_token(token);
    request.set_username(username);
    request.set_email(username.empty() ? "" : username + "@example.org");
    request.set_password(password);
    return Call<v1::Session>("RedeemLink", request, Guest());
  }
  absl::StatusOr<v1::Site> Site() {
    return Call<v1::Site>("GetSite", v1::GetSiteRequest(), Guest());
  }
  absl::Status SetRegistration(v1::Site::Registration registration) {
    v1::UpdateSiteRequest request;
    request.set_registration(registration);
    const absl::StatusOr<v1::Session> admin = SignIn("boss");
    const std::string token = admin.ok() ? admin->token() : JoinAdmin("boss").token();
    return Call<v1::Site>("UpdateSite", request, As(token)).status();
  }

  // What auth published so far.
  std::vector<events::Event> Events() {
    const absl::StatusOr<std::vector<events::Event>> events = events::ReadLog(tenant(), 0, 10000);
    EXPECT_TRUE(events.ok()) << events.status();
    return events.ok() ? *events : std::vector<events::Event>();
  }
  events::Event LastEvent() {
    const std::vector<events::Event> events = Events();
    return events.empty() ? events::Event() : events.back();
  }

  static CallOptions Principal(const std::string& signed_principal) {
    CallOptions options;
    options.signed_principal = signed_principal;
    options.deadline = absl::Now() + absl::Seconds(30);
    return options;
  }

  Config config_;
  std::unique_ptr<database::Database> control_;
  database::Tenants databases_{[this](std::string_view) { return TryOpen(kMigrations); }};
  std::unique_ptr<AuthService> service_;
  std::unique_ptr<rpc::PrincipalVerifier> verifier_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<rpc::Channel> channel_;

 private:
  std::atomic<int64_t> ahead_seconds_ = 0;
};

// The reason that a status carries: EXPECT_EQ(ReasonOf(…), type::v1::NOT_FOUND).
template <typename T>
Reason ReasonOf(const absl::StatusOr<T>& result) {
  return status::ReasonOf(result.status());
}
inline Reason ReasonOf(const absl::Status& status) { return status::ReasonOf(status); }

}  // namespace forium::auth
