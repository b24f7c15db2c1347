// SPDX-License-Identifier: Apache-2.0
#include "gateway/config.h"

namespace forium::gateway {

void Register(Config& config, config::Settings& settings) {
  settings.Add("listen", &config.listen, "ADDR:PORT or unix:/path for HTTP; several are possible");
  Register(config.tls, settings);
  Register(config.acme, settings);
  settings.Add("public_url", &config.public_url,
               "outside address, for example https://forum.example");
  settings.Add("workers", &config.workers, "threads that serve connections; 0: one a core");
  settings.Add("trusted_proxies", &config.trusted_proxies,
               "addresses whose X-Forwarded-For is believed, beside loopback");
  settings.Add("access_log", &config.access_log, "one line a request on stderr");
  Register(config.limits, settings);
  Register(config.realtime, settings);
  Register(config.sites, settings);
  settings.Add("page_cache", &config.page_cache, "keep pages for guests in memory");
  settings.Add("page_cache_bytes", &config.page_cache_bytes, "bound of the page cache");
  settings.Add("early_hints", &config.early_hints,
               "tell HTTP/2 clients what a page needs while it is being made");
  Register(config.cdn, settings);
  settings.Add("rate_limit", &config.rate_limit, "limit requests of one address");
  settings.Add("rate_per_second", &config.rate_per_second,
               "requests of one address in the long run");
  settings.Add("rate_burst", &config.rate_burst, "requests of one address at once");
  settings.Add("write_rate_per_second", &config.write_rate_per_second,
               "changes of one address in the long run");
  settings.Add("write_rate_burst", &config.write_rate_burst, "changes of one address at once");
  settings.Add("max_header_bytes", &config.max_header_bytes, "bound of a request's header");
  settings.Add("max_body_bytes", &config.max_body_bytes, "bound of a request's body");
  settings.Add("max_connections", &config.max_connections, "open connections; more are refused");
  settings.Add("header_timeout", &config.header_timeout, "for a request's header to arrive");
  settings.Add("body_timeout", &config.body_timeout, "for progress of a request's body");
  settings.Add("keep_alive_timeout", &config.keep_alive_timeout, "of idle connections");
  settings.Add("write_timeout", &config.write_timeout, "for progress of a response");
  settings.Add("request_timeout", &config.request_timeout, "for all calls made for a request");
  settings.Add("identity_ttl", &config.identity_ttl,
               "how long auth's answers are kept, at most 60s");
  settings.Add("debug_statements", &config.debug_statements,
               "tell SQL statements of a request in Forium-Sql-Statements");
}

}  // namespace forium::gateway
