// SPDX-License-Identifier: Apache-2.0
// What a process's databases tell of themselves; README.md lists the names. All databases of a
// process share them. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"

namespace forium::database {

// Of one statement, by its name. A pair of counters: a histogram for each would be thousands of
// series.
struct StatementMeter {
  explicit StatementMeter(std::string_view name);
  void Ran(absl::Duration time) {
    runs.Increment();
    seconds.Increment(absl::ToDoubleSeconds(time));
  }
  prometheus::Counter& runs;
  prometheus::Counter& seconds;
};

// Of the pools of an engine, `sqlite` or `postgres`.
struct PoolMeter {
  explicit PoolMeter(const std::string& engine);
  prometheus::Gauge& used;
  prometheus::Gauge& idle;
  prometheus::Histogram& wait;
  static PoolMeter& Sqlite();
  static PoolMeter& Postgres();
};

struct SqliteWriterMeter {
  SqliteWriterMeter();
  prometheus::Gauge& waiting;
  prometheus::Histogram& group;
  prometheus::Histogram& commit;
  static SqliteWriterMeter& Get();
};

struct PostgresMeter {
  PostgresMeter();
  prometheus::Counter& conflicts;  // attempts that were run again
  prometheus::Counter& lost;
  prometheus::Counter& in_doubt;  // commits whose end stayed unknown
  prometheus::Counter& cut;       // connections given up because the server was silent
  static PostgresMeter& Get();
};

}  // namespace forium::database
