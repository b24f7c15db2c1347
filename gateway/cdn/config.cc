// SPDX-License-Identifier: Apache-2.0
#include "gateway/cdn/config.h"

namespace forium::gateway {

void Register(CdnConfig& config, config::Settings& settings) {
  settings.Add("cdn", &config.cdn, "tell caches in front to keep guests' pages");
  settings.Add("cdn_max_age", &config.cdn_max_age, "how long caches in front keep a page");
  settings.Add("cdn_stale", &config.cdn_stale,
               "how long after that they may answer it while they ask for it anew");
  settings.Add("cdn_tag_header", &config.cdn_tag_header,
               "header field for a page's tags: Cache-Tag, Surrogate-Key or xkey");
  settings.Add("cdn_purge_url", &config.cdn_purge_url,
               "gets POST {\"tags\":[...]} when what was tagged so changed");
  settings.AddSecret("cdn_purge_token", &config.cdn_purge_token, "sent there as bearer token");
}

}  // namespace forium::gateway
