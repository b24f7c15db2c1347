// SPDX-License-Identifier: Apache-2.0
// Search alone, as one process of the suite. Its index is a file of its own, fed by the forum; its
// database holds what was looked for.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/base/config/config.h"
#include "services/base/database/placement.h"
#include "services/base/process/authority.h"
#include "services/base/process/suite.h"
#include "services/base/status/macros.h"
#include "services/search/forum_source.h"
#include "services/search/migrations.h"
#include "services/search/search_service.h"

namespace {

using namespace forium;

constexpr char kTenant[] = "default";

struct Program {
  process::SuiteConfig suite{.listen = "127.0.0.1:9104"};
  database::Placement placement;
  search::Config search;
  process::AuthorityConfig authority;
  std::string service_secret;
  std::string forum_target = "xds:///forum";
  bool migrate_only = false;
};

void Declare(Program& program, config::Settings& settings) {
  process::AddServiceSettings(settings, &program.suite);
  settings.Add("data", &program.placement.data,
               "Directory of the SQLite databases, and of the indexes.");
  database::AddSettings(settings, &program.placement);
  process::AddSettings(settings, &program.authority);
  settings.Add("service_secret", &program.service_secret,
               "The secret that auth has too: by it search may read the forum.");
  settings.Add("forum_target", &program.forum_target, "Where the forum is, like auth_target.");
  search::AddSettings(settings, &program.search);
  settings.Add("migrate_only", &program.migrate_only, "Brings the databases up to date and exits.");
}

absl::Status Serve(Program& program) {
  RETURN_IF_ERROR(search::Check(program.search));
  ASSIGN_OR_RETURN(const auto process, process::Process::Begin("search", program.suite.process));
  database::Tenants tenants(database::Opener(program.placement, "search", search::kMigrations));
  database::Database* community = nullptr;
  RETURN_IF_ERROR(process->Await("the database", [&]() -> absl::Status {
    ASSIGN_OR_RETURN(community, tenants.Get(kTenant));
    return absl::OkStatus();
  }));
  if (program.migrate_only) return absl::OkStatus();

  discovery::ResolveWith(program.suite.registration.gateways, program.suite.registration.zone,
                         program.suite.security);
  process::Authority authority(program.authority, program.suite.security, "search",
                               program.service_secret);
  rpc::PrincipalVerifier verifier;
  RETURN_IF_ERROR(process->Await("auth", [&] { return authority.Trust(verifier); }));
  rpc::Channel forum(rpc::Connect(program.forum_target, program.suite.security));
  search::SearchService service(
      program.search,
      {.index_folder =
           [&](std::string_view tenant) {
             return absl::StrCat(program.placement.data, "/", std::string(tenant), "/search");
           },
       .instance = program.suite.listen},
      [&](std::string_view tenant) {
        return std::make_unique<search::ForumSource>(
            forum, [&](std::string_view of) { return authority.SystemCall(of); },
            std::string(tenant));
      },
      tenants);
  RETURN_IF_ERROR(service.Open(kTenant));
  ASSIGN_OR_RETURN(const auto bus, process::MakeBus(program.suite));
  const auto subscription =
      bus->Subscribe({.name = "search",
                      .streams = {"forum"},
                      .handler =
                          [&service](std::string_view stream, const events::Event& event) {
                            return service.HandleEvent(stream, event);
                          },
                      .hears = events::Hears::kFromNow});
  // Before it is found by callers: another process may have an index already.
  RETURN_IF_ERROR(process->Await("the index", [&] { return service.Ready(kTenant); }));
  rpc::Server server({.listen = program.suite.listen, .security = program.suite.security},
                     verifier);
  service.Register(server);
  RETURN_IF_ERROR(server.Start());
  const auto watcher = process::WatchDatabase(*process, *community);
  process::ServeUntilStopped(*process, program.suite, "search", server);
  service.Close();
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
