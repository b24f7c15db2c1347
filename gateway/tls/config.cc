// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/config.h"

namespace forium::gateway {

void Register(TlsConfig& config, config::Settings& settings) {
  settings.Add("https_listen", &config.https_listen, "addresses and ports for HTTPS");
  settings.Add("certificates", &config.certificates,
               "folder of NAME.pem (chain and key) or NAME.crt and NAME.key");
  settings.Add("hsts", &config.hsts, "how long browsers keep to HTTPS; 0: they are not told");
  settings.Add("https_redirect", &config.https_redirect,
               "send requests on `listen` to HTTPS, when `https_listen` is set");
  settings.Add("ocsp_stapling", &config.ocsp_stapling,
               "fetch OCSP answers and show them to clients");
  settings.Add("certificates_interval", &config.certificates_interval,
               "how often the folder of certificates is looked at");
}

}  // namespace forium::gateway
