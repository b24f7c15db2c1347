// SPDX-License-Identifier: Apache-2.0
// Views of topics and users' signs of life, counted in memory and written every few seconds and at
// the end: reading a page never writes. What was counted since the last writing is lost in a crash.
// Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/database/tenants.h"
#include "services/base/flusher/flusher.h"
#include "services/forum/config.h"

namespace forium::forum {

class Views {
 public:
  // Past it, views of further topics are dropped until the next writing: nobody reads that many in
  // five seconds.
  static constexpr size_t kMaxPending = 100'000;

  Views(const Config& config, database::Tenants& tenants);
  ~Views();
  Views(const Views&) = delete;
  Views& operator=(const Views&) = delete;

  void Record(std::string_view tenant, int64_t topic_id, int64_t user_id);
  // Writes what was counted.
  absl::Status Flush();
  // Writes the rest and stops.
  void Close();

 private:
  struct Pending {
    absl::flat_hash_map<int64_t, int64_t> topics;  // id → views
    absl::flat_hash_map<int64_t, int64_t> users;   // id → last seen
  };
  absl::Status Write(const std::string& tenant, const Pending& pending);

  const Config& config_;
  database::Tenants& tenants_;
  absl::Mutex mutex_;
  std::map<std::string, Pending, std::less<>> pending_ ABSL_GUARDED_BY(mutex_);
  Flusher flusher_;  // last: it uses the rest
};

}  // namespace forium::forum
