// SPDX-License-Identifier: Apache-2.0
// auth alone, as one process of the suite.
#include <signal.h>

#include <iostream>

#include "services/auth/auth_service.h"
#include "services/auth/databases.h"
#include "services/base/config/config.h"
#include "services/base/events/events.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"

namespace {

using namespace forium;

struct Process {
  std::string data = "./data";
  std::string control_dsn;
  std::string tenant_dsn;
  std::string listen = "127.0.0.1:9101";
  bool rate_limit = true;
  auth::Config auth;
};

absl::Status Run(int argc, char** argv) {
  Process process;
  config::Settings settings;
  settings.Add("data", &process.data, "directory of the SQLite databases");
  settings.AddSecret("control_dsn", &process.control_dsn, "Postgres: the control database");
  settings.AddSecret("tenant_dsn", &process.tenant_dsn, "Postgres: the community's database");
  settings.Add("listen", &process.listen, "address and port of the RPCs");
  settings.Add("rate_limit", &process.rate_limit, "limits on guesses and registrations");
  settings.Add("public_url", &process.auth.public_url, "outside address, for links");
  auth::AddSettings(settings, &process.auth);
  RETURN_IF_ERROR(settings.Parse(argc, argv));
  if (settings.done()) return absl::OkStatus();
  process.auth.throttle.enabled = process.rate_limit;

  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  // Before any other thread starts, so that only the wait below sees them.
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  const bool postgres = !process.control_dsn.empty();
  ASSIGN_OR_RETURN(const auto control, postgres ? auth::OpenControlOnPostgres(process.control_dsn)
                                                : auth::OpenControl(process.data));
  database::Tenants databases(postgres ? auth::OpenerOnPostgres(process.tenant_dsn)
                                       : auth::OpenerIn(process.data));
  ASSIGN_OR_RETURN(const auto service,
                   auth::AuthService::Create(process.auth, *control, databases));
  ASSIGN_OR_RETURN(database::Database* const tenant, databases.Get("default"));
  const auto bus = events::MakeInProcessBus();
  const events::Relay relay("default", "auth", *tenant, *bus);

  rpc::PrincipalVerifier verifier;
  RETURN_IF_ERROR(verifier.AddKey(service->public_key()));
  rpc::Server server({.listen = process.listen}, verifier);
  service->Register(server);
  RETURN_IF_ERROR(server.Start());
  observe::Log(observe::Level::kInfo, "serving", {{"listen", process.listen}});
  int signal = 0;
  sigwait(&ends, &signal);
  server.Drain(absl::Seconds(10));
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  const absl::Status status = Run(argc, argv);
  if (!status.ok()) std::cerr << status.message() << "\n";
  return status.ok() ? 0 : 1;
}
