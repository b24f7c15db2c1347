// SPDX-License-Identifier: Apache-2.0
// Events between services: an outbox table as the log, a relay that moves committed rows to the bus
// in order, and consumers with cursors. Delivery is at least once. The in-process bus serves the
// all-in-one; NATS joins by the same interface. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/forium/events/v1/events.pb.h"
#include "services/base/database/database.h"

namespace forium::events {

using events::v1::Event;

// Appends an event to the log, in the transaction of the change. Fills sequence, aggregate, version
// and time. The table is made by `kOutboxSchema`. Call it last: on Postgres the sequence's row
// stays locked until the commit, which is what makes the order of sequences the order of commits.
absl::Status Append(database::Transaction& tx, std::string_view aggregate, int64_t version,
                    Event event);

// Reads events after `sequence`, at most `limit`, oldest first.
absl::StatusOr<std::vector<Event>> ReadLog(database::Database& database, int64_t after, int limit);

// A consumer's position in another service's log, kept in the consumer's own database, moved in the
// transaction of its effect. `stream` is `<service>`.
absl::StatusOr<int64_t> Cursor(database::Transaction& tx, std::string_view stream);
absl::Status MoveCursor(database::Transaction& tx, std::string_view stream, int64_t sequence);

// Handles one event; an error makes the bus deliver it again, later.
using Handler = std::function<absl::Status(std::string_view stream, const Event&)>;

class Subscription {
 public:
  virtual ~Subscription() = default;
};

// What a subscriber wants to hear.
enum class Hears {
  // Everything since this name first subscribed, also what happened while nobody listened; the
  // processes that use the name share the events. For work.
  kSinceEver,
  // Everything from now on, each process by itself. For caches.
  kFromNow,
};

struct Listener {
  std::string name;                  // for the bus, logs and metrics
  std::vector<std::string> streams;  // services
  Handler handler;
  Hears hears = Hears::kSinceEver;
  // Called with false when events may be missing, from then on (the bus is away), and with true
  // when they come again: what was derived before that must go. On a thread of the bus; may be
  // empty.
  std::function<void(bool)> connected = {};
};

class Bus {
 public:
  virtual ~Bus() = default;
  // Publishes events of a stream in order. OK: the bus has them. Unavailable: it has none of them;
  // try again.
  virtual absl::Status Publish(std::string_view stream, std::span<const Event> events) = 0;
  // Calls the handler for each event of the streams, in order per aggregate, on a thread of the
  // bus. The subscription ends with the returned object, after the handler that is running.
  virtual std::unique_ptr<Subscription> Subscribe(Listener listener) = 0;
  // The last sequence, at most `published`, up to which the events of a tenant's stream would
  // survive a crash of this process: all of them on a bus that keeps them itself, the handled ones
  // on one that does not.
  virtual int64_t Settled(std::string_view tenant, std::string_view stream, int64_t published) = 0;
  // The sequence after which the relay publishes again: `mark`, or less when the bus lost what it
  // had kept (0: the whole log). Asked at the start and after each failed Publish.
  virtual int64_t ResumeAfter(std::string_view, std::string_view, int64_t mark) { return mark; }
  // Empty: events flow; else what is wrong, in a few words (readiness, logs).
  virtual std::string Trouble() const { return ""; }
};

// All in one process: a thread and a bounded queue per subscriber. It keeps nothing: subscribe
// before relays start.
std::unique_ptr<Bus> MakeInProcessBus();

// Moves the log of one database to the bus: wakes on commit (Database::OnCommit) and by a slow
// timer. Rows stay until they are older than `keep` and were published. Starts in the constructor,
// stops in the destructor.
class Relay {
 public:
  Relay(std::string tenant, std::string stream, database::Database& database, Bus& bus,
        absl::Duration keep = absl::Hours(24 * 7));
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  // Blocks until everything that is committed now was published and is settled: handled, on the
  // in-process bus (tests, drain). False: `timeout` passed first.
  bool Flush(absl::Duration timeout);

 private:
  class Loop;
  std::shared_ptr<Loop> loop_;
};

// Migration text of the tables `outbox`, `outbox_cursor` and `cursors`, for a service's first
// migration list.
extern const std::string_view kOutboxSchema;

}  // namespace forium::events
