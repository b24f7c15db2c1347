// SPDX-License-Identifier: Apache-2.0
// Settings of the forum.
#pragma once

#include <string>

#include "absl/time/time.h"

namespace forium::forum {

// `forum.example.org:8443` of `https://forum.example.org:8443/`; empty for an empty address.
std::string HostOf(const std::string& url);

struct Config {
  // Host (and port) of the community's own addresses: links to it are not treated as foreign.
  std::string site_host;
  // How often counted views are written.
  absl::Duration flush_views_every = absl::Seconds(5);
  // Silence after which a user's next sign of life begins a new visit.
  absl::Duration visit_pause = absl::Minutes(30);
};

}  // namespace forium::forum
