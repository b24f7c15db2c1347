// SPDX-License-Identifier: Apache-2.0
// What remains of a request after its answer: its line in the access log, its metrics, its span.
// Thread-safe.
#pragma once

#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/config.h"
#include "gateway/http/message.h"
#include "gateway/http/router.h"
#include "gateway/status/pulse.h"
#include "prometheus/counter.h"
#include "prometheus/histogram.h"

namespace forium::gateway {

// Sixteen hexadecimal digits.
std::string NewRequestId();

class RequestLog {
 public:
  explicit RequestLog(const Config& config);
  // The routes to tell apart; before the first request.
  void AddRoutes(const Router& router);
  // For the status page, after AddRoutes.
  std::vector<RouteMeter> Meters() const;

  // Gives the request its times, its id where the log wants it, and its span, which continues a
  // trusted proxy's.
  void Begin(Request& request, bool peer_is_trusted);
  void End(Request& request, const Response& response);

 private:
  const Config& config_;
  std::unordered_map<const Route*, prometheus::Histogram*> latencies_;
  std::unordered_map<const Route*, prometheus::Counter*> route_failures_;
  prometheus::Counter& requests_;
  std::array<prometheus::Counter*, 6> answers_;  // by the first digit of the status; 0: any other
  prometheus::Counter& failures_;
  prometheus::Counter& refusals_;
};

}  // namespace forium::gateway
