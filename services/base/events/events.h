// SPDX-License-Identifier: Apache-2.0
// Events between services: an outbox table as the log, a relay that moves committed rows to the bus in order, and
// consumers with cursors. Delivery is at least once. The in-process bus serves the all-in-one; NATS joins by the same
// interface. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/forium/events/v1/events.pb.h"
#include "services/base/database/database.h"

namespace forium::events {

using events::v1::Event;

// Appends an event to the log, in the transaction of the change. Fills sequence and time. The table is made by
// `kOutboxMigration`, which each service's migrations include.
absl::Status Append(database::Transaction& tx, std::string_view aggregate, int64_t version, Event event);

// Reads events after `sequence`, at most `limit`, oldest first.
absl::StatusOr<std::vector<Event>> ReadLog(database::Database& database, int64_t after, int limit);

// A consumer's position in another service's log, kept in the consumer's own database, moved in the transaction of its
// effect. `stream` is `<service>`.
absl::StatusOr<int64_t> Cursor(database::Transaction& tx, std::string_view stream);
absl::Status MoveCursor(database::Transaction& tx, std::string_view stream, int64_t sequence);

// Handles one event; an error makes the bus deliver it again, later.
using Handler = std::function<absl::Status(std::string_view stream, const Event&)>;

class Bus {
 public:
  virtual ~Bus() = default;
  // Publishes events of a stream in order. OK: the bus has them.
  virtual absl::Status Publish(std::string_view stream, std::span<const Event> events) = 0;
  // Calls `handler` for each event of the streams in order, on a thread of the bus. The subscription ends with the
  // returned object. `name` is for logs and metrics.
  virtual std::unique_ptr<class Subscription> Subscribe(std::string name, std::vector<std::string> streams,
                                                        Handler handler) = 0;
};
class Subscription {
 public:
  virtual ~Subscription() = default;
};

// All in one process: one delivery thread, a bounded queue per subscriber.
std::unique_ptr<Bus> MakeInProcessBus();

// Moves the log of one database to the bus: wakes on commit (Database::OnCommit) and by a slow timer. Rows stay until
// they are older than `keep` and were published. Starts in the constructor, stops in the destructor.
class Relay {
 public:
  Relay(std::string tenant, std::string stream, database::Database& database, Bus& bus,
        absl::Duration keep = absl::Hours(24 * 7));
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  // Blocks until everything that is committed now was published (tests, drain). False: `timeout` passed first.
  bool Flush(absl::Duration timeout);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Migration text of the tables `outbox`, `outbox_cursor` and `cursors`, for a service's first migration list.
extern const std::string_view kOutboxSchema;

}  // namespace forium::events
