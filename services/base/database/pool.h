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
  Pool(Open open, int limit) : open_(std::move(open)), room_(limit) {}

  // Waits until a connection is free; opens one while there is room.
  absl::StatusOr<Lease> Get() {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &Pool::Available));
      if (!idle_.empty()) {
        Lease lease(*this, std::move(idle_.back()));
        idle_.pop_back();
        return lease;
      }
      --room_;
    }
    absl::StatusOr<std::unique_ptr<Connection>> connection = open_();
    if (!connection.ok()) {
      absl::MutexLock lock(&mutex_);
      ++room_;
      return std::move(connection).status();
    }
    return Lease(*this, *std::move(connection));
  }

  // Forgets the idle connections: their server is not there any more.
  void DropIdle() {
    std::vector<std::unique_ptr<Connection>> dropped;
    absl::MutexLock lock(&mutex_);
    dropped.swap(idle_);
    room_ += static_cast<int>(dropped.size());
  }

 private:
  bool Available() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !idle_.empty() || room_ > 0; }

  void Return(std::unique_ptr<Connection> connection) {
    absl::MutexLock lock(&mutex_);
    if (connection->usable()) {
      idle_.push_back(std::move(connection));
    } else {
      ++room_;
    }
  }

  const Open open_;

  absl::Mutex mutex_;
  // The one used last is taken first: its cache is warm.
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
  int room_ ABSL_GUARDED_BY(mutex_);  // how many more may be opened
};

}  // namespace forium::database
