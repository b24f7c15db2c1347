// SPDX-License-Identifier: Apache-2.0
// What the bus between processes promises while its server is well.
#include "services/base/events/nats_bus.h"

#include <spawn.h>
#include <sys/wait.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/events/testing/nats_fixture.h"

namespace forium::events {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;

TEST_F(NatsBusTest, EventsComeInOrderAlsoThoseFromBefore) {
  Announce(1, 300);
  StartRelay();
  ASSERT_TRUE(relay_->Flush(kSoon));
  Seen seen;
  const auto subscription = bus_->Subscribe(seen.Work("one"));
  Announce(301, 700);
  ASSERT_TRUE(seen.Await(700));
  EXPECT_EQ(seen.ids(), Numbers(1, 700));
}

TEST_F(NatsBusTest, EveryNameGetsEveryEventOfItsStreams) {
  Seen one, two, other;
  const auto first = bus_->Subscribe(one.Work("one"));
  const auto second = bus_->Subscribe(two.Work("two"));
  const auto third =
      bus_->Subscribe({.name = "other", .streams = {"forum"}, .handler = other.Recorder()});
  StartRelay();
  Announce(1, 100);
  ASSERT_TRUE(one.Await(100));
  ASSERT_TRUE(two.Await(100));
  EXPECT_EQ(one.ids(), Numbers(1, 100));
  EXPECT_EQ(two.ids(), Numbers(1, 100));
  EXPECT_THAT(other.ids(), IsEmpty());
}

TEST_F(NatsBusTest, ProcessesOfANameShareItsEvents) {
  const std::unique_ptr<Bus> second_bus = NewBus();
  Seen seen;
  std::atomic<int> first_count = 0, second_count = 0;
  const Handler record = seen.Recorder();
  const auto counting = [&](std::atomic<int>& count) -> Handler {
    return [&](std::string_view stream, const Event& event) {
      ++count;
      absl::SleepFor(absl::Microseconds(200));
      return record(stream, event);
    };
  };
  const auto first =
      bus_->Subscribe({.name = "one", .streams = {"auth"}, .handler = counting(first_count)});
  const auto second = second_bus->Subscribe(
      {.name = "one", .streams = {"auth"}, .handler = counting(second_count)});
  StartRelay();
  Announce(1, 2'000);
  ASSERT_TRUE(seen.AwaitAll(2'000));
  // A busy machine may be given some of them again; two that do not share would get 4,000.
  EXPECT_LT(seen.ids().size(), 3'000u);
  EXPECT_GT(first_count, 0);
  EXPECT_GT(second_count, 0);
}

TEST_F(NatsBusTest, WhatASubscriptionLeftUnhandledGoesToTheNext) {
  Announce(1, 200);
  StartRelay();
  Seen seen;
  const Handler record = seen.Recorder();
  absl::Notification half;
  auto subscription = bus_->Subscribe({.name = "one",
                                       .streams = {"auth"},
                                       .handler = [&](std::string_view stream, const Event& event) {
                                         if (event.sequence() == 100) half.Notify();
                                         return record(stream, event);
                                       }});
  half.WaitForNotification();
  subscription.reset();
  const size_t before = seen.ids().size();
  EXPECT_GE(before, 100u);
  const absl::Time start = absl::Now();
  subscription = bus_->Subscribe(seen.Work("one"));
  ASSERT_TRUE(seen.AwaitAll(200));
  EXPECT_LT(absl::Now() - start, absl::Seconds(3)) << "it was given back, not left to be missed";
  EXPECT_EQ(seen.ids().size(), 200u) << "what was handled was acknowledged";
}

// Not a test: what the process does that the next test kills.
TEST_F(NatsBusTest, DISABLED_TakesEventsAndHangs) {
  NatsOptions options;
  options.url = std::getenv("FORIUM_TEST_NATS");
  const std::unique_ptr<Bus> bus = *MakeNatsBus(options);
  const auto subscription = bus->Subscribe(
      {.name = "one", .streams = {"auth"}, .handler = [](std::string_view, const Event& event) {
         if (event.sequence() < 30) return absl::OkStatus();
         std::filesystem::create_directory(std::getenv("FORIUM_TEST_REACHED"));
         absl::SleepFor(absl::InfiniteDuration());
         return absl::OkStatus();
       }});
  absl::SleepFor(absl::InfiniteDuration());
}

TEST_F(NatsBusTest, EventsOfAProcessThatWasKilledGoToAnother) {
  Announce(1, 100);
  StartRelay();
  ASSERT_TRUE(relay_->Flush(kSoon));
  const std::string reached = server_->folder() + "/reached";
  const std::string url = "FORIUM_TEST_NATS=" + server_->url();
  const std::string mark = "FORIUM_TEST_REACHED=" + reached;
  const char* const arguments[] = {"/proc/self/exe", "--gtest_also_run_disabled_tests",
                                   "--gtest_filter=*DISABLED_TakesEventsAndHangs", nullptr};
  const char* const environment[] = {url.c_str(), mark.c_str(), nullptr};
  pid_t process = 0;
  ASSERT_EQ(posix_spawn(&process, "/proc/self/exe", nullptr, nullptr, const_cast<char**>(arguments),
                        const_cast<char**>(environment)),
            0);
  const absl::Time end = absl::Now() + kSoon;
  while (!std::filesystem::exists(reached) && absl::Now() < end)
    absl::SleepFor(absl::Milliseconds(10));
  kill(process, SIGKILL);
  waitpid(process, nullptr, 0);
  ASSERT_TRUE(std::filesystem::exists(reached));
  Seen seen;
  const absl::Time start = absl::Now();
  const auto subscription = bus_->Subscribe(seen.Work("one"));
  ASSERT_TRUE(seen.Await(71));
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
  const std::vector<int64_t> ids = seen.ids();
  for (const int64_t id : Numbers(30, 100)) EXPECT_THAT(ids, Contains(id));
  EXPECT_THAT(ids, ::testing::Each(Ge(30))) << "what it had handled does not come again";
}

TEST_F(NatsBusTest, TwoRelaysOnOneLogHaveTheEffectOfOne) {
  const std::unique_ptr<Bus> second_bus = NewBus();
  Seen seen;
  const auto subscription = bus_->Subscribe(seen.Work("one"));
  StartRelay();
  const Relay second_relay("default", "auth", *database_, *second_bus);
  for (int64_t id = 1; id <= 500; ++id) Announce(id, id);
  ASSERT_TRUE(seen.Await(500));
  ASSERT_TRUE(relay_->Flush(kSoon));
  Announce(501, 501);
  ASSERT_TRUE(seen.Await(501));
  EXPECT_EQ(seen.ids(), Numbers(1, 501));
}

TEST_F(NatsBusTest, TenantsHaveLogsOfTheirOwn) {
  const database::Migration migrations[] = {{1, "create_outbox", kOutboxSchema}};
  const auto other = *database::OpenSqlite({}, migrations);
  absl::Mutex mutex;
  std::multiset<std::string> tenants;
  const auto subscription = bus_->Subscribe(
      {.name = "one", .streams = {"auth"}, .handler = [&](std::string_view, const Event& event) {
         absl::MutexLock lock(&mutex);
         tenants.insert(event.tenant());
         return absl::OkStatus();
       }});
  StartRelay();
  const Relay relay("a.b *", "auth", *other, *bus_);
  Announce(1, 100);
  ASSERT_TRUE(
      other->Write([](database::Transaction& tx) { return Append(tx, "user:1", 1, UserEvent(1)); })
          .ok());
  const auto all = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex) { return tenants.size() == 101; };
  absl::MutexLock lock(&mutex);
  ASSERT_TRUE(mutex.AwaitWithTimeout(absl::Condition(&all), kSoon));
  EXPECT_EQ(tenants.count("default"), 100u);
  EXPECT_EQ(tenants.count("a.b *"), 1u);
}

TEST_F(NatsBusTest, TheTraceOfAChangeTravelsAlong) {
  absl::Notification heard;
  const auto subscription = bus_->Subscribe(
      {.name = "one", .streams = {"auth"}, .handler = [&](std::string_view, const Event& event) {
         EXPECT_EQ(event.traceparent(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
         EXPECT_EQ(event.aggregate(), "user:1");
         EXPECT_EQ(event.version(), 7);
         heard.Notify();
         return absl::OkStatus();
       }});
  StartRelay();
  Event event = UserEvent(1);
  event.set_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  ASSERT_TRUE(
      database_->Write([&](database::Transaction& tx) { return Append(tx, "user:1", 7, event); })
          .ok());
  EXPECT_TRUE(heard.WaitForNotificationWithTimeout(kSoon));
}

TEST_F(NatsBusTest, CachesHearWhatHappensFromNowOnInEachProcess) {
  StartRelay();
  Announce(1, 50);
  ASSERT_TRUE(relay_->Flush(kSoon));
  const std::unique_ptr<Bus> second_bus = NewBus();
  Seen one, two;
  const auto first = bus_->Subscribe(one.Cache("gateway"));
  const auto second = second_bus->Subscribe(two.Cache("gateway"));
  ASSERT_TRUE(one.AwaitNews({false, true}));
  ASSERT_TRUE(two.AwaitNews({false, true}));
  Announce(51, 60);
  ASSERT_TRUE(one.Await(10));
  ASSERT_TRUE(two.Await(10));
  EXPECT_EQ(one.ids(), Numbers(51, 60));
  EXPECT_EQ(two.ids(), Numbers(51, 60));
}

TEST_F(NatsBusTest, ACacheThatCannotHandleAnEventIsToldOfAGap) {
  StartRelay();
  Seen seen;
  Listener listener = seen.Cache("gateway");
  listener.handler = [](std::string_view, const Event&) -> absl::Status {
    throw std::runtime_error("no");
  };
  const auto subscription = bus_->Subscribe(std::move(listener));
  ASSERT_TRUE(seen.AwaitNews({false, true}));
  Announce(1, 1);
  EXPECT_TRUE(seen.AwaitNews({false, true, false, true}));
}

TEST(NatsOptionsTest, WhatCannotWorkIsSaid) {
  NatsOptions options;
  for (const char* const url : {"localhost:4222", "nats://", "nats://one:4222,two"}) {
    options.url = url;
    EXPECT_TRUE(absl::IsInvalidArgument(MakeNatsBus(options).status())) << url;
  }
  options.url = "nats://localhost:4222";
  options.authorities = "/nowhere/ca.pem";
  const absl::Status status = MakeNatsBus(options).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(status.message(), "nats_ca: there is no file /nowhere/ca.pem.");
}

}  // namespace
}  // namespace forium::events
