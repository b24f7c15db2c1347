// SPDX-License-Identifier: Apache-2.0
// The one writer of a SQLite database: a thread that takes whatever writes wait and commits them as
// one transaction, so that they share one sync of the disk. Each has a savepoint: one that fails is
// undone alone. Thread-safe.
#pragma once

#include <deque>
#include <functional>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "services/base/database/pool.h"
#include "services/base/database/sqlite_connection.h"
#include "services/base/observe/trace.h"

namespace forium::database {

class SqliteWriter {
 public:
  // `connections` holds the writing connection; it is leased for each group.
  explicit SqliteWriter(Pool<SqliteConnection>& connections);
  // Waits for the writes that were begun.
  ~SqliteWriter();
  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;

  // Returns when `body` is durable or failed. Errors: Unavailable, its turn did not come before the
  // caller's deadline.
  absl::Status Write(Database::Body body);
  void OnCommit(std::function<void()> fn);

 private:
  // A waiting write; lives on its caller's stack.
  struct Job {
    explicit Job(Database::Body body) : body(body) {}
    const Database::Body body;
    // Of the caller's thread: what is written and logged for it says so.
    const observe::TraceContext& trace = observe::CurrentTrace();
    const std::string_view request_id = observe::CurrentRequestId();
    absl::Status status;
    int statements = 0;
    absl::Notification done;
  };

  void Serve();
  // Waits for a first job; nullptr at the end.
  Job* WaitForJob();
  // Takes a job that has not begun out of the queue. False: it has.
  bool Withdraw(Job* job);
  // Another waiting job, or nullptr.
  Job* TakeJob();
  void CommitGroup(Job* first);
  // Runs jobs in an open transaction, beginning with `first`. False: the transaction is gone, with
  // `status`.
  bool RunGroup(SqliteConnection& connection, Job* first, std::vector<Job*>& group,
                absl::Status& status);
  // Runs one in its savepoint. False: the whole transaction is gone.
  bool RunJob(SqliteConnection& connection, Job& job);

  Pool<SqliteConnection>& connections_;

  SqliteWriterMeter& meter_ = SqliteWriterMeter::Get();

  absl::Mutex mutex_;
  std::deque<Job*> waiting_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> on_commit_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // last: starts when all else is there
};

}  // namespace forium::database
