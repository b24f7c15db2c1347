// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/config.h"

namespace forium::gateway {

void Register(AcmeConfig& config, config::Settings& settings) {
  settings.Add("acme", &config.acme,
               "get certificates by ACME and renew them; agrees to the authority's terms");
  settings.Add("acme_directory", &config.acme_directory, "the authority's directory");
  settings.Add("acme_email", &config.acme_email, "whom the authority may write to");
  settings.Add("acme_hosts", &config.acme_hosts,
               "hosts that get a certificate; empty: the host of public_url");
  settings.Add("acme_ca", &config.acme_ca,
               "PEM file of authorities of the ACME server itself, beside the system's");
  settings.Add("acme_data", &config.acme_data, "folder of the account's key and the certificates");
  settings.Add("acme_new_hosts_per_hour", &config.acme_new_hosts_per_hour,
               "hosts beyond acme_hosts that may get their first certificate in an hour");
}

}  // namespace forium::gateway
