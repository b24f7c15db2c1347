// SPDX-License-Identifier: Apache-2.0
#include "gateway/http2/abuse.h"

#include <algorithm>
#include <array>
#include <string>

#include "services/base/observe/metrics.h"

namespace forium::gateway {
namespace {

constexpr std::array<std::string_view, kAbuses> kNames = {
    "rapid_reset",  "made_reset",  "continuation",  "header_list", "settings",
    "ping",         "priority",    "window_update", "empty_data",  "unknown_frame",
    "answer_queue", "slow_header", "slow_body",     "slow_read",
};

std::array<prometheus::Counter*, kAbuses> Counters() {
  std::array<prometheus::Counter*, kAbuses> counters;
  for (size_t i = 0; i < counters.size(); ++i) {
    counters[i] = &observe::Counter("forium_gateway_http2_abuse_total",
                                    "HTTP/2 connections and streams ended for abuse, by kind.",
                                    {{"kind", std::string(kNames[i])}});
  }
  return counters;
}

}  // namespace

std::string_view AbuseName(Abuse abuse) { return kNames[static_cast<size_t>(abuse)]; }

void CountAbuse(Abuse abuse) {
  static const std::array<prometheus::Counter*, kAbuses> counters = Counters();
  counters[static_cast<size_t>(abuse)]->Increment();
}

bool Allowance::Take(absl::Time now) {
  if (now > last_) {
    left_ = std::min(burst_, left_ + per_second_ * absl::ToDoubleSeconds(now - last_));
  }
  last_ = now;
  if (left_ < 1) return false;
  left_ -= 1;
  return true;
}

void Allowance::Earn(double amount) { left_ = std::min(burst_, left_ + amount); }

}  // namespace forium::gateway
