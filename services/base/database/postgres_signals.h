// SPDX-License-Identifier: Apache-2.0
// Tells the other processes on a Postgres database that something was committed, and hears it from
// them: a connection and a thread of its own, so that commits do not queue for NOTIFY's lock.
// Signals may be lost; who needs all looks now and then. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/base/database/postgres_connection.h"
#include "services/base/database/postgres_watch.h"

namespace forium::database {

class PostgresSignals {
 public:
  // `heard` runs after commits of other processes, and whenever some may have been missed.
  PostgresSignals(const PostgresOptions& options, PostgresWatch& watch,
                  std::function<void()> heard);
  ~PostgresSignals();
  PostgresSignals(const PostgresSignals&) = delete;
  PostgresSignals& operator=(const PostgresSignals&) = delete;

  // This process committed something.
  void Committed();

 private:
  void Run();
  // Listens and tells until the connection is lost or the end.
  void Serve(PostgresConnection& connection);
  // False: the end has come.
  bool Sleep(absl::Duration time);
  bool TakeCommitted();

  const PostgresOptions options_;
  PostgresWatch& watch_;
  const std::string channel_;
  const std::function<void()> heard_;
  const int wake_;  // an eventfd

  absl::Mutex mutex_;
  bool committed_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // last: starts when all else is there
};

}  // namespace forium::database
