// SPDX-License-Identifier: Apache-2.0
#include "services/base/events/store.h"

#include <utility>

#include "absl/time/clock.h"
#include "google/protobuf/util/time_util.h"
#include "services/base/events/events.h"
#include "services/base/observe/trace.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::events {
namespace {

using database::Row;
using database::Statement;

// The name of the relay's cursor on its own log.
constexpr std::string_view kBus = "bus";

}  // namespace

// `outbox_cursor`: how far each reader of this database's log is. `cursors`: how far this database
// is in the logs of others.
const std::string_view kOutboxSchema = R"(
CREATE TABLE outbox (
  sequence BIGINT PRIMARY KEY,
  aggregate TEXT NOT NULL,
  version BIGINT NOT NULL,
  time BIGINT NOT NULL,
  body BYTES_TYPE NOT NULL
);
CREATE TABLE outbox_cursor (
  reader TEXT PRIMARY KEY,
  sequence BIGINT NOT NULL
);
CREATE TABLE cursors (
  stream TEXT PRIMARY KEY,
  sequence BIGINT NOT NULL
);
)";

// ---- The log ------------------------------------------------------------------------------------

constexpr Statement kAppend{"append_event", R"(
INSERT INTO outbox (sequence, aggregate, version, time, body) VALUES ($1, $2, $3, $4, $5))"};

absl::Status Append(database::Transaction& tx, std::string_view aggregate, int64_t version,
                    Event event) {
  // NextId writes the row of the sequence. SQLite has one writer, so that sequences are dense and
  // commit in their order. Postgres holds the row's lock until the commit, to the same effect, and
  // a transaction that fails takes its number back.
  ASSIGN_OR_RETURN(const int64_t sequence, tx.NextId("outbox"));
  const int64_t now = absl::ToUnixMicros(absl::Now());
  event.set_sequence(sequence);
  event.set_aggregate(std::string(aggregate));
  event.set_version(version);
  *event.mutable_time() = google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(now);
  if (event.traceparent().empty()) {
    event.set_traceparent(observe::Traceparent(observe::CurrentTrace()));
  }
  const std::string body = event.SerializeAsString();
  return tx.Execute(kAppend, sequence, aggregate, version, now, database::Blob{body}).status();
}

constexpr Statement kReadLog{"read_log", R"(
SELECT sequence, body FROM outbox WHERE sequence > $1 ORDER BY sequence LIMIT $2)"};

absl::StatusOr<std::vector<Event>> ReadLog(database::Database& database, int64_t after, int limit) {
  std::vector<Event> events;
  bool parsed = true;
  RETURN_IF_ERROR(database.Read([&](database::Transaction& tx) {
    events.clear();
    return tx.Query(
        kReadLog,
        [&](const Row& row) {
          const std::string_view body = row.Text(1);
          Event& event = events.emplace_back();
          parsed &= event.ParseFromArray(body.data(), static_cast<int>(body.size()));
          event.set_sequence(row.Int(0));
        },
        after, limit);
  }));
  if (!parsed) return status::Internal("an event in the outbox does not parse");
  return events;
}

constexpr Statement kLastSequence{"last_event", R"(
SELECT sequence FROM outbox ORDER BY sequence DESC LIMIT 1)"};

absl::StatusOr<int64_t> LastSequence(database::Database& database) {
  int64_t sequence = 0;
  RETURN_IF_ERROR(database.Read([&](database::Transaction& tx) {
    return tx.Query(kLastSequence, [&](const Row& row) { sequence = row.Int(0); });
  }));
  return sequence;
}

constexpr Statement kSlowestCursor{"slowest_outbox_cursor", R"(
SELECT sequence FROM outbox_cursor ORDER BY sequence LIMIT 1)"};
constexpr Statement kOldestEvents{"oldest_events", R"(
SELECT sequence FROM outbox WHERE time < $1 AND sequence <= $2 ORDER BY sequence LIMIT 500)"};
constexpr Statement kDeleteEvents{"delete_events", R"(
DELETE FROM outbox WHERE sequence <= $1)"};

absl::StatusOr<int64_t> DeleteOldEvents(database::Database& database, absl::Time time) {
  int64_t deleted = 0;
  RETURN_IF_ERROR(database.Write([&](database::Transaction& tx) -> absl::Status {
    int64_t passed = 0;
    RETURN_IF_ERROR(tx.Query(kSlowestCursor, [&](const Row& row) { passed = row.Int(0); }));
    int64_t last = 0;
    RETURN_IF_ERROR(tx.Query(
        kOldestEvents, [&](const Row& row) { last = row.Int(0); }, absl::ToUnixMicros(time),
        passed));
    ASSIGN_OR_RETURN(deleted, tx.Execute(kDeleteEvents, last));
    return absl::OkStatus();
  }));
  return deleted;
}

// ---- Cursors ------------------------------------------------------------------------------------

constexpr Statement kReadMark{"outbox_mark", R"(
SELECT sequence FROM outbox_cursor WHERE reader = $1)"};

absl::StatusOr<int64_t> ReadMark(database::Database& database) {
  int64_t sequence = 0;
  RETURN_IF_ERROR(database.Read([&](database::Transaction& tx) {
    return tx.Query(
        kReadMark, [&](const Row& row) { sequence = row.Int(0); }, kBus);
  }));
  return sequence;
}

constexpr Statement kMoveMark{"move_outbox_mark", R"(
INSERT INTO outbox_cursor (reader, sequence) VALUES ($1, $2)
ON CONFLICT (reader) DO UPDATE SET sequence = excluded.sequence
WHERE outbox_cursor.sequence < excluded.sequence)"};

absl::Status MoveMark(database::Database& database, int64_t sequence) {
  return database.Write(
      [&](database::Transaction& tx) { return tx.Execute(kMoveMark, kBus, sequence).status(); });
}

constexpr Statement kCursor{"cursor", R"(
SELECT sequence FROM cursors WHERE stream = $1)"};

absl::StatusOr<int64_t> Cursor(database::Transaction& tx, std::string_view stream) {
  int64_t sequence = 0;
  RETURN_IF_ERROR(tx.Query(
      kCursor, [&](const Row& row) { sequence = row.Int(0); }, stream));
  return sequence;
}

constexpr Statement kMoveCursor{"move_cursor", R"(
INSERT INTO cursors (stream, sequence) VALUES ($1, $2)
ON CONFLICT (stream) DO UPDATE SET sequence = excluded.sequence
WHERE cursors.sequence < excluded.sequence)"};

absl::Status MoveCursor(database::Transaction& tx, std::string_view stream, int64_t sequence) {
  return tx.Execute(kMoveCursor, stream, sequence).status();
}

}  // namespace forium::events
