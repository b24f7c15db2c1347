// SPDX-License-Identifier: Apache-2.0
// The forum alone, as one process of the suite.
#include <memory>
#include <string>

#include "services/base/config/config.h"
#include "services/base/database/placement.h"
#include "services/base/process/authority.h"
#include "services/base/process/suite.h"
#include "services/base/status/macros.h"
#include "services/forum/forum_service.h"
#include "services/forum/migrations.h"

namespace {

using namespace forium;

constexpr char kTenant[] = "default";

struct Program {
  process::SuiteConfig suite{.listen = "127.0.0.1:9102"};
  database::Placement placement;
  forum::Config forum;
  std::string public_url;
  process::AuthorityConfig authority;
  bool migrate_only = false;
};

void Declare(Program& program, config::Settings& settings) {
  process::AddServiceSettings(settings, &program.suite);
  settings.Add("data", &program.placement.data, "Directory of the SQLite databases.");
  database::AddSettings(settings, &program.placement);
  settings.Add("public_url", &program.public_url,
               "Outside address: links to it are the community's own.");
  process::AddSettings(settings, &program.authority);
  settings.Add("migrate_only", &program.migrate_only, "Brings the databases up to date and exits.");
}

absl::Status Serve(Program& program) {
  program.forum.site_host = forum::HostOf(program.public_url);
  ASSIGN_OR_RETURN(const auto process, process::Process::Begin("forum", program.suite.process));
  database::Tenants tenants(database::Opener(program.placement, "forum", forum::kMigrations));
  database::Database* community = nullptr;
  RETURN_IF_ERROR(process->Await("the database", [&]() -> absl::Status {
    ASSIGN_OR_RETURN(community, tenants.Get(kTenant));
    return absl::OkStatus();
  }));
  if (program.migrate_only) return absl::OkStatus();

  discovery::ResolveWith(program.suite.registration.gateways, program.suite.registration.zone,
                         program.suite.security);
  process::Authority authority(program.authority, program.suite.security);
  rpc::PrincipalVerifier verifier;
  RETURN_IF_ERROR(process->Await("auth", [&] { return authority.Trust(verifier); }));
  forum::ForumService service(program.forum, tenants);
  RETURN_IF_ERROR(process->Await("the database", [&] { return service.EnsureDefaults(kTenant); }));
  ASSIGN_OR_RETURN(const auto bus, process::MakeBus(program.suite));
  const auto subscription =
      bus->Subscribe({.name = "forum",
                      .streams = {"auth"},
                      .handler = [&service](std::string_view stream, const events::Event& event) {
                        return service.HandleEvent(stream, event);
                      }});
  events::Relay relay(kTenant, "forum", *community, *bus);
  rpc::Server server({.listen = program.suite.listen, .security = program.suite.security},
                     verifier);
  service.Register(server);
  RETURN_IF_ERROR(server.Start());
  const auto watcher = process::WatchDatabase(*process, *community);
  process::ServeUntilStopped(*process, program.suite, "forum", server);
  service.Close();
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
