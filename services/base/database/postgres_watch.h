// SPDX-License-Identifier: Apache-2.0
// Gives up connections whose server has fallen silent: libpq waits for an answer without end, and a
// paused server keeps its sockets. Thread-safe.
#pragma once

#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/database/postgres_connection.h"

namespace forium::database {

class PostgresWatch {
 public:
  explicit PostgresWatch(const PostgresOptions& options) : options_(options) {}

  // A connection is watched while this lives.
  class Presence {
   public:
    Presence(PostgresWatch& watch, PostgresConnection& connection);
    ~Presence();
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;

   private:
    PostgresWatch& watch_;
    PostgresConnection& connection_;
  };

  // To be called now and then. May take two seconds, when the server does not answer.
  void Look();

 private:
  // The longest that a watched connection has been waiting for the server.
  absl::Duration LongestWait();
  // Cuts those that wait for longer than `wait`.
  void Cut(absl::Duration wait);

  const PostgresOptions& options_;
  absl::Mutex mutex_;
  std::set<PostgresConnection*> present_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace forium::database
