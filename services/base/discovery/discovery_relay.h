// SPDX-License-Identifier: Apache-2.0
// Between gRPC's own discovery client in this process and the control planes. That client takes one
// control plane, shows no certificate (gRPC 1.51) and after a long outage waits for up to two
// minutes until it tries again. The relay is always there for it, holds its stream until one of the
// control planes is reached, with mutual TLS if that is on, and carries the messages unread.
// Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "services/base/rpc/security.h"

namespace forium::discovery {

class DiscoveryRelay {
 public:
  // Control planes as `host:port`, the first that is reached is taken.
  DiscoveryRelay(const std::vector<std::string>& control_planes, const rpc::Security& security);
  ~DiscoveryRelay();

  // For this host's processes; an abstract Unix socket, for which no file is made.
  const std::string& target() const { return target_; }
  // Whether it could listen.
  bool listens() const;

 private:
  class Streams;
  const std::string target_;
  std::unique_ptr<Streams> streams_;
};

}  // namespace forium::discovery
