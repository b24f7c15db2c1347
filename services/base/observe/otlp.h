// SPDX-License-Identifier: Apache-2.0
// Spans to a collector: OTLP over gRPC, in batches, from a thread of its own. A collector that is
// away costs nothing but the spans: they wait in a bounded queue, and what does not fit is counted.
// Once a process.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/base/config/config.h"

namespace forium::observe {

struct ExportOptions {
  // `host:4317`, or `https://host:4317` for TLS; empty: nothing is exported.
  std::string endpoint;
  // Part of the traces that begin here which is recorded, 0 to 1. Traces that a trusted proxy began
  // are recorded as it says.
  std::string sample = "0.01";

  // What the collector is told of the process; set by main, not by settings.
  std::string process = "forium";
  std::string version = {};
  // Which one of several; empty: host and process id.
  std::string instance = {};
};

// `otlp_endpoint`, `trace_sample`.
void AddSettings(config::Settings& settings, ExportOptions* options);

// Exports while it lives. The destructor sends what waits, for two seconds at most; spans that end
// after that are lost.
class Export {
 public:
  virtual ~Export() = default;
};

// nullptr when there is no endpoint. Errors: InvalidArgument, for options that cannot work.
absl::StatusOr<std::unique_ptr<Export>> StartExport(const ExportOptions& options);

}  // namespace forium::observe
