// SPDX-License-Identifier: Apache-2.0
// The forum alone, as one process of the suite.
#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "services/base/config/config.h"
#include "services/base/database/placement.h"
#include "services/base/process/suite.h"
#include "services/base/status/macros.h"
#include "services/forum/forum_service.h"
#include "services/forum/migrations.h"

namespace {

using namespace forium;

constexpr char kTenant[] = "default";
constexpr absl::Duration kAskAuth = absl::Seconds(3);

struct Program {
  process::SuiteConfig suite{.listen = "127.0.0.1:9102"};
  database::Placement placement;
  forum::Config forum;
  std::string public_url;
  std::string auth_target = "xds:///auth";
  std::string principal_key;
  bool migrate_only = false;
};

void Declare(Program& program, config::Settings& settings) {
  process::AddServiceSettings(settings, &program.suite);
  settings.Add("data", &program.placement.data, "Directory of the SQLite databases.");
  database::AddSettings(settings, &program.placement);
  settings.Add("public_url", &program.public_url,
               "Outside address: links to it are the community's own.");
  settings.Add("auth_target", &program.auth_target,
               "Where auth is: xds:///auth, dns:///HOST:PORT, or ADDR:PORT,ADDR:PORT.");
  settings.Add("principal_key", &program.principal_key,
               "auth's public key, in hexadecimal digits; asked from auth when empty.");
  settings.Add("migrate_only", &program.migrate_only, "Brings the databases up to date and exits.");
}

// Without auth's key no call can be let in.
absl::Status TrustAuth(const Program& program, rpc::PrincipalVerifier& verifier) {
  if (!program.principal_key.empty()) {
    return verifier.AddKey(absl::HexStringToBytes(program.principal_key));
  }
  rpc::Channel auth(rpc::Connect(program.auth_target, program.suite.security));
  rpc::CallOptions options;
  options.deadline = absl::Now() + kAskAuth;
  absl::StatusOr<auth::v1::SigningKeys> keys = auth.Call<auth::v1::SigningKeys>(
      "forium.auth.v1.AuthService.GetSigningKeys", auth::v1::GetSigningKeysRequest(), options);
  if (!keys.ok()) return absl::UnavailableError(keys.status().message());
  for (const std::string& key : keys->public_keys()) RETURN_IF_ERROR(verifier.AddKey(key));
  return absl::OkStatus();
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
  rpc::PrincipalVerifier verifier;
  RETURN_IF_ERROR(process->Await("auth", [&] { return TrustAuth(program, verifier); }));
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
