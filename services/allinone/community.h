// SPDX-License-Identifier: Apache-2.0
// A community in one process, without its gateway: databases, services behind an in-process
// channel, the bus and the relays. `serve` puts the gateway in front of it; commands on a directory
// that nobody serves open it likewise. Thread-safe after Open.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/allinone/data_directory.h"
#include "services/auth/auth_service.h"
#include "services/auth/config.h"
#include "services/base/database/database.h"
#include "services/base/database/placement.h"
#include "services/base/database/tenants.h"
#include "services/base/events/events.h"
#include "services/base/rpc/channel.h"
#include "services/base/rpc/principal.h"
#include "services/base/rpc/server.h"
#include "services/forum/config.h"
#include "services/forum/forum_service.h"
#include "services/search/config.h"
#include "services/search/search_service.h"

namespace forium::allinone {

struct CommunityConfig {
  auth::Config auth;
  forum::Config forum;
  search::Config search;
  // Its `data` is the directory's path.
  database::Placement placement;
};

// A database that a backup holds, under its name in the archive (`default/forum.db`).
struct NamedDatabase {
  std::string name;
  database::Database* database;
};

class Community {
 public:
  // Errors: FailedPrecondition with the sentence for the person (newer data, not writable).
  static absl::StatusOr<std::unique_ptr<Community>> Open(CommunityConfig config,
                                                         DataDirectory directory);
  ~Community();

  const DataDirectory& directory() const { return directory_; }
  bool on_postgres() const { return config_.placement.on_postgres(); }
  rpc::Channel& channel() { return *channel_; }
  events::Bus& bus() { return *bus_; }
  // Options of a call by the system itself.
  rpc::CallOptions SystemCall() const;
  const std::vector<NamedDatabase>& databases() const { return databases_; }
  // Opens the index, which follows the forum from then on. Commands that serve nobody do without.
  absl::Status ServeSearch();

  // Stops taking calls, ends the running ones, publishes what is left. Once.
  void Close();

 private:
  Community(CommunityConfig config, DataDirectory directory);
  absl::Status OpenDatabases();
  absl::Status StartServices();
  absl::Status ConnectEvents();

  const CommunityConfig config_;
  DataDirectory directory_;
  rpc::PrincipalVerifier verifier_;
  std::unique_ptr<events::Bus> bus_;
  std::unique_ptr<database::Database> control_;
  std::unique_ptr<database::Tenants> auth_databases_;
  std::unique_ptr<database::Tenants> forum_databases_;
  std::unique_ptr<database::Tenants> search_databases_;
  std::vector<NamedDatabase> databases_;
  std::unique_ptr<auth::AuthService> auth_;
  std::unique_ptr<forum::ForumService> forum_;
  std::unique_ptr<search::SearchService> search_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<rpc::Channel> channel_;
  std::vector<std::unique_ptr<events::Relay>> relays_;
  std::vector<std::unique_ptr<events::Subscription>> subscriptions_;
};

}  // namespace forium::allinone
