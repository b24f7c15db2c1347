// SPDX-License-Identifier: Apache-2.0
// The bus while its server stops, dies, stands still, or forgets: nothing is missed.
#include <filesystem>
#include <set>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/events/store.h"
#include "services/base/events/testing/nats_fixture.h"
#include "services/base/observe/metrics.h"

namespace forium::events {
namespace {

size_t Distinct(const std::vector<int64_t>& ids) {
  return std::set<int64_t>(ids.begin(), ids.end()).size();
}

// The bound for everything to work again once the cause is gone.
constexpr absl::Duration kRecovery = absl::Seconds(5);

double OutboxAge() {
  return observe::Gauge("forium_events_outbox_age_seconds",
                        "Age of the oldest event that the bus does not have yet.",
                        {{"stream", "auth"}})
      .Value();
}

class NatsFaultsTest : public NatsBusTest {
 protected:
  void SetUp() override {
    NatsBusTest::SetUp();
    if (IsSkipped()) return;
    subscription_ = bus_->Subscribe(seen_.Work("one"));
    StartRelay();
    Announce(1, 100);
    ASSERT_TRUE(seen_.AwaitAll(100));
  }
  void TearDown() override {
    subscription_.reset();
    NatsBusTest::TearDown();
  }
  bool AwaitTrouble() {
    const absl::Time end = absl::Now() + kSoon;
    while (bus_->Trouble().empty() && absl::Now() < end) absl::SleepFor(absl::Milliseconds(5));
    return !bus_->Trouble().empty();
  }

  Seen seen_;
  std::unique_ptr<Subscription> subscription_;
};

TEST_F(NatsFaultsTest, WritesGoOnWhileTheServerIsAwayAndArriveLater) {
  server_->Stop();
  ASSERT_TRUE(AwaitTrouble());
  Announce(101, 300);
  Event event;
  event.set_tenant("default");
  event.set_sequence(301);
  EXPECT_TRUE(absl::IsUnavailable(bus_->Publish("auth", std::span(&event, 1))));
  const absl::Time end = absl::Now() + kSoon;
  while (OutboxAge() < 0.2 && absl::Now() < end) absl::SleepFor(absl::Milliseconds(20));
  EXPECT_GE(OutboxAge(), 0.2);
  server_->Start();
  const absl::Time start = absl::Now();
  ASSERT_TRUE(seen_.AwaitAll(300));
  EXPECT_LT(absl::Now() - start, kRecovery);
  EXPECT_EQ(seen_.ids(), Numbers(1, 300));
  ASSERT_TRUE(relay_->Flush(kSoon));
  EXPECT_EQ(bus_->Trouble(), "");
  EXPECT_EQ(OutboxAge(), 0);
}

TEST_F(NatsFaultsTest, AServerThatIsKilledAgainAndAgainLosesNothing) {
  int64_t last = 100;
  for (int round = 0; round < 5; ++round) {
    Announce(last + 1, last + 300);
    last += 300;
    server_->Kill();
    Announce(last + 1, last + 50);
    last += 50;
    server_->Start();
    const absl::Time start = absl::Now();
    ASSERT_TRUE(seen_.AwaitAll(last)) << "round " << round;
    EXPECT_LT(absl::Now() - start, kRecovery + absl::Seconds(5)) << "what was held comes again";
  }
}

TEST_F(NatsFaultsTest, AServerThatForgotEverythingGetsTheLogAgain) {
  server_->Stop();
  server_->Wipe();
  seen_.Clear();
  server_->Start();
  // Nobody writes, and the processes go on.
  ASSERT_TRUE(seen_.AwaitAll(100));
  EXPECT_EQ(seen_.ids(), Numbers(1, 100));
  Announce(101, 110);
  ASSERT_TRUE(seen_.AwaitAll(110));
}

TEST_F(NatsFaultsTest, AServerThatForgotEverythingMeetsNewProcesses) {
  relay_.reset();
  subscription_.reset();
  bus_.reset();
  server_->Stop();
  server_->Wipe();
  Announce(101, 120);
  server_->Start();
  bus_ = NewBus();
  StartRelay();
  Seen later;
  subscription_ = bus_->Subscribe(later.Work("one"));
  ASSERT_TRUE(later.AwaitAll(120));
  EXPECT_EQ(later.ids(), Numbers(1, 120));
}

TEST_F(NatsFaultsTest, AServerThatForgotTheLastHourGetsItAgain) {
  const std::string stream = server_->folder() + "/store/jetstream/$G/streams/FORIUM_AUTH/msgs";
  const std::string earlier = server_->folder() + "/earlier";
  server_->Stop();
  ASSERT_TRUE(std::filesystem::exists(stream));
  std::filesystem::copy(stream, earlier, std::filesystem::copy_options::recursive);
  server_->Start();
  Announce(101, 200);
  ASSERT_TRUE(seen_.AwaitAll(200));
  server_->Stop();
  // The messages are those of before; what the server knows of the consumer is not.
  std::filesystem::remove_all(stream);
  std::filesystem::rename(earlier, stream);
  seen_.Clear();
  server_->Start();
  Announce(201, 210);
  const absl::Time end = absl::Now() + kSoon;
  while (absl::Now() < end && Distinct(seen_.ids()) < 110) absl::SleepFor(absl::Milliseconds(20));
  const std::vector<int64_t> ids = seen_.ids();
  for (const int64_t id : Numbers(101, 210)) EXPECT_THAT(ids, ::testing::Contains(id));
}

TEST_F(NatsFaultsTest, CachesAreToldWhenAServiceIsSilent) {
  NatsOptions options = Options();
  options.silent_after = absl::Seconds(2);
  const std::unique_ptr<Bus> gateway = *MakeNatsBus(options);
  subscription_.reset();
  relay_.reset();
  bus_ = *MakeNatsBus(options);
  StartRelay();
  Seen cache;
  const auto caching = gateway->Subscribe(cache.Cache("gateway"));
  ASSERT_TRUE(cache.AwaitNews({false, true}));
  absl::SleepFor(absl::Seconds(4));
  EXPECT_TRUE(cache.AwaitNews({false, true})) << "the relay has nothing to say, but it is there";
  relay_.reset();
  ASSERT_TRUE(cache.AwaitNews({false, true, false}));
  StartRelay();
  ASSERT_TRUE(cache.AwaitNews({false, true, false, true}));
}

TEST_F(NatsFaultsTest, TwoRelaysTellAForgetfulServerEverything) {
  const std::unique_ptr<Bus> second_bus = NewBus();
  const Relay second_relay("default", "auth", *database_, *second_bus);
  server_->Kill();
  server_->Wipe();
  Announce(101, 150);
  seen_.Clear();
  server_->Start();
  ASSERT_TRUE(seen_.AwaitAll(150));
  EXPECT_EQ(seen_.ids(), Numbers(1, 150));
}

TEST_F(NatsFaultsTest, AServerThatStandsStillIsNoticed) {
  Seen cache;
  const auto caching = bus_->Subscribe(cache.Cache("gateway"));
  ASSERT_TRUE(cache.AwaitNews({false, true}));
  server_->Pause();
  const absl::Time paused = absl::Now();
  Announce(101, 200);
  ASSERT_TRUE(cache.AwaitNews({false, true, false}));
  EXPECT_LT(absl::Now() - paused, absl::Seconds(5));
  EXPECT_TRUE(AwaitTrouble());
  absl::SleepFor(paused + absl::Seconds(5) - absl::Now());
  server_->Resume();
  const absl::Time start = absl::Now();
  ASSERT_TRUE(seen_.AwaitAll(200));
  ASSERT_TRUE(cache.AwaitNews({false, true, false, true}));
  EXPECT_LT(absl::Now() - start, kRecovery);
}

TEST_F(NatsFaultsTest, CachesAreToldOfAGap) {
  Seen cache;
  const auto caching = bus_->Subscribe(cache.Cache("gateway"));
  ASSERT_TRUE(cache.AwaitNews({false, true}));
  server_->Kill();
  ASSERT_TRUE(cache.AwaitNews({false, true, false}));
  server_->Start();
  ASSERT_TRUE(cache.AwaitNews({false, true, false, true}));
  Announce(101, 105);
  ASSERT_TRUE(cache.Await(5));
}

TEST_F(NatsFaultsTest, ProcessesStartBeforeTheServer) {
  server_->Stop();
  subscription_.reset();
  relay_.reset();
  bus_ = NewBus();
  Seen early, cache;
  subscription_ = bus_->Subscribe(early.Work("early"));
  auto caching = bus_->Subscribe(cache.Cache("gateway"));
  StartRelay();
  ASSERT_TRUE(cache.AwaitNews({false}));
  EXPECT_NE(bus_->Trouble(), "");
  server_->Start();
  ASSERT_TRUE(early.AwaitAll(100));
  ASSERT_TRUE(cache.AwaitNews({false, true}));
  caching.reset();
}

TEST_F(NatsFaultsTest, AProcessEndsWhileTheServerIsAway) {
  server_->Kill();
  Announce(101, 110);
  ASSERT_TRUE(AwaitTrouble());
  const absl::Time start = absl::Now();
  EXPECT_FALSE(relay_->Flush(absl::Seconds(30)));
  subscription_.reset();
  relay_.reset();
  bus_.reset();
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
}

}  // namespace
}  // namespace forium::events
