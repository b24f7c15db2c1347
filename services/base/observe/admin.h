// SPDX-License-Identifier: Apache-2.0
// The private admin port of a process: /healthz (alive), /readyz (can serve), /metrics, and what a
// StatusSource says at /status.
// Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace forium::observe {

class AdminServer {
 public:
  // `listen`: `127.0.0.1:9090`, port 0 picks one. `ready` answers an empty string or what is being
  // waited for.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(const std::string& listen,
                                                            std::function<std::string()> ready);
  virtual ~AdminServer() = default;
  virtual int port() const = 0;
};

}  // namespace forium::observe
