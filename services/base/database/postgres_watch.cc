// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/postgres_watch.h"

#include <postgresql/libpq-fe.h>

#include <algorithm>

#include "absl/time/clock.h"
#include "services/base/database/meters.h"

namespace forium::database {
namespace {

// A statement that takes so long makes us ask whether the server still answers others.
constexpr absl::Duration kSuspicious = absl::Seconds(2);
// The server ends a statement by itself at its timeout; it did not, so it is not there.
constexpr absl::Duration kGrace = absl::Seconds(2);

bool ServerAnswers(const PostgresOptions& options) {
  const absl::StatusOr<std::string> dsn = PingDsn(options.dsn);
  // Anything that is said is an answer, but that it is starting or stopping.
  return dsn.ok() && PQping(dsn->c_str()) == PQPING_OK;
}

}  // namespace

PostgresWatch::Presence::Presence(PostgresWatch& watch, PostgresConnection& connection)
    : watch_(watch), connection_(connection) {
  absl::MutexLock lock(&watch_.mutex_);
  watch_.present_.insert(&connection_);
}

PostgresWatch::Presence::~Presence() {
  absl::MutexLock lock(&watch_.mutex_);
  watch_.present_.erase(&connection_);
}

absl::Duration PostgresWatch::LongestWait() {
  absl::Duration longest;
  absl::MutexLock lock(&mutex_);
  for (const PostgresConnection* const connection : present_) {
    longest = std::max(longest, connection->Waiting());
  }
  return longest;
}

void PostgresWatch::Cut(absl::Duration wait) {
  absl::MutexLock lock(&mutex_);
  for (PostgresConnection* const connection : present_) {
    if (connection->Waiting() < wait) continue;
    connection->Cut();
    PostgresMeter::Get().cut.Increment();
  }
}

void PostgresWatch::Look() {
  if (LongestWait() < kSuspicious) return;
  if (!ServerAnswers(options_)) {
    Cut(kSuspicious);
  } else if (options_.statement_timeout > absl::ZeroDuration()) {
    Cut(options_.statement_timeout + kGrace);
  }
}

}  // namespace forium::database
