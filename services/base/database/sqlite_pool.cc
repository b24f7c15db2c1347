// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/sqlite_pool.h"

namespace forium::database {

absl::StatusOr<SqlitePool::Lease> SqlitePool::Get() {
  {
    absl::MutexLock lock(&mutex_);
    const auto available = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return !idle_.empty() || room_ > 0;
    };
    mutex_.Await(absl::Condition(&available));
    if (!idle_.empty()) {
      Lease lease(*this, std::move(idle_.back()));
      idle_.pop_back();
      return lease;
    }
    --room_;
  }
  absl::StatusOr<std::unique_ptr<SqliteConnection>> connection = SqliteConnection::Open(options_);
  if (!connection.ok()) {
    absl::MutexLock lock(&mutex_);
    ++room_;
    return connection.status();
  }
  return Lease(*this, *std::move(connection));
}

void SqlitePool::Return(std::unique_ptr<SqliteConnection> connection) {
  absl::MutexLock lock(&mutex_);
  idle_.push_back(std::move(connection));
}

}  // namespace forium::database
