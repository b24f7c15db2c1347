// SPDX-License-Identifier: Apache-2.0
// The control plane in the gateway: processes register over a gRPC stream
// (forium.discovery.v1.Registry), clients follow by Envoy's aggregated discovery service, version
// 3, state of the world (LDS, RDS, CDS, EDS). What is registered becomes a versioned snapshot; a
// snapshot that a client refuses is logged and the client stays at the one before. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/base/rpc/wire/security.h"

namespace forium::gateway {

struct ControlPlaneOptions {
  // `0.0.0.0:9100`; port 0 picks one.
  std::string listen;
  rpc::Security security = {};
  // Names that clients may ask for before anybody registered: they get no endpoints instead of an
  // error after 15 s.
  std::vector<std::string> services = {"auth", "forum"};
  // How long a process whose stream broke keeps its endpoint.
  absl::Duration grace = absl::Seconds(3);
};

class ControlPlane {
 public:
  // Errors: the address is in use, a certificate that cannot be read.
  static absl::StatusOr<std::unique_ptr<ControlPlane>> Start(const ControlPlaneOptions& options);
  virtual ~ControlPlane() = default;
  virtual int port() const = 0;
  // For discovery::ResolveWith of this process: a socket of this host that gives out endpoints and
  // takes no registrations, without TLS.
  virtual std::string local_target() const = 0;
};

}  // namespace forium::gateway
