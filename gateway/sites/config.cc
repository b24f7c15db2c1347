// SPDX-License-Identifier: Apache-2.0
#include "gateway/sites/config.h"

namespace forium::gateway {

void Register(SitesConfig& config, config::Settings& settings) {
  settings.Add("sites", &config.sites,
               "other sites: HOST=/folder, or HOST=http://ADDR:PORT with more upstreams after |");
  settings.Add("site_health_path", &config.site_health_path,
               "what upstreams are asked for to know that they are well; empty: nothing");
  settings.Add("site_health_interval", &config.site_health_interval,
               "how often they are asked; a failed one is left out until it answers again");
  settings.Add("site_timeout", &config.site_timeout, "until an upstream begins to answer");
  settings.Add("site_max_body_bytes", &config.site_max_body_bytes,
               "bound of the body of a request to a site");
}

}  // namespace forium::gateway
