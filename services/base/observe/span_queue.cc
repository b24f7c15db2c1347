// SPDX-License-Identifier: Apache-2.0
#include "services/base/observe/span_queue.h"

#include <algorithm>
#include <deque>
#include <iterator>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "services/base/observe/metrics.h"

namespace forium::observe {
namespace {

class SpanQueue {
 public:
  void Open(bool open) {
    absl::MutexLock lock(&mutex_);
    open_ = open;
    if (!open) waiting_.clear();
  }

  void Add(std::unique_ptr<SpanRecord> record) {
    absl::MutexLock lock(&mutex_);
    if (!open_) return;
    if (waiting_.size() >= kMaximumSpans) {
      dropped_.Increment();
      return;
    }
    waiting_.push_back(std::move(record));
  }

  SpanRecords Take(size_t enough, absl::Duration patience) {
    SpanRecords taken;
    const auto ready = [this, enough]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return woken_ || waiting_.size() >= enough;
    };
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&ready), patience);
    woken_ = false;
    const auto end = waiting_.begin() + static_cast<int64_t>(std::min(enough, waiting_.size()));
    std::move(waiting_.begin(), end, std::back_inserter(taken));
    waiting_.erase(waiting_.begin(), end);
    return taken;
  }

  void Wake() {
    absl::MutexLock lock(&mutex_);
    woken_ = true;
  }

 private:
  prometheus::Counter& dropped_ =
      Counter("forium_trace_spans_dropped_total", "Spans that no collector took.",
              {{"reason", "queue_full"}});
  absl::Mutex mutex_;
  std::deque<std::unique_ptr<SpanRecord>> waiting_ ABSL_GUARDED_BY(mutex_);
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
};

// Never destroyed: spans may end after everything else.
SpanQueue& Queue() {
  static auto* const queue = new SpanQueue;
  return *queue;
}

}  // namespace

void Span::Finish::operator()(SpanRecord* record) const {
  record->end = absl::Now();
  Queue().Add(std::unique_ptr<SpanRecord>(record));
}

void StartRecording(double sample) {
  Queue().Open(true);
  SetSampling(true, sample);
}

void StopRecording() {
  SetSampling(false, 0);
  Queue().Open(false);
}

SpanRecords TakeSpans(size_t enough, absl::Duration patience) {
  return Queue().Take(enough, patience);
}

void WakeTaker() { Queue().Wake(); }

}  // namespace forium::observe
