// SPDX-License-Identifier: Apache-2.0
// What the programs of the suite share beyond any process: addresses, mutual TLS, the bus, telling
// the control planes, and the order in which a service starts and ends.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/base/config/config.h"
#include "services/base/database/database.h"
#include "services/base/discovery/registration.h"
#include "services/base/events/events.h"
#include "services/base/events/nats_bus.h"
#include "services/base/process/process.h"
#include "services/base/rpc/server.h"
#include "services/base/rpc/wire/security.h"

namespace forium::process {

struct SuiteConfig {
  Config process = {};
  // ADDR:PORT of the service's RPCs, or `unix:/path`.
  std::string listen = {};
  rpc::Security security = {};
  events::NatsOptions nats = {};
  discovery::RegistrationConfig registration = {};
};

// Those of the gateway: no `listen`, which is its HTTP, and no registration.
void AddGatewaySettings(config::Settings& settings, SuiteConfig* config);
// Those of a service: all of them.
void AddServiceSettings(config::Settings& settings, SuiteConfig* config);

// NATS when it is configured. Without it the bus within the process, which other processes do not
// hear: for a service that is tried alone.
absl::StatusOr<std::unique_ptr<events::Bus>> MakeBus(const SuiteConfig& config);

// Readiness follows the database while the answer lives.
[[nodiscard]] std::unique_ptr<Process::Watcher> WatchDatabase(Process& process,
                                                              database::Database& database);

// Tells the control planes and the health protocol that the started server serves, and returns
// after a stop signal, when all calls are answered: first nobody is sent here any more, then calls
// that come all the same are refused in a way that lets them run elsewhere.
void ServeUntilStopped(Process& process, const SuiteConfig& config, const std::string& service,
                       rpc::Server& server);

}  // namespace forium::process
