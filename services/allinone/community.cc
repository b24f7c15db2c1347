// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/community.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/auth/control_migrations.h"
#include "services/auth/migrations.h"
#include "services/base/status/macros.h"
#include "services/forum/migrations.h"
#include "services/search/forum_source.h"
#include "services/search/migrations.h"

namespace forium::allinone {
namespace {

constexpr char kTenant[] = "default";
constexpr absl::Duration kDrain = absl::Seconds(10);

}  // namespace

Community::Community(CommunityConfig config, DataDirectory directory)
    : config_(std::move(config)), directory_(std::move(directory)) {}

Community::~Community() { Close(); }

absl::StatusOr<std::unique_ptr<Community>> Community::Open(CommunityConfig config,
                                                           DataDirectory directory) {
  config.placement.data = directory.path();
  RETURN_IF_ERROR(directory.Check(config.placement.on_postgres()));
  std::unique_ptr<Community> community(new Community(std::move(config), std::move(directory)));
  RETURN_IF_ERROR(community->OpenDatabases());
  RETURN_IF_ERROR(community->StartServices());
  RETURN_IF_ERROR(community->ConnectEvents());
  return community;
}

absl::Status Community::OpenDatabases() {
  const database::Placement& placement = config_.placement;
  ASSIGN_OR_RETURN(control_, database::OpenControl(placement, auth::kControlMigrations));
  auth_databases_ =
      std::make_unique<database::Tenants>(database::Opener(placement, "auth", auth::kMigrations));
  forum_databases_ =
      std::make_unique<database::Tenants>(database::Opener(placement, "forum", forum::kMigrations));
  search_databases_ = std::make_unique<database::Tenants>(
      database::Opener(placement, "search", search::kMigrations));
  ASSIGN_OR_RETURN(database::Database* const auth, auth_databases_->Get(kTenant));
  ASSIGN_OR_RETURN(database::Database* const forum, forum_databases_->Get(kTenant));
  ASSIGN_OR_RETURN(database::Database* const search, search_databases_->Get(kTenant));
  databases_ = {{"control.db", control_.get()},
                {absl::StrCat(kTenant, "/auth.db"), auth},
                {absl::StrCat(kTenant, "/forum.db"), forum},
                {absl::StrCat(kTenant, "/search.db"), search}};
  return absl::OkStatus();
}

absl::Status Community::StartServices() {
  ASSIGN_OR_RETURN(auth_, auth::AuthService::Create(config_.auth, *control_, *auth_databases_));
  RETURN_IF_ERROR(verifier_.AddKey(auth_->public_key()));
  forum_ = std::make_unique<forum::ForumService>(config_.forum, *forum_databases_);
  RETURN_IF_ERROR(search::Check(config_.search));
  search_ = std::make_unique<search::SearchService>(
      config_.search,
      search::ServicePlaces{.index_folder =
                                [folder = directory_.path()](std::string_view tenant) {
                                  return folder + "/" + std::string(tenant) + "/search";
                                }},
      [this](std::string_view tenant) {
        return std::make_unique<search::ForumSource>(
            *channel_,
            [this](std::string_view) -> absl::StatusOr<rpc::CallOptions> { return SystemCall(); },
            std::string(tenant));
      },
      *search_databases_);
  server_ = std::make_unique<rpc::Server>(rpc::Server::Options{}, verifier_);
  auth_->Register(*server_);
  forum_->Register(*server_);
  search_->Register(*server_);
  RETURN_IF_ERROR(forum_->EnsureDefaults(kTenant));
  RETURN_IF_ERROR(server_->Start());
  channel_ = std::make_unique<rpc::Channel>(server_->InProcessChannel());
  return absl::OkStatus();
}

absl::Status Community::ConnectEvents() {
  bus_ = events::MakeInProcessBus();
  subscriptions_.push_back(
      bus_->Subscribe({.name = "forum",
                       .streams = {"auth"},
                       .handler = [this](std::string_view stream, const events::Event& event) {
                         return forum_->HandleEvent(stream, event);
                       }}));
  // Only wakes the index, which asks the forum itself: it may miss any of them.
  subscriptions_.push_back(
      bus_->Subscribe({.name = "search",
                       .streams = {"forum"},
                       .handler =
                           [this](std::string_view stream, const events::Event& event) {
                             return search_->HandleEvent(stream, event);
                           },
                       .hears = events::Hears::kFromNow}));
  ASSIGN_OR_RETURN(database::Database* const auth, auth_databases_->Get(kTenant));
  ASSIGN_OR_RETURN(database::Database* const forum, forum_databases_->Get(kTenant));
  relays_.push_back(std::make_unique<events::Relay>(kTenant, "auth", *auth, *bus_));
  relays_.push_back(std::make_unique<events::Relay>(kTenant, "forum", *forum, *bus_));
  return absl::OkStatus();
}

rpc::CallOptions Community::SystemCall() const {
  rpc::CallOptions options;
  options.signed_principal = auth_->SystemPrincipal(kTenant);
  options.tenant = kTenant;
  return options;
}

absl::Status Community::ServeSearch() { return search_->Open(kTenant); }

void Community::Close() {
  if (server_ == nullptr) return;
  server_->Drain(kDrain);
  forum_->Close();
  for (const auto& relay : relays_) relay->Flush(kDrain);
  relays_.clear();
  subscriptions_.clear();
  search_->Close();
  channel_.reset();
  server_.reset();
}

}  // namespace forium::allinone
