// SPDX-License-Identifier: Apache-2.0
// What tests of the bus between processes share: a server, a log in SQLite, and a record of what
// was delivered.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "services/base/database/database.h"
#include "services/base/events/events.h"
#include "services/base/events/nats_bus.h"
#include "services/base/events/testing/nats_server.h"

namespace forium::events {

inline constexpr absl::Duration kSoon = absl::Seconds(30);

inline Event UserEvent(int64_t id) {
  Event event;
  event.mutable_user_changed()->set_user_id(id);
  return event;
}

inline std::vector<int64_t> Numbers(int64_t first, int64_t last) {
  std::vector<int64_t> numbers;
  for (int64_t i = first; i <= last; ++i) numbers.push_back(i);
  return numbers;
}

// What a subscriber was given, as user ids. Thread-safe.
class Seen {
 public:
  // Records and says that it worked.
  Listener Work(std::string name) {
    return {.name = std::move(name), .streams = {"auth"}, .handler = Recorder()};
  }
  Handler Recorder() {
    return [this](std::string_view stream, const Event& event) {
      EXPECT_EQ(stream, "auth");
      absl::MutexLock lock(&mutex_);
      ids_.push_back(event.user_changed().user_id());
      return absl::OkStatus();
    };
  }
  // Records news of the connection too.
  Listener Cache(std::string name) {
    return {.name = std::move(name),
            .streams = {"auth"},
            .handler = Recorder(),
            .hears = Hears::kFromNow,
            .connected = [this](bool connected) {
              absl::MutexLock lock(&mutex_);
              news_.push_back(connected);
            }};
  }
  // False: the news of the connection were others, or came late.
  bool AwaitNews(const std::vector<bool>& news) {
    const auto came = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return news_ == news; };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&came), kSoon);
  }
  // False: it did not get so many events soon.
  bool Await(size_t count) {
    const auto enough = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return ids_.size() >= count; };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&enough), kSoon);
  }
  std::vector<int64_t> ids() {
    absl::MutexLock lock(&mutex_);
    return ids_;
  }
  // False: not each of 1 to `last` came soon.
  bool AwaitAll(int64_t last) {
    const auto all = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return std::set<int64_t>(ids_.begin(), ids_.end()).size() == static_cast<size_t>(last);
    };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&all), kSoon);
  }
  void Clear() {
    absl::MutexLock lock(&mutex_);
    ids_.clear();
  }

 private:
  absl::Mutex mutex_;
  std::vector<int64_t> ids_;
  std::vector<bool> news_;
};

class NatsBusTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!NatsServer::Installed()) GTEST_SKIP() << "nats-server is not installed";
    server_ = std::make_unique<NatsServer>();
    const database::Migration migrations[] = {{1, "create_outbox", kOutboxSchema}};
    database_ = *database::OpenSqlite({}, migrations);
    bus_ = NewBus();
  }
  void TearDown() override {
    relay_.reset();
    bus_.reset();
  }
  NatsOptions Options() const {
    NatsOptions options;
    options.url = server_->url();
    options.max_deliveries = 3;
    options.redeliver_after = absl::Milliseconds(50);
    return options;
  }
  std::unique_ptr<Bus> NewBus() const { return *MakeNatsBus(Options()); }
  void StartRelay() { relay_ = std::make_unique<Relay>("default", "auth", *database_, *bus_); }
  void Announce(int64_t first, int64_t last) {
    const absl::Status status = database_->Write([&](database::Transaction& tx) {
      absl::Status appended;
      for (int64_t id = first; id <= last && appended.ok(); ++id)
        appended = Append(tx, "user:" + std::to_string(id), id + 100, UserEvent(id));
      return appended;
    });
    ASSERT_TRUE(status.ok()) << status;
  }

  std::unique_ptr<NatsServer> server_;
  std::unique_ptr<database::Database> database_;
  std::unique_ptr<Bus> bus_;
  std::unique_ptr<Relay> relay_;
};

}  // namespace forium::events
