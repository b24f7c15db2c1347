// SPDX-License-Identifier: Apache-2.0
// Settings of TLS, with their defaults.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/base/config/config.h"

namespace forium::gateway {

struct TlsConfig {
  // Addresses and ports for HTTPS; empty: none.
  std::vector<std::string> https_listen;
  // Folder of `NAME.pem` (chain and key) or `NAME.crt` + `NAME.key`; read again when it changes.
  std::string certificates;
  // How long browsers keep to HTTPS once they saw it (Strict-Transport-Security); 0: they are not
  // told.
  absl::Duration hsts = absl::Hours(24 * 180);
  // Requests on `listen` are sent to HTTPS, when `https_listen` is set.
  bool https_redirect = true;
  // Fetches the OCSP answers of certificates that name a responder, and shows them to clients.
  bool ocsp_stapling = true;
  // How often the folder is looked at.
  absl::Duration certificates_interval = absl::Seconds(3);
};

// Declares the settings above; `config` must outlive `settings.Parse`.
void Register(TlsConfig& config, config::Settings& settings);

}  // namespace forium::gateway
