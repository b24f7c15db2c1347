// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/postgres_signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <exception>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/base/database/postgres_lock.h"

namespace forium::database {
namespace {

// So many commits share one signal; the first is told at once.
constexpr absl::Duration kBetweenSignals = absl::Milliseconds(10);
constexpr absl::Duration kReconnectEvery = absl::Seconds(1);
constexpr int kPollMs = 1000;

class Ear : public pqxx::notification_receiver {
 public:
  Ear(pqxx::connection_base& connection, const std::string& channel,
      const std::function<void()>& heard)
      : pqxx::notification_receiver(connection, channel), heard_(heard) {}
  void operator()(const std::string&, int backend) override {
    if (backend != conn().backendpid()) heard_();
  }

 private:
  const std::function<void()>& heard_;
};

}  // namespace

PostgresSignals::PostgresSignals(const PostgresOptions& options, PostgresWatch& watch,
                                 std::function<void()> heard)
    : options_(options),
      watch_(watch),
      channel_(absl::StrCat("forium_", options.schema)),
      heard_(std::move(heard)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { Run(); }) {}

PostgresSignals::~PostgresSignals() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  eventfd_write(wake_, 1);
  thread_.join();
  close(wake_);
}

void PostgresSignals::Committed() {
  {
    absl::MutexLock lock(&mutex_);
    if (committed_) return;
    committed_ = true;
  }
  eventfd_write(wake_, 1);
}

bool PostgresSignals::TakeCommitted() {
  absl::MutexLock lock(&mutex_);
  return std::exchange(committed_, false);
}

bool PostgresSignals::Sleep(absl::Duration time) {
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&stopping_), time);
}

void PostgresSignals::Run() {
  do {
    const absl::StatusOr<std::unique_ptr<PostgresConnection>> connection =
        PostgresConnection::Open(options_);
    if (!connection.ok()) continue;
    try {
      Serve(**connection);
    } catch (const std::exception&) {
      // Lost; whoever commits notices and reports it.
    }
  } while (Sleep(kReconnectEvery));
}

void PostgresSignals::Serve(PostgresConnection& connection) {
  const PostgresWatch::Presence presence(watch_, connection);
  // Held as long as the connection: this process serves the database.
  {
    pqxx::nontransaction handle(connection.handle());
    connection.Run(handle, ShareLockOfSession(options_.schema));
  }
  const Ear ear(connection.handle(), channel_, heard_);
  connection.handle().get_notifs();  // begins to listen
  heard_();                          // what came before that was not heard
  const std::string tell = absl::StrCat("NOTIFY ", QuotedName(channel_));
  while (connection.usable() && Sleep(absl::ZeroDuration())) {
    pollfd sources[] = {{connection.handle().sock(), POLLIN, 0}, {wake_, POLLIN, 0}};
    poll(sources, 2, kPollMs);
    eventfd_t ignored;
    eventfd_read(wake_, &ignored);
    if (TakeCommitted()) {
      pqxx::nontransaction handle(connection.handle());
      connection.Run(handle, tell);
      if (!Sleep(kBetweenSignals)) return;
    }
    connection.handle().get_notifs();
  }
}

}  // namespace forium::database
