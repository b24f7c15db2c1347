// SPDX-License-Identifier: Apache-2.0
// Tells the control planes of the gateways that this process serves: one stream to each of them,
// opened again when it breaks. Where the stream is gone the control plane forgets the process after
// a grace. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "services/base/config/config.h"
#include "services/base/rpc/wire/security.h"

namespace forium::discovery {

struct RegistrationConfig {
  // Control planes, `gateway:9100`; a DNS name stands for all of its addresses, asked again now and
  // then.
  std::vector<std::string> gateways = {};
  // `host:port` at which the gateways' clients reach this process; empty: this host's address and
  // the port that it listens on.
  std::string advertise = {};
  // Locality: calls stay in their zone as long as something healthy is there.
  std::string zone = {};
  // Share of the calls, against others of the service.
  int weight = 1;
};

// `gateways`, `advertise`, `zone`, `weight`.
void AddSettings(config::Settings& settings, RegistrationConfig* config);

class Registration {
 public:
  // Starts telling; `service` is the name behind `xds:///`. Not healthy at first. Without gateways
  // it does nothing.
  Registration(const RegistrationConfig& config, std::string service, int port,
               const rpc::Security& security);
  // Says goodbye, so that nobody waits for a grace.
  ~Registration();
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

  // Calls come to healthy processes only. False first of all when draining.
  void SetHealthy(bool healthy);
  // Empty, or the control planes that are not reached.
  std::string Trouble() const;

 private:
  class Streams;
  std::unique_ptr<Streams> streams_;
};

// Lets targets `xds:///<service>` of this process be resolved by these control planes, the first
// that is reached; without any it does nothing. Before the first rpc::Connect; once a process.
// `zone` is where this process is. The gateway gives its own control plane's local_target().
void ResolveWith(const std::vector<std::string>& control_planes, const std::string& zone,
                 const rpc::Security& security);

}  // namespace forium::discovery
