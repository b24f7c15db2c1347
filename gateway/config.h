// SPDX-License-Identifier: Apache-2.0
// Settings of the gateway, with their defaults.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gateway/acme/config.h"
#include "gateway/cdn/config.h"
#include "gateway/limits/config.h"
#include "gateway/realtime/config.h"
#include "gateway/sites/config.h"
#include "gateway/tls/config.h"
#include "services/base/config/config.h"

namespace forium::gateway {

struct Config {
  // Where plain HTTP is served: `ADDR:PORT` (port 0 picks a free one) or `unix:/path`.
  std::vector<std::string> listen = {"127.0.0.1:8080"};
  TlsConfig tls;
  AcmeConfig acme;
  LimitsConfig limits;
  CdnConfig cdn;
  RealtimeConfig realtime;
  SitesConfig sites;
  // Outside address, `https://forum.example`: links, cookies, canonical addresses, origin check.
  // Empty: http and the Host of each request.
  std::string public_url;
  // Threads that serve connections; 0: one a core.
  int workers = 0;
  // Proxies whose X-Forwarded-For is believed, beside loopback.
  std::vector<std::string> trusted_proxies;
  // One JSON line a request on stderr.
  bool access_log = true;

  bool page_cache = true;
  int64_t page_cache_bytes = 32 << 20;
  // Tells HTTP/2 clients the styles and modules of a page while it is being made.
  bool early_hints = false;

  bool rate_limit = true;
  // Requests of one address: a bucket of `rate_burst` refilled at `rate_per_second`.
  int rate_per_second = 50;
  int rate_burst = 400;
  // The same for calls that change something.
  int write_rate_per_second = 5;
  int write_rate_burst = 60;

  int64_t max_header_bytes = 16 << 10;
  int64_t max_body_bytes = 1 << 20;
  // Open connections; more are refused at once.
  int max_connections = 16'000;
  absl::Duration header_timeout =
      absl::Seconds(10);  // from the first byte of a request to the end of its header
  absl::Duration body_timeout = absl::Seconds(15);        // without any progress of a body
  absl::Duration keep_alive_timeout = absl::Seconds(60);  // between requests
  absl::Duration write_timeout = absl::Seconds(20);       // without any progress of a response
  absl::Duration request_timeout = absl::Seconds(15);  // deadline of the calls made for a request
  absl::Duration drain_timeout = absl::Seconds(10);

  // How long an identity is kept without asking auth again; at most 60 s.
  absl::Duration identity_ttl = absl::Seconds(60);
  // Tells the number of SQL statements of a request in `Forium-Sql-Statements`.
  bool debug_statements = false;

  bool https() const { return public_url.starts_with("https://"); }
};

// Declares the settings above; `config` must outlive `settings.Parse`.
void Register(Config& config, config::Settings& settings);

}  // namespace forium::gateway
