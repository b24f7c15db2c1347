// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/serve.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/gateway.h"
#include "gateway/handover.h"
#include "gateway/pages/pages.h"
#include "services/allinone/community.h"
#include "services/allinone/control_socket.h"
#include "services/allinone/serve_config.h"
#include "services/auth/control_migrations.h"
#include "services/auth/setup.h"
#include "services/base/observe/process.h"
#include "services/base/observe/status_source.h"
#include "services/base/process/renewal.h"
#include "services/base/status/macros.h"

namespace forium::allinone {
namespace {

// Of the data directory's lock among what a former version leaves.
constexpr char kLockName[] = "data-lock";

void Say(const std::string& line) {
  fputs(line.c_str(), stdout);
  fputc('\n', stdout);
  fflush(stdout);
}

// Where a person on this machine reaches it.
std::string AddressOf(const std::vector<std::string>& addresses, int port) {
  const auto is_tcp = [](const std::string& address) { return !address.starts_with("unix:"); };
  const auto first = std::find_if(addresses.begin(), addresses.end(), is_tcp);
  if (first == addresses.end()) return addresses.empty() ? "nothing" : addresses.front();
  const std::string& listen = *first;
  std::string host = listen.substr(0, listen.rfind(':'));
  if (host.empty() || host == "0.0.0.0" || host == "[::]") host = "localhost";
  if (port == 0) return absl::StrCat("http://", listen);
  return port == 80 ? absl::StrCat("http://", host) : absl::StrCat("http://", host, ":", port);
}

}  // namespace

void AddSettings(ServeConfig& config, config::Settings& settings) {
  settings.Add("data", &config.data, "The data directory; made when missing.");
  gateway::Register(config.gateway, settings);
  process::AddSettings(settings, &config.process);
  database::AddSettings(settings, &config.community.placement);
  auth::AddSettings(settings, &config.community.auth);
  search::AddSettings(settings, &config.community.search);
}

namespace {

// What is not said lies in the data directory, or follows from the rest.
void FillIn(ServeConfig& config) {
  gateway::Config& gateway = config.gateway;
  if (gateway.acme.acme_data.empty()) gateway.acme.acme_data = config.data + "/acme";
  const std::string certificates = config.data + "/certificates";
  std::error_code error;
  if (gateway.tls.certificates.empty() && std::filesystem::exists(certificates, error)) {
    gateway.tls.certificates = certificates;
  }
  if (gateway.public_url.empty() && gateway.acme.acme && !gateway.acme.acme_hosts.empty()) {
    gateway.public_url = "https://" + gateway.acme.acme_hosts.front();
  }
}

int LockAmong(const std::vector<process::Descriptor>& inherited) {
  for (const process::Descriptor& descriptor : inherited) {
    if (descriptor.name == kLockName) return descriptor.number;
  }
  return -1;
}

// Until a signal. What the next version of the program shall keep; nothing: there is none.
absl::StatusOr<std::vector<process::Descriptor>> Serve(
    ServeConfig& config, const std::vector<process::Descriptor>& inherited) {
  ASSIGN_OR_RETURN(const auto process, process::Process::Begin("forium", config.process));

  config.community.auth.public_url = config.gateway.public_url.empty()
                                         ? AddressOf(config.gateway.listen, 0)
                                         : config.gateway.public_url;
  config.community.forum.site_host = forum::HostOf(config.gateway.public_url);
  config.community.auth.throttle.enabled = config.gateway.rate_limit;
  config.gateway.drain_timeout = config.process.drain_timeout;
  observe::WatchDisk(config.data);
  ASSIGN_OR_RETURN(DataDirectory directory, DataDirectory::Take(config.data, LockAmong(inherited)));
  if (config.community.placement.on_postgres()) {
    RETURN_IF_ERROR(process->Await("the database", [&config] {
      return database::OpenControl(config.community.placement, auth::kControlMigrations).status();
    }));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<Community> community,
                   Community::Open(config.community, std::move(directory)));
  const gateway::Services services{community->channel(), community->channel(),
                                   &community->channel()};
  ASSIGN_OR_RETURN(const std::unique_ptr<gateway::Pages> pages,
                   gateway::Pages::Create(config.gateway, services));
  gateway::Gateway gateway(config.gateway, services, pages->Hooks(), community->bus());
  RETURN_IF_ERROR(gateway.Start(gateway::SocketsAmong(inherited)));
  ASSIGN_OR_RETURN(std::unique_ptr<ControlServer> control,
                   ControlServer::Start(*community, [&gateway] { return gateway.StatusJson(); }));
  const observe::StatusSource status([&gateway] { return gateway.StatusJson(); });
  RETURN_IF_ERROR(community->ServeSearch());
  process->Ready();

  const std::string address = AddressOf(config.gateway.listen, gateway.port());
  Say(absl::StrCat("Forium serves ", address, " from ", config.data));
  ASSIGN_OR_RETURN(
      const std::string setup,
      auth::SetupAddress(community->channel(), community->SystemCall(),
                         config.gateway.public_url.empty() ? address : config.gateway.public_url));
  if (!setup.empty()) {
    Say(absl::StrCat("Open this address once to make the administrator:\n  ", setup));
  }

  std::vector<process::Descriptor> kept;
  if (process->AwaitStopOrRenewal() == process::Process::Stop::kRenew) {
    kept = gateway::DescriptorsOf(gateway.ShareSockets());
    kept.push_back({kLockName, community->directory().ShareLock()});
  }
  gateway.Drain();
  control.reset();
  community->Close();
  return kept;
}

}  // namespace

absl::Status ServeCommand(int argc, const char* const* argv) {
  ServeConfig config;
  config::Settings settings;
  AddSettings(config, settings);
  RETURN_IF_ERROR(settings.Parse(argc, argv));
  if (settings.done()) return absl::OkStatus();
  if (config.process.health) return process::AskHealth(config.process);
  FillIn(config);
  ASSIGN_OR_RETURN(const auto kept, Serve(config, process::TakeInherited()));
  return kept.empty() ? absl::OkStatus() : process::Renew(kept);
}

}  // namespace forium::allinone
