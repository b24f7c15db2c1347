// SPDX-License-Identifier: Apache-2.0
// Settings of the certificates that come by themselves (ACME, RFC 8555), with their defaults.
#pragma once

#include <string>
#include <vector>

#include "services/base/config/config.h"

namespace forium::gateway {

struct AcmeConfig {
  // Gets certificates by ACME and renews them. Who sets it agrees to the authority's terms.
  bool acme = false;
  // The authority's directory, an https address.
  std::string acme_directory = "https://acme-v02.api.letsencrypt.org/directory";
  // Whom the authority may write to; empty: nobody.
  std::string acme_email;
  // Hosts that always get a certificate; empty: the host of `public_url`.
  std::vector<std::string> acme_hosts;
  // PEM file of authorities that sign the ACME server itself, beside the system's.
  std::string acme_ca;
  // Folder of the account's key and of the certificates, for this process alone.
  std::string acme_data;
  // Hosts beyond `acme_hosts` (domains of communities) that may get their first certificate in any
  // one hour.
  int acme_new_hosts_per_hour = 20;
};

// Declares the settings above; `config` must outlive `settings.Parse`.
void Register(AcmeConfig& config, config::Settings& settings);

}  // namespace forium::gateway
