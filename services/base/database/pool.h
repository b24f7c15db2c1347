// SPDX-License-Identifier: Apache-2.0
// A bounded pool of connections. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/base/database/meters.h"

namespace forium::database {

template <typename Connection>
class Pool {
 public:
  // A connection out of the pool, given back at the end if it is still usable().
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_ != nullptr) pool_->Return(std::move(connection_));
    }
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  using Open = std::function<absl::StatusOr<std::unique_ptr<Connection>>()>;
  Pool(Open open, int limit, PoolMeter& meter)
      : open_(std::move(open)), meter_(meter), room_(limit) {}
  ~Pool() { CloseIdle(absl::InfiniteFuture()); }

  // Waits until a connection is free, at most until `until`; opens one while there is room. Errors:
  // DeadlineExceeded, none was free in time; else those of opening.
  absl::StatusOr<Lease> Get(absl::Time until = absl::InfiniteFuture()) {
    {
      absl::MutexLock lock(&mutex_);
      if (!Wait(until)) return absl::DeadlineExceededError("no connection was free in time");
      meter_.used.Increment();
      if (!idle_.empty()) {
        Lease lease(*this, std::move(idle_.back().connection));
        idle_.pop_back();
        meter_.idle.Decrement();
        return lease;
      }
      --room_;
    }
    absl::StatusOr<std::unique_ptr<Connection>> connection = open_();
    if (!connection.ok()) {
      meter_.used.Decrement();
      absl::MutexLock lock(&mutex_);
      ++room_;
      return std::move(connection).status();
    }
    return Lease(*this, *std::move(connection));
  }

  // Closes the connections that nobody used since `since`.
  void CloseIdle(absl::Time since) {
    std::vector<Idle> closed;  // after the lock
    absl::MutexLock lock(&mutex_);
    // The one used last stands last.
    auto end = idle_.begin();
    while (end != idle_.end() && end->since < since) ++end;
    closed.assign(std::make_move_iterator(idle_.begin()), std::make_move_iterator(end));
    idle_.erase(idle_.begin(), end);
    room_ += static_cast<int>(closed.size());
    meter_.idle.Decrement(static_cast<double>(closed.size()));
  }
  // Lets those that nobody used since `since` give back memory, once each.
  void RestIdle(absl::Time since) {
    absl::MutexLock lock(&mutex_);
    for (Idle& idle : idle_) {
      if (idle.rests || idle.since >= since) continue;
      idle.connection->Rest();
      idle.rests = true;
    }
  }
  // Forgets the idle connections: their server is not there any more.
  void DropIdle() { CloseIdle(absl::InfiniteFuture()); }

 private:
  struct Idle {
    std::unique_ptr<Connection> connection;
    absl::Time since;
    bool rests = false;
  };

  bool Available() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !idle_.empty() || room_ > 0; }

  bool Wait(absl::Time until) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (Available()) {
      meter_.wait.Observe(0);
      return true;
    }
    const absl::Time start = absl::Now();
    const bool available = mutex_.AwaitWithDeadline(absl::Condition(this, &Pool::Available), until);
    meter_.wait.Observe(absl::ToDoubleSeconds(absl::Now() - start));
    return available;
  }

  void Return(std::unique_ptr<Connection> connection) {
    meter_.used.Decrement();
    std::unique_ptr<Connection> closed;  // after the lock
    absl::MutexLock lock(&mutex_);
    if (connection->usable()) {
      idle_.push_back({std::move(connection), absl::Now()});
      meter_.idle.Increment();
    } else {
      closed = std::move(connection);
      ++room_;
    }
  }

  const Open open_;
  PoolMeter& meter_;

  absl::Mutex mutex_;
  // The one used last is taken first: its cache is warm, and the others grow old.
  std::vector<Idle> idle_ ABSL_GUARDED_BY(mutex_);
  int room_ ABSL_GUARDED_BY(mutex_);  // how many more may be opened
};

}  // namespace forium::database
