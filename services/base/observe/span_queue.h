// SPDX-License-Identifier: Apache-2.0
// Ended spans on their way to the exporter: a bounded queue in the process. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "services/base/observe/trace.h"

namespace forium::observe {

struct SpanRecord {
  TraceContext context;
  TraceContext parent;  // not valid: a root
  SpanKind kind = SpanKind::kInternal;
  std::string name;
  absl::Time start;
  absl::Time end;
  std::vector<std::pair<Attribute, std::variant<int64_t, std::string>>> attributes;
  bool failed = false;
};

using SpanRecords = std::vector<std::unique_ptr<SpanRecord>>;

// More wait for nobody: they are dropped and counted.
inline constexpr size_t kMaximumSpans = 8192;

// From now on traces begin here, `sample` (0 to 1) of them recorded; those that others began are
// recorded as they say.
void StartRecording(double sample);
// Spans that end from now on are not kept, and what waits is dropped.
void StopRecording();

// The part of the above that decides (trace.cc).
void SetSampling(bool recording, double sample);

// Waits for `enough` spans, at most `patience`, and takes at most that many, oldest first.
SpanRecords TakeSpans(size_t enough, absl::Duration patience);
// Makes the TakeSpans that waits return at once, or else the next one.
void WakeTaker();

}  // namespace forium::observe
