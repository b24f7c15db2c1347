// SPDX-License-Identifier: Apache-2.0
// Settings for a CDN, or any shared cache, in front: docs/edge.md, "Caching".
#pragma once

#include <string>

#include "absl/time/time.h"
#include "services/base/config/config.h"

namespace forium::gateway {

struct CdnConfig {
  // Tells caches in front to keep guests' pages. Off: they ask each time (`no-cache`).
  bool cdn = false;
  // How long they keep a page by themselves: what a purge that got lost costs at most.
  absl::Duration cdn_max_age = absl::Seconds(60);
  // How long after that they may still answer it while they ask for it anew.
  absl::Duration cdn_stale = absl::Seconds(10);
  // The header field that carries a page's tags: `Cache-Tag` (commas), `Surrogate-Key` or `xkey`
  // (spaces).
  std::string cdn_tag_header = "Cache-Tag";
  // Gets `POST {"tags":[…]}` when what was tagged so changed; http or https. Empty: nobody does.
  std::string cdn_purge_url;
  // Sent there as `Authorization: Bearer …`.
  std::string cdn_purge_token;
};

// Declares the settings above; `config` must outlive `settings.Parse`.
void Register(CdnConfig& config, config::Settings& settings);

}  // namespace forium::gateway
