// SPDX-License-Identifier: Apache-2.0
// Mutual TLS between processes: each shows its certificate and checks that of the other against the
// same authorities. The files are read again when they change.
#pragma once

#include <string>

namespace forium::rpc {

// PEM files; all empty: plain connections, for one machine or a network that is trusted.
struct Security {
  std::string certificate;
  std::string key;
  std::string authorities;

  bool enabled() const { return !certificate.empty(); }
};

}  // namespace forium::rpc
