// SPDX-License-Identifier: Apache-2.0
// How the edge is, now and in the last minute: one JSON document for administrators, the admin page
// and `forium status` (docs/edge.md, Status). Thread-safe.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/acme/automatic_certificates.h"
#include "gateway/cache/page_cache.h"
#include "gateway/config.h"
#include "gateway/http/message.h"
#include "gateway/limits/admission.h"
#include "gateway/sites/sites.h"
#include "gateway/status/pulse.h"
#include "gateway/tls/certificate_store.h"

namespace forium::gateway {

// What is asked beside the metrics.
struct EdgeParts {
  const Config& config;
  const Admission& admission;
  const PageCache& cache;
  const Sites& sites;
  const CertificateStore& certificates;
  std::function<std::vector<AutomaticCertificateFacts>()> automatic;
  std::function<bool()> hears_events;
};

class EdgeStatus {
 public:
  // What `parts` names outlives it, and it outlives the work of `executor`, where it looks once a
  // second after Begin. After the metrics were made that it reads.
  EdgeStatus(EdgeParts parts, std::vector<RouteMeter> routes,
             boost::asio::any_io_executor executor);

  void Begin();
  std::string Json() const;
  // The same as an answer: for administrators alone.
  boost::asio::awaitable<absl::StatusOr<Response>> Answer(const Request& request) const;

 private:
  void Look();

  const EdgeParts parts_;
  Pulse pulse_;
  boost::asio::steady_timer timer_;
};

}  // namespace forium::gateway
