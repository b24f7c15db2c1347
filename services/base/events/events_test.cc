// SPDX-License-Identifier: Apache-2.0
#include "services/base/events/events.h"

#include <atomic>
#include <stdexcept>
#include <thread>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/time_util.h"
#include "gtest/gtest.h"
#include "services/base/database/testing.h"
#include "services/base/events/store.h"
#include "services/base/status/macros.h"

namespace forium::events {
namespace {

using database::Database;
using database::Statement;
using database::Transaction;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::Duration kSoon = absl::Seconds(20);

Event UserEvent(int64_t id) {
  Event event;
  event.mutable_user_changed()->set_user_id(id);
  return event;
}

constexpr database::Migration kEffectTable{
    2, "create_effects", "CREATE TABLE effects (id BIGINT PRIMARY KEY, times BIGINT NOT NULL)"};

// What a subscriber was given, as user ids.
class Seen {
 public:
  Handler Recorder() {
    return [this](std::string_view stream, const Event& event) {
      absl::MutexLock lock(&mutex_);
      EXPECT_EQ(stream, "auth");
      EXPECT_EQ(event.tenant(), "default");
      ids_.push_back(event.user_changed().user_id());
      return absl::OkStatus();
    };
  }
  std::vector<int64_t> ids() {
    absl::MutexLock lock(&mutex_);
    return ids_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<int64_t> ids_;
};

class EventsTest : public database::TestDatabases {
 protected:
  void SetUp() override {
    TestDatabases::SetUp();
    if (!IsSkipped()) database_ = OpenNew();
  }
  void TearDown() override {
    relay_.reset();
    database_.reset();
    TestDatabases::TearDown();
  }
  std::unique_ptr<Database> OpenNew() {
    UseNewDatabase();
    const database::Migration migrations[] = {{1, "create_outbox", kOutboxSchema}, kEffectTable};
    return Open(migrations);
  }
  void Announce(int64_t first, int64_t last) {
    for (int64_t id = first; id <= last; ++id) {
      const absl::Status status = database_->Write([&](Transaction& tx) {
        return Append(tx, "user:" + std::to_string(id), id + 100, UserEvent(id));
      });
      ASSERT_TRUE(status.ok()) << status;
    }
  }
  void StartRelay() { relay_ = std::make_unique<Relay>("default", "auth", *database_, *bus_); }
  // The process ends and another one begins with the same database and a bus that has forgotten
  // everything.
  void Restart() {
    relay_.reset();
    bus_ = MakeInProcessBus();
  }
  static std::vector<int64_t> Numbers(int64_t first, int64_t last) {
    std::vector<int64_t> numbers;
    for (int64_t i = first; i <= last; ++i) numbers.push_back(i);
    return numbers;
  }

  std::unique_ptr<Database> database_;
  std::unique_ptr<Bus> bus_ = MakeInProcessBus();
  std::unique_ptr<Relay> relay_;
};

INSTANTIATE_TEST_SUITE_P(Engines, EventsTest, ::testing::ValuesIn(database::Engines()),
                         database::EngineName);

// ---- The log ------------------------------------------------------------------------------------

TEST_P(EventsTest, LogKeepsOrderVersionsAndTimes) {
  const absl::Time before = absl::Now() - absl::Microseconds(1);
  Announce(1, 5);
  const auto events = ReadLog(*database_, 2, 2);
  ASSERT_TRUE(events.ok()) << events.status();
  ASSERT_EQ(events->size(), 2u);
  const Event& event = events->front();
  EXPECT_EQ(event.sequence(), 3);
  EXPECT_EQ(event.aggregate(), "user:3");
  EXPECT_EQ(event.version(), 103);
  EXPECT_EQ(event.user_changed().user_id(), 3);
  const absl::Time time =
      absl::FromUnixMicros(google::protobuf::util::TimeUtil::TimestampToMicroseconds(event.time()));
  EXPECT_GE(time, before);
  EXPECT_LE(time, absl::Now());
  EXPECT_EQ(events->back().sequence(), 4);
}

TEST_P(EventsTest, AFailedWriteLeavesNeitherEventNorGap) {
  Announce(1, 1);
  const absl::Status failed = database_->Write([&](Transaction& tx) -> absl::Status {
    RETURN_IF_ERROR(Append(tx, "user:2", 1, UserEvent(2)));
    return absl::AbortedError("changed its mind");
  });
  EXPECT_TRUE(absl::IsAborted(failed));
  Announce(3, 3);
  const auto events = ReadLog(*database_, 0, 10);
  ASSERT_TRUE(events.ok());
  ASSERT_EQ(events->size(), 2u);
  EXPECT_EQ(events->back().sequence(), 2);
  EXPECT_EQ(events->back().user_changed().user_id(), 3);
}

TEST_P(EventsTest, CursorsMoveForwardOnly) {
  const absl::Status status = database_->Write([&](Transaction& tx) -> absl::Status {
    EXPECT_EQ(*Cursor(tx, "auth"), 0);
    RETURN_IF_ERROR(MoveCursor(tx, "auth", 7));
    RETURN_IF_ERROR(MoveCursor(tx, "auth", 5));
    RETURN_IF_ERROR(MoveCursor(tx, "forum", 2));
    EXPECT_EQ(*Cursor(tx, "auth"), 7);
    EXPECT_EQ(*Cursor(tx, "forum"), 2);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST_P(EventsTest, OldEventsAreDeletedOnceTheyAreSettled) {
  Announce(1, 5);
  EXPECT_EQ(*DeleteOldEvents(*database_, absl::Now()), 0) << "nobody has passed them";
  ASSERT_TRUE(MoveMark(*database_, 3).ok());
  EXPECT_EQ(*DeleteOldEvents(*database_, absl::Now() - absl::Hours(1)), 0) << "they are young";
  EXPECT_EQ(*DeleteOldEvents(*database_, absl::Now() + absl::Seconds(1)), 3);
  EXPECT_EQ(*DeleteOldEvents(*database_, absl::Now() + absl::Seconds(1)), 0);
  EXPECT_EQ(ReadLog(*database_, 0, 10)->size(), 2u);
  Announce(6, 6);
  EXPECT_EQ(*LastSequence(*database_), 6) << "sequences are not given again";
}

// ---- The relay and the bus ----------------------------------------------------------------------

TEST_P(EventsTest, EverySubscriberGetsEveryEventInOrder) {
  Seen one, two, other;
  const auto first =
      bus_->Subscribe({.name = "one", .streams = {"auth", "forum"}, .handler = one.Recorder()});
  const auto second =
      bus_->Subscribe({.name = "two", .streams = {"auth"}, .handler = two.Recorder()});
  const auto third =
      bus_->Subscribe({.name = "other", .streams = {"forum"}, .handler = other.Recorder()});
  Announce(1, 300);
  StartRelay();
  Announce(301, 700);
  ASSERT_TRUE(relay_->Flush(kSoon));
  EXPECT_EQ(one.ids(), Numbers(1, 700));
  EXPECT_EQ(two.ids(), Numbers(1, 700));
  EXPECT_THAT(other.ids(), IsEmpty());
}

TEST_P(EventsTest, ConcurrentWritersNeverCommitOutOfOrder) {
  absl::Mutex mutex;
  std::vector<int64_t> sequences;
  const auto subscription = bus_->Subscribe(
      {.name = "one", .streams = {"auth"}, .handler = [&](std::string_view, const Event& event) {
         absl::MutexLock lock(&mutex);
         sequences.push_back(event.sequence());
         return absl::OkStatus();
       }});
  StartRelay();
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([this, writer] { Announce(writer * 100, writer * 100 + 24); });
  }
  for (std::thread& writer : writers) writer.join();
  ASSERT_TRUE(relay_->Flush(kSoon));
  absl::MutexLock lock(&mutex);
  EXPECT_EQ(sequences, Numbers(1, 100));
}

TEST_P(EventsTest, ACommitWakesTheRelay) {
  absl::Notification delivered;
  const auto subscription = bus_->Subscribe(
      {.name = "one", .streams = {"auth"}, .handler = [&](std::string_view, const Event&) {
         delivered.Notify();
         return absl::OkStatus();
       }});
  StartRelay();
  ASSERT_TRUE(relay_->Flush(kSoon));
  const absl::Time start = absl::Now();
  Announce(1, 1);
  delivered.WaitForNotification();
  EXPECT_LT(absl::Now() - start, absl::Seconds(2)) << "and not the timer";
}

TEST_P(EventsTest, WhatWasSettledIsNotPublishedAgainAfterARestart) {
  Seen before, after;
  auto subscription =
      bus_->Subscribe({.name = "one", .streams = {"auth"}, .handler = before.Recorder()});
  StartRelay();
  Announce(1, 10);
  ASSERT_TRUE(relay_->Flush(kSoon));
  relay_.reset();
  subscription.reset();
  Restart();
  subscription = bus_->Subscribe({.name = "one", .streams = {"auth"}, .handler = after.Recorder()});
  Announce(11, 12);
  StartRelay();
  ASSERT_TRUE(relay_->Flush(kSoon));
  EXPECT_EQ(before.ids(), Numbers(1, 10));
  EXPECT_THAT(after.ids(), ElementsAre(11, 12));
}

TEST_P(EventsTest, WhatWasPublishedButNotHandledComesAgainAfterARestart) {
  std::atomic<int> refused = 0;
  absl::Notification reached;
  Seen settled, after;
  auto fast = bus_->Subscribe({.name = "fast", .streams = {"auth"}, .handler = settled.Recorder()});
  auto slow = bus_->Subscribe(
      {.name = "slow", .streams = {"auth"}, .handler = [&](std::string_view, const Event& event) {
         if (event.sequence() < 4) return absl::OkStatus();
         if (refused++ == 0) reached.Notify();
         return absl::UnavailableError("not now");
       }});
  StartRelay();
  Announce(1, 10);
  reached.WaitForNotification();
  EXPECT_FALSE(relay_->Flush(absl::Milliseconds(50)));
  slow.reset();
  relay_.reset();
  fast.reset();
  Restart();
  slow = bus_->Subscribe({.name = "slow", .streams = {"auth"}, .handler = after.Recorder()});
  StartRelay();
  ASSERT_TRUE(relay_->Flush(kSoon));
  EXPECT_EQ(after.ids(), Numbers(4, 10));
}

TEST_P(EventsTest, AFailingHandlerGetsTheEventAgainBeforeTheNext) {
  Seen seen;
  const Handler record = seen.Recorder();
  int failures = 0;
  const auto subscription =
      bus_->Subscribe({.name = "one",
                       .streams = {"auth"},
                       .handler = [&](std::string_view stream, const Event& event) {
                         if (event.sequence() == 2 && failures++ < 3) {
                           if (failures == 3) throw std::runtime_error("even so");
                           return absl::InternalError("not yet");
                         }
                         return record(stream, event);
                       }});
  StartRelay();
  Announce(1, 3);
  ASSERT_TRUE(relay_->Flush(kSoon));
  EXPECT_EQ(failures, 4);
  EXPECT_THAT(seen.ids(), ElementsAre(1, 2, 3));
}

TEST_P(EventsTest, ASlowSubscriberLosesNothing) {
  Seen fast, slow;
  absl::Notification open;
  const Handler record = slow.Recorder();
  const auto one =
      bus_->Subscribe({.name = "fast", .streams = {"auth"}, .handler = fast.Recorder()});
  const auto two = bus_->Subscribe({.name = "slow",
                                    .streams = {"auth"},
                                    .handler = [&](std::string_view stream, const Event& event) {
                                      open.WaitForNotification();
                                      return record(stream, event);
                                    }});
  StartRelay();
  // More than its queue holds.
  constexpr int64_t kMany = 17'000;
  ASSERT_TRUE(database_
                  ->Write([&](Transaction& tx) -> absl::Status {
                    for (int64_t id = 1; id <= kMany; ++id) {
                      RETURN_IF_ERROR(Append(tx, "user", id, UserEvent(id)));
                    }
                    return absl::OkStatus();
                  })
                  .ok());
  const absl::Time end = absl::Now() + kSoon;
  while (fast.ids().size() < 10'000 && absl::Now() < end) absl::SleepFor(absl::Milliseconds(5));
  EXPECT_GE(fast.ids().size(), 10'000u) << "while the slow one stands still";
  EXPECT_THAT(slow.ids(), IsEmpty());
  open.Notify();
  ASSERT_TRUE(relay_->Flush(kSoon));
  EXPECT_EQ(slow.ids(), Numbers(1, kMany));
  EXPECT_EQ(fast.ids(), Numbers(1, kMany));
}

constexpr Statement kEffect{"effect", R"(
INSERT INTO effects (id, times) VALUES ($1, 1) ON CONFLICT (id) DO UPDATE SET times = effects.times + 1)"};
constexpr Statement kEffects{"effects", "SELECT COUNT(*), SUM(times) FROM effects"};

TEST_P(EventsTest, CursorsMakeAnEffectHappenOnce) {
  std::unique_ptr<Database> consumer = OpenNew();
  const Handler project = [&](std::string_view stream, const Event& event) {
    return consumer->Write([&](Transaction& tx) -> absl::Status {
      ASSIGN_OR_RETURN(const int64_t cursor, Cursor(tx, stream));
      if (event.sequence() <= cursor) return absl::OkStatus();
      RETURN_IF_ERROR(tx.Execute(kEffect, event.user_changed().user_id()).status());
      return MoveCursor(tx, stream, event.sequence());
    });
  };
  Announce(1, 20);
  for (int round = 0; round < 2; ++round) {
    auto subscription =
        bus_->Subscribe({.name = "projection", .streams = {"auth"}, .handler = project});
    // As after a crash before the mark was moved: everything comes a second time.
    const auto events = ReadLog(*database_, 0, 100);
    for (Event event : *events) {
      event.set_tenant("default");
      ASSERT_TRUE(bus_->Publish("auth", std::span(&event, 1)).ok());
    }
    StartRelay();
    ASSERT_TRUE(relay_->Flush(kSoon));
    relay_.reset();
    subscription.reset();
    Restart();
  }
  int64_t ids = 0, times = 0;
  ASSERT_TRUE(consumer
                  ->Read([&](Transaction& tx) {
                    return tx.Query(kEffects, [&](const database::Row& row) {
                      ids = row.Int(0);
                      times = row.Int(1);
                    });
                  })
                  .ok());
  EXPECT_EQ(ids, 20);
  EXPECT_EQ(times, 20);
}

}  // namespace
}  // namespace forium::events
