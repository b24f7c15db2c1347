// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/meters.h"

#include <algorithm>
#include <map>

#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/synchronization/mutex.h"
#include "services/base/observe/metrics.h"

namespace forium::search {
namespace {

struct Gauges {
  prometheus::Gauge& indexes = observe::Gauge("forium_search_indexes", "Indexes that are open");
  prometheus::Gauge& posts = observe::Gauge("forium_search_posts", "Posts in the indexes");
  prometheus::Gauge& bytes =
      observe::Gauge("forium_search_index_bytes", "Size of the indexes on disk");
  prometheus::Gauge& events_behind =
      observe::Gauge("forium_search_lag_events", "Events of the forum that are not taken over yet");
  prometheus::Gauge& seconds_behind = observe::Gauge(
      "forium_search_lag_seconds", "Age of the oldest event that is not taken over yet");
  prometheus::Gauge& rebuilding =
      observe::Gauge("forium_search_rebuilds_running", "Indexes that are being built anew");
  prometheus::Gauge& rebuild_posts =
      observe::Gauge("forium_search_rebuild_posts", "Posts that running rebuilds have taken over");
  prometheus::Gauge& rebuild_posts_total = observe::Gauge("forium_search_rebuild_posts_expected",
                                                          "Posts that running rebuilds will have");

  absl::Mutex mutex;
  std::map<const IndexGauges*, IndexGauges::Values> parts ABSL_GUARDED_BY(mutex);

  static Gauges& Get() {
    static Gauges* const gauges = new Gauges;
    return *gauges;
  }

  void Show() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    IndexGauges::Values all;
    for (const auto& [part, values] : parts) {
      all.posts += values.posts;
      all.bytes += values.bytes;
      all.events_behind += values.events_behind;
      all.seconds_behind = std::max(all.seconds_behind, values.seconds_behind);
      all.rebuilding += values.rebuilding;
      all.rebuild_posts += values.rebuild_posts;
      all.rebuild_posts_total += values.rebuild_posts_total;
    }
    indexes.Set(static_cast<double>(parts.size()));
    posts.Set(static_cast<double>(all.posts));
    bytes.Set(static_cast<double>(all.bytes));
    events_behind.Set(static_cast<double>(all.events_behind));
    seconds_behind.Set(all.seconds_behind);
    rebuilding.Set(static_cast<double>(all.rebuilding));
    rebuild_posts.Set(static_cast<double>(all.rebuild_posts));
    rebuild_posts_total.Set(static_cast<double>(all.rebuild_posts_total));
  }
};

}  // namespace

IndexMeter::IndexMeter()
    : documents(observe::Counter("forium_search_documents_total",
                                 "Documents that were taken over, rebuilds included")),
      skipped(observe::Counter("forium_search_documents_skipped_total",
                               "Posts that came without their topic")),
      failures(observe::Counter("forium_search_feed_failures_total",
                                "Steps of the feed that failed and are tried again")),
      apply(observe::Latency("forium_search_apply_seconds",
                             "Time in which a step of the log was taken over")),
      freshness(observe::Latency("forium_search_freshness_seconds",
                                 "From the first event of a step until it can be found")) {}

IndexMeter& IndexMeter::Get() {
  static IndexMeter* const meter = new IndexMeter;
  return *meter;
}

prometheus::Counter& IndexMeter::RebuildsOf(v1::Index::Cause cause) {
  return observe::Counter("forium_search_rebuilds_total", "Indexes that were built",
                          {{"cause", absl::AsciiStrToLower(v1::Index::Cause_Name(cause))}});
}

IndexGauges::IndexGauges() { Set({}); }

IndexGauges::~IndexGauges() {
  Gauges& gauges = Gauges::Get();
  absl::MutexLock lock(&gauges.mutex);
  gauges.parts.erase(this);
  gauges.Show();
}

void IndexGauges::Set(const Values& values) {
  Gauges& gauges = Gauges::Get();
  absl::MutexLock lock(&gauges.mutex);
  gauges.parts[this] = values;
  gauges.Show();
}

}  // namespace forium::search
