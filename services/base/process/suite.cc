// SPDX-License-Identifier: Apache-2.0
#include "services/base/process/suite.h"

#include "absl/time/clock.h"
#include "services/base/observe/log.h"

namespace forium::process {
namespace {

// As long as the news of a registration's end takes to reach the callers.
constexpr absl::Duration kNewsTravel = absl::Milliseconds(300);

constexpr database::Statement kProbe{"probe", "SELECT 1"};

}  // namespace

void AddGatewaySettings(config::Settings& settings, SuiteConfig* config) {
  AddSettings(settings, &config->process);
  settings.Add("tls_certificate", &config->security.certificate,
               "PEM file: this process's certificate for mutual TLS with the others.");
  settings.Add("tls_key", &config->security.key, "PEM file: its private key.");
  settings.Add("tls_ca", &config->security.authorities,
               "PEM file: the authorities that the others' certificates come from.");
  events::AddSettings(settings, &config->nats);
}

void AddServiceSettings(config::Settings& settings, SuiteConfig* config) {
  settings.Add("listen", &config->listen, "ADDR:PORT of the RPCs, or unix:/path.");
  AddGatewaySettings(settings, config);
  discovery::AddSettings(settings, &config->registration);
}

absl::StatusOr<std::unique_ptr<events::Bus>> MakeBus(const SuiteConfig& config) {
  if (!config.nats.url.empty()) return events::MakeNatsBus(config.nats);
  observe::Log(observe::Level::kWarning, "no nats_url: events stay within this process");
  return events::MakeInProcessBus();
}

std::unique_ptr<Process::Watcher> WatchDatabase(Process& process, database::Database& database) {
  return process.Watch("the database", [&database] {
    return database.Read(
        [](database::Transaction& tx) { return tx.Query(kProbe, [](const database::Row&) {}); });
  });
}

void ServeUntilStopped(Process& process, const SuiteConfig& config, const std::string& service,
                       rpc::Server& server) {
  discovery::Registration registration(config.registration, service, server.port(),
                                       config.security);
  process.OnReadiness([&](bool ready) {
    server.SetServing(ready);
    registration.SetHealthy(ready);
  });
  observe::Log(observe::Level::kInfo, "serving",
               {{"service", service}, {"listen", config.listen}, {"port", server.port()}});
  process.Ready();
  process.AwaitStop();
  if (!config.registration.gateways.empty()) absl::SleepFor(kNewsTravel);
  server.Drain(config.process.drain_timeout);
  process.OnReadiness({});
}

}  // namespace forium::process
