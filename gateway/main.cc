// SPDX-License-Identifier: Apache-2.0
// The gateway alone, as one process of the suite; the control plane of the others stands in it.
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "gateway/config.h"
#include "gateway/gateway.h"
#include "gateway/handover.h"
#include "gateway/pages/pages.h"
#include "gateway/services.h"
#include "gateway/xds/control_plane.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/base/config/config.h"
#include "services/base/observe/log.h"
#include "services/base/observe/status_source.h"
#include "services/base/process/renewal.h"
#include "services/base/process/suite.h"
#include "services/base/status/macros.h"

namespace {

using namespace forium;

constexpr absl::Duration kProbeDeadline = absl::Seconds(3);
// Without events nobody says that an identity is void.
constexpr absl::Duration kDeafIdentityTtl = absl::Seconds(5);
// Instead of a target.
constexpr std::string_view kNone = "none";

struct Program {
  process::SuiteConfig suite;
  gateway::Config gateway;
  gateway::ControlPlaneOptions control{.listen = "127.0.0.1:9100"};
  std::string zone;
  std::string auth_target = "xds:///auth";
  std::string forum_target = "xds:///forum";
  std::string search_target = "xds:///search";
};

void Declare(Program& program, config::Settings& settings) {
  gateway::Register(program.gateway, settings);
  process::AddGatewaySettings(settings, &program.suite);
  settings.Add("control_listen", &program.control.listen,
               "ADDR:PORT of the control plane, where services register and clients follow by xDS; "
               "empty: none.");
  settings.Add("zone", &program.zone,
               "Locality: calls stay in it while something is healthy there.");
  settings.Add("auth_target", &program.auth_target,
               "Where auth is: xds:///auth, dns:///HOST:PORT, or ADDR:PORT,ADDR:PORT.");
  settings.Add("forum_target", &program.forum_target, "Where the forum is, likewise.");
  settings.Add("search_target", &program.search_target,
               "Where search is, likewise; none: nothing can be searched.");
}

// Whether a page could be made now: a guest's identity, and something of the forum.
absl::Status Probe(rpc::Channel& auth, rpc::Channel& forum) {
  rpc::CallOptions options;
  options.deadline = absl::Now() + kProbeDeadline;
  absl::StatusOr<auth::v1::ResolveSessionResponse> guest =
      auth.Call<auth::v1::ResolveSessionResponse>("forium.auth.v1.AuthService.ResolveSession",
                                                  auth::v1::ResolveSessionRequest(), options);
  if (!guest.ok()) return absl::UnavailableError(absl::StrCat("auth: ", guest.status().message()));
  options.signed_principal = guest->signed_principal();
  const rpc::Reply reply = forum.CallBytes("forium.forum.v1.ForumService.ListCategories",
                                           forum::v1::ListCategoriesRequest(), options);
  if (reply.status.ok()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("forum: ", reply.status.message()));
}

// Until a signal. What the next version of the program shall keep; nothing: there is none.
absl::StatusOr<std::vector<process::Descriptor>> ServeUntilStopped(
    Program& program, const std::vector<process::Descriptor>& inherited) {
  program.gateway.drain_timeout = program.suite.process.drain_timeout;
  program.control.security = program.suite.security;
  ASSIGN_OR_RETURN(const auto process, process::Process::Begin("gateway", program.suite.process));
  std::unique_ptr<gateway::ControlPlane> control_plane;
  if (!program.control.listen.empty()) {
    ASSIGN_OR_RETURN(control_plane, gateway::ControlPlane::Start(program.control));
    discovery::ResolveWith({control_plane->local_target()}, program.zone, program.suite.security);
  }
  rpc::Channel auth(rpc::Connect(program.auth_target, program.suite.security));
  rpc::Channel forum(rpc::Connect(program.forum_target, program.suite.security));
  // Not waited for: without it everything else works.
  std::optional<rpc::Channel> search;
  if (program.search_target != kNone) {
    search.emplace(rpc::Connect(program.search_target, program.suite.security));
  }
  const gateway::Services services{auth, forum, search.has_value() ? &*search : nullptr};
  if (program.suite.nats.url.empty()) {
    observe::Log(observe::Level::kWarning, "no nats_url: pages are not cached");
    program.gateway.page_cache = false;
    program.gateway.identity_ttl = kDeafIdentityTtl;
  }
  ASSIGN_OR_RETURN(const auto bus, process::MakeBus(program.suite));
  ASSIGN_OR_RETURN(const auto pages, gateway::Pages::Create(program.gateway, services));
  gateway::Gateway gateway(program.gateway, services, pages->Hooks(), *bus);

  RETURN_IF_ERROR(process->Await("auth and forum", [&auth, &forum] { return Probe(auth, forum); }));
  const auto watcher =
      process->Watch("auth and forum", [&auth, &forum] { return Probe(auth, forum); });
  RETURN_IF_ERROR(gateway.Start(gateway::SocketsAmong(inherited)));
  const observe::StatusSource status([&gateway] { return gateway.StatusJson(); });
  process->Ready();
  std::cout << "The gateway serves " << absl::StrJoin(program.gateway.listen, ", ") << " (port "
            << gateway.port() << ")." << std::endl;
  std::vector<process::Descriptor> kept;
  if (process->AwaitStopOrRenewal() == process::Process::Stop::kRenew) {
    kept = gateway::DescriptorsOf(gateway.ShareSockets());
  }
  gateway.Drain();
  return kept;
}

absl::Status Serve(Program& program) {
  ASSIGN_OR_RETURN(const auto kept, ServeUntilStopped(program, process::TakeInherited()));
  return kept.empty() ? absl::OkStatus() : process::Renew(kept);
}

}  // namespace

int main(int argc, char** argv) {
  Program program;
  return process::Main(
      argc, argv, program.suite.process,
      [&program](config::Settings& settings) { Declare(program, settings); },
      [&program] { return Serve(program); });
}
