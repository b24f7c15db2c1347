// SPDX-License-Identifier: Apache-2.0
// A bounded pool of SQLite connections. Thread-safe.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "services/base/database/sqlite_connection.h"

namespace forium::database {

class SqlitePool {
 public:
  // A connection out of the pool, given back at the end.
  class Lease {
   public:
    Lease(SqlitePool& pool, std::unique_ptr<SqliteConnection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&&) noexcept = default;
    ~Lease() {
      if (connection_ != nullptr) pool_->Return(std::move(connection_));
    }
    SqliteConnection& operator*() const { return *connection_; }
    SqliteConnection* operator->() const { return connection_.get(); }

   private:
    SqlitePool* pool_;
    std::unique_ptr<SqliteConnection> connection_;
  };

  SqlitePool(SqliteConnection::Options options, int limit)
      : options_(std::move(options)), room_(limit) {}

  // Waits until a connection is free; opens one while there is room.
  absl::StatusOr<Lease> Get();
  void Return(std::unique_ptr<SqliteConnection> connection);

 private:
  const SqliteConnection::Options options_;

  absl::Mutex mutex_;
  // The one used last is taken first: its cache is warm.
  std::vector<std::unique_ptr<SqliteConnection>> idle_ ABSL_GUARDED_BY(mutex_);
  int room_ ABSL_GUARDED_BY(mutex_);  // how many more may be opened
};

}  // namespace forium::database
