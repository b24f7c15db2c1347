// SPDX-License-Identifier: Apache-2.0
// The topics and posts whose rows may differ from the facts that the segment has of them. Grows
// only, and before the transaction that changes a row ends: so what is not in here is as it was in
// every state of the file that anybody can read. Thread-safe.
#pragma once

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"

namespace forium::search {

class Touched {
 public:
  void AddTopic(int64_t id) {
    absl::MutexLock lock(&mutex_);
    topics_.insert(id);
  }
  void AddPost(int64_t id) {
    absl::MutexLock lock(&mutex_);
    posts_.insert(id);
  }
  bool Has(int64_t topic_id, int64_t post_id) const {
    absl::ReaderMutexLock lock(&mutex_);
    return topics_.contains(topic_id) || posts_.contains(post_id);
  }

 private:
  mutable absl::Mutex mutex_;
  absl::flat_hash_set<int64_t> topics_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<int64_t> posts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace forium::search
