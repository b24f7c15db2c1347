// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/sqlite_writer.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "services/base/database/busy.h"
#include "services/base/database/deadline.h"
#include "services/base/database/sqlite_transaction.h"
#include "services/base/status/macros.h"

namespace forium::database {
namespace {

// A group ends at whichever comes first, so that the first of it does not wait long for its commit.
constexpr size_t kGroupWrites = 256;
constexpr absl::Duration kGroupTime = absl::Milliseconds(20);

constexpr Statement kBegin{"begin_write", "BEGIN IMMEDIATE"};
constexpr Statement kCommit{"commit", "COMMIT"};
constexpr Statement kRollback{"rollback", "ROLLBACK"};
constexpr Statement kSavepoint{"savepoint", "SAVEPOINT one_write"};
constexpr Statement kRelease{"release", "RELEASE one_write"};
constexpr Statement kUndo{"undo", "ROLLBACK TO one_write"};

}  // namespace

SqliteWriter::SqliteWriter(Pool<SqliteConnection>& connections)
    : connections_(connections), thread_([this] { Serve(); }) {}

SqliteWriter::~SqliteWriter() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

absl::Status SqliteWriter::Write(Database::Body body) {
  Job job(body);
  {
    absl::MutexLock lock(&mutex_);
    waiting_.push_back(&job);
  }
  meter_.waiting.Increment();
  if (!job.done.WaitForNotificationWithDeadline(Deadline::Current())) {
    if (Withdraw(&job)) return Busy();
    job.done.WaitForNotification();
  }
  if (StatementCounter* const counter = StatementCounter::Current()) counter->Add(job.statements);
  return std::move(job.status);
}

bool SqliteWriter::Withdraw(Job* job) {
  absl::MutexLock lock(&mutex_);
  const auto found = std::find(waiting_.begin(), waiting_.end(), job);
  if (found == waiting_.end()) return false;
  waiting_.erase(found);
  meter_.waiting.Decrement();
  return true;
}

void SqliteWriter::OnCommit(std::function<void()> fn) {
  absl::MutexLock lock(&mutex_);
  on_commit_ = std::move(fn);
}

void SqliteWriter::Serve() {
  while (Job* const first = WaitForJob()) CommitGroup(first);
}

SqliteWriter::Job* SqliteWriter::WaitForJob() {
  absl::MutexLock lock(&mutex_);
  const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !waiting_.empty();
  };
  mutex_.Await(absl::Condition(&ready));
  if (waiting_.empty()) return nullptr;
  Job* const job = waiting_.front();
  waiting_.pop_front();
  meter_.waiting.Decrement();
  return job;
}

SqliteWriter::Job* SqliteWriter::TakeJob() {
  absl::MutexLock lock(&mutex_);
  if (waiting_.empty()) return nullptr;
  Job* const job = waiting_.front();
  waiting_.pop_front();
  meter_.waiting.Decrement();
  return job;
}

void SqliteWriter::CommitGroup(Job* first) {
  const absl::Time start = absl::Now();
  std::vector<Job*> group;
  absl::Status status;
  {
    absl::StatusOr<Pool<SqliteConnection>::Lease> connection = connections_.Get();
    if (!connection.ok()) {
      group = {first};
      status = connection.status();
    } else if (RunGroup(**connection, first, group, status)) {
      status = (*connection)->Run(kCommit);
      if ((*connection)->in_transaction()) (void)(*connection)->Run(kRollback);
    }
  }
  meter_.group.Observe(static_cast<double>(group.size()));
  meter_.commit.Observe(absl::ToDoubleSeconds(absl::Now() - start));
  std::function<void()> on_commit;
  if (status.ok()) {
    absl::MutexLock lock(&mutex_);
    on_commit = on_commit_;
  }
  for (Job* const job : group) {
    if (!status.ok()) job->status = status;
    job->done.Notify();  // the job is gone after this
  }
  if (on_commit) on_commit();
}

bool SqliteWriter::RunGroup(SqliteConnection& connection, Job* first, std::vector<Job*>& group,
                            absl::Status& status) {
  const absl::Time end = absl::Now() + kGroupTime;
  group.push_back(first);
  status = connection.Run(kBegin);
  if (!status.ok()) return false;
  for (Job* job = first; job != nullptr;) {
    if (!RunJob(connection, *job)) {
      // A full disk or an I/O error took the whole transaction with it.
      status = job->status;
      return false;
    }
    if (group.size() == kGroupWrites || absl::Now() >= end) break;
    job = TakeJob();
    if (job != nullptr) group.push_back(job);
  }
  return true;
}

bool SqliteWriter::RunJob(SqliteConnection& connection, Job& job) {
  const observe::TraceScope scope(job.trace, job.request_id);
  SqliteTransaction transaction(connection, SqliteConnection::Mode::kReadWrite);
  job.status = connection.Run(kSavepoint);
  if (job.status.ok()) {
    job.status = transaction.Run(job.body);
    job.statements = transaction.statements();
    if (connection.in_transaction()) {
      if (!job.status.ok()) (void)connection.Run(kUndo);
      const absl::Status released = connection.Run(kRelease);
      if (job.status.ok()) job.status = released;
    }
  }
  return connection.in_transaction();
}

}  // namespace forium::database
