// SPDX-License-Identifier: Apache-2.0
// The forum alone, as one process of the suite.
#include <signal.h>

#include <filesystem>
#include <iostream>

#include "absl/strings/escaping.h"
#include "services/base/config/config.h"
#include "services/base/database/tenants.h"
#include "services/base/events/events.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"
#include "services/forum/forum_service.h"
#include "services/forum/migrations.h"

namespace {

using namespace forium;

struct Process {
  std::string data = "./data";
  std::string tenant_dsn;
  std::string listen = "127.0.0.1:9102";
  std::string principal_key;
  forum::Config forum;
};

database::Tenants::Open Opener(const Process& process) {
  return
      [&process](std::string_view tenant) -> absl::StatusOr<std::unique_ptr<database::Database>> {
        if (!process.tenant_dsn.empty())
          return database::OpenPostgres({.dsn = process.tenant_dsn}, forum::kMigrations);
        const std::filesystem::path folder = std::filesystem::path(process.data) / tenant;
        std::filesystem::create_directories(folder);
        return database::OpenSqlite({.path = folder / "forum.db"}, forum::kMigrations);
      };
}

absl::Status Run(int argc, char** argv) {
  Process process;
  config::Settings settings;
  settings.Add("data", &process.data, "directory of the SQLite databases");
  settings.AddSecret("tenant_dsn", &process.tenant_dsn, "Postgres: the community's database");
  settings.Add("listen", &process.listen, "address and port of the RPCs");
  settings.Add("principal_key", &process.principal_key, "auth's public key, in hexadecimal digits");
  settings.Add("site_host", &process.forum.site_host, "host of the community's own addresses");
  RETURN_IF_ERROR(settings.Parse(argc, argv));
  if (settings.done()) return absl::OkStatus();

  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  // Before any other thread starts, so that only the wait below sees them.
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  rpc::PrincipalVerifier verifier;
  RETURN_IF_ERROR(verifier.AddKey(absl::HexStringToBytes(process.principal_key)));
  database::Tenants databases(Opener(process));
  ASSIGN_OR_RETURN(database::Database* const database, databases.Get("default"));
  const auto bus = events::MakeInProcessBus();
  const events::Relay relay("default", "forum", *database, *bus);
  forum::ForumService service(process.forum, databases);
  RETURN_IF_ERROR(service.EnsureDefaults("default"));
  rpc::Server server({.listen = process.listen}, verifier);
  service.Register(server);
  RETURN_IF_ERROR(server.Start());
  observe::Log(observe::Level::kInfo, "serving", {{"listen", process.listen}});
  int signal = 0;
  sigwait(&ends, &signal);
  server.Drain(absl::Seconds(10));
  service.Close();
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  const absl::Status status = Run(argc, argv);
  if (!status.ok()) std::cerr << status.message() << "\n";
  return status.ok() ? 0 : 1;
}
