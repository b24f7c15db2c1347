// SPDX-License-Identifier: Apache-2.0
// Tells a CDN which tags to drop: in batches, on a thread of its own, again with growing pauses
// until it is taken, and once more a little later, for what was on its way there when it was first
// told. Bounded: too many tags that wait become one purge of everything. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "gateway/cdn/config.h"
#include "gateway/cdn/http_post.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"

namespace forium::gateway {

struct PurgePauses {
  absl::Duration gather = absl::Milliseconds(50);  // for a batch to come together
  absl::Duration again = absl::Seconds(5);         // a page that was being made is there by then
  absl::Duration first_retry = absl::Milliseconds(500);
  absl::Duration longest_retry = absl::Seconds(60);
  absl::Duration timeout = absl::Seconds(10);  // of one request
};

class Purges {
 public:
  static constexpr size_t kMostTags = 2000;  // that wait
  static constexpr size_t kBatch = 100;      // of one request

  // Begins with a purge of everything: nobody knows what was missed. Errors: the address is
  // malformed.
  static absl::StatusOr<std::unique_ptr<Purges>> Start(const CdnConfig& config,
                                                       PurgePauses pauses = {});
  // What waits is given up.
  ~Purges();

  void Purge(std::span<const std::string> tags);
  void PurgeAll();

 private:
  struct Due {
    absl::Time at;
    bool again;  // to be told once more after it was taken
  };
  using Batch = std::vector<std::pair<std::string, bool>>;

  Purges(PostAddress address, std::string token, PurgePauses pauses);
  void Run();
  void Add(const std::string& tag, Due due) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The time of what is due next.
  absl::Time Next() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Batch TakeDue(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Without the lock: true, it was taken.
  bool Send(const Batch& batch);

  const PostAddress address_;
  const std::string token_;
  const PurgePauses pauses_;
  prometheus::Counter& taken_;
  prometheus::Counter& failed_;
  prometheus::Gauge& waiting_tags_;
  HttpPost post_;
  absl::Mutex mutex_;
  std::map<std::string, Due> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace forium::gateway
