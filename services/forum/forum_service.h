// SPDX-License-Identifier: Apache-2.0
// The forum's RPCs: unpacks each call, asks the noun it belongs to, and hands back what that
// answers. Thread-safe.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/forium/events/v1/events.pb.h"
#include "services/base/database/tenants.h"
#include "services/base/rpc/server.h"
#include "services/forum/caller.h"
#include "services/forum/config.h"
#include "services/forum/views.h"

namespace forium::forum {

class ForumService {
 public:
  // `tenants` opens databases with kMigrations (services/forum/migrations.h) and outlives this
  // object.
  ForumService(Config config, database::Tenants& tenants);

  // Registers every RPC. The server must not outlive this object.
  void Register(rpc::Server& server);

  // Makes what a new community needs to be written in, if it has nothing yet.
  absl::Status EnsureDefaults(std::string_view tenant);

  // A handler for the bus, of the stream `auth`.
  absl::Status HandleEvent(std::string_view stream, const events::v1::Event& event);

  // Writes counted views and stops counting. Called after the server was drained.
  void Close();

 private:
  absl::StatusOr<Caller> As(const rpc::Call& call);

  const Config config_;
  database::Tenants& tenants_;
  Views views_;
};

}  // namespace forium::forum
