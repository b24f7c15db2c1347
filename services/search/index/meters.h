// SPDX-License-Identifier: Apache-2.0
// What the indexes of a process tell of themselves, all tenants together; docs/observability.md
// lists the names. Thread-safe.
#pragma once

#include <cstdint>

#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "proto/forium/search/v1/administration.pb.h"

namespace forium::search {

// Of all indexes.
struct IndexMeter {
  IndexMeter();
  static IndexMeter& Get();
  prometheus::Counter& documents;
  prometheus::Counter& skipped;
  prometheus::Counter& failures;
  prometheus::Histogram& apply;
  prometheus::Histogram& freshness;
  prometheus::Counter& RebuildsOf(v1::Index::Cause cause);
};

// One index's part of the gauges; gone with this.
class IndexGauges {
 public:
  IndexGauges();
  ~IndexGauges();
  IndexGauges(const IndexGauges&) = delete;
  IndexGauges& operator=(const IndexGauges&) = delete;

  struct Values {
    int64_t posts = 0, bytes = 0;
    int64_t events_behind = 0;
    double seconds_behind = 0;  // the gauge shows that of the index that is furthest behind
    int64_t rebuilding = 0;     // 0 or 1
    int64_t rebuild_posts = 0, rebuild_posts_total = 0;
  };
  void Set(const Values& values);
};

}  // namespace forium::search
