// SPDX-License-Identifier: Apache-2.0
// auth alone, as one process of the suite.
#include <iostream>
#include <memory>
#include <string>

#include "services/auth/auth_service.h"
#include "services/auth/control_migrations.h"
#include "services/auth/migrations.h"
#include "services/auth/setup.h"
#include "services/base/config/config.h"
#include "services/base/database/placement.h"
#include "services/base/process/suite.h"
#include "services/base/status/macros.h"

namespace {

using namespace forium;

constexpr char kTenant[] = "default";

struct Program {
  process::SuiteConfig suite{.listen = "127.0.0.1:9101"};
  database::Placement placement;
  auth::Config auth;
  bool rate_limit = true;
  bool migrate_only = false;
};

void Declare(Program& program, config::Settings& settings) {
  process::AddServiceSettings(settings, &program.suite);
  settings.Add("data", &program.placement.data, "Directory of the SQLite databases.");
  database::AddSettings(settings, &program.placement);
  settings.Add("public_url", &program.auth.public_url, "Outside address, for links.");
  settings.Add("rate_limit", &program.rate_limit, "Limits on guesses and registrations.");
  settings.Add("migrate_only", &program.migrate_only, "Brings the databases up to date and exits.");
  auth::AddSettings(settings, &program.auth);
}

absl::Status Serve(Program& program) {
  program.auth.throttle.enabled = program.rate_limit;
  ASSIGN_OR_RETURN(const auto process, process::Process::Begin("auth", program.suite.process));
  std::unique_ptr<database::Database> control;
  database::Tenants tenants(database::Opener(program.placement, "auth", auth::kMigrations));
  database::Database* community = nullptr;
  RETURN_IF_ERROR(process->Await("the database", [&]() -> absl::Status {
    ASSIGN_OR_RETURN(control, database::OpenControl(program.placement, auth::kControlMigrations));
    ASSIGN_OR_RETURN(community, tenants.Get(kTenant));
    return absl::OkStatus();
  }));
  if (program.migrate_only) return absl::OkStatus();

  ASSIGN_OR_RETURN(const auto service, auth::AuthService::Create(program.auth, *control, tenants));
  ASSIGN_OR_RETURN(const auto bus, process::MakeBus(program.suite));
  events::Relay relay(kTenant, "auth", *community, *bus);
  rpc::PrincipalVerifier verifier;
  RETURN_IF_ERROR(verifier.AddKey(service->public_key()));
  rpc::Server server({.listen = program.suite.listen, .security = program.suite.security},
                     verifier);
  service->Register(server);
  RETURN_IF_ERROR(server.Start());
  const auto watcher = process::WatchDatabase(*process, *community);

  rpc::Channel self(server.InProcessChannel());
  rpc::CallOptions system;
  system.signed_principal = service->SystemPrincipal(kTenant);
  ASSIGN_OR_RETURN(const std::string setup,
                   auth::SetupAddress(self, system, program.auth.public_url));
  if (!setup.empty()) {
    std::cout << (program.auth.public_url.empty()
                      ? "Open this at the gateway's address once to make the administrator:\n  "
                      : "Open this address once to make the administrator:\n  ")
              << setup << std::endl;
  }
  process::ServeUntilStopped(*process, program.suite, "auth", server);
  relay.Flush(program.suite.process.drain_timeout);
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  Program program;
  return process::Main(
      argc, argv, program.suite.process,
      [&program](config::Settings& settings) { Declare(program, settings); },
      [&program] { return Serve(program); });
}
