// SPDX-License-Identifier: Apache-2.0
#include "services/base/events/nats_dead.h"

#include <atomic>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/events/testing/nats_fixture.h"
#include "services/base/status/status.h"

namespace forium::events {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class NatsDeadTest : public NatsBusTest {
 protected:
  // Handles all events but some, which fail until they are allowed.
  Listener Failing(std::string name, absl::Status failure) {
    return {.name = std::move(name),
            .streams = {"auth"},
            .handler = [this, failure, record = seen_.Recorder()](std::string_view stream,
                                                                  const Event& event) {
              if (event.sequence() == 3 && !allowed_) {
                ++failures_;
                return failure;
              }
              return record(stream, event);
            }};
  }
  std::vector<DeadLetter> AwaitLetters(size_t count) {
    DeadLetters letters = DeadLetters::Open(Options()).value();
    const absl::Time end = absl::Now() + kSoon;
    while (true) {
      std::vector<DeadLetter> list = letters.List("").value();
      if (list.size() == count || absl::Now() > end) return list;
      absl::SleepFor(absl::Milliseconds(20));
    }
  }

  Seen seen_;
  std::atomic<bool> allowed_ = false;
  std::atomic<int> failures_ = 0;
};

TEST_F(NatsDeadTest, AnEventThatKeepsFailingBecomesADeadLetterAndMayComeBack) {
  Seen other;
  const auto subscription = bus_->Subscribe(Failing("one", status::Internal("the row is\nbroken")));
  const auto other_subscription = bus_->Subscribe(other.Work("other"));
  StartRelay();
  Announce(1, 5);
  ASSERT_TRUE(seen_.Await(4)) << "the others do not wait for it";
  std::vector<DeadLetter> letters = AwaitLetters(1);
  ASSERT_THAT(letters, SizeIs(1));
  EXPECT_EQ(failures_, 3);
  EXPECT_EQ(letters[0].listener, "one");
  EXPECT_EQ(letters[0].service, "auth");
  EXPECT_EQ(letters[0].cause, "the row is broken");
  EXPECT_EQ(letters[0].deliveries, "3");
  EXPECT_EQ(letters[0].event.sequence(), 3);
  EXPECT_EQ(letters[0].event.tenant(), "default");
  ASSERT_TRUE(other.Await(5));

  DeadLetters dead = DeadLetters::Open(Options()).value();
  EXPECT_THAT(dead.List("other").value(), IsEmpty());
  // Not repaired yet: it comes to rest there again.
  ASSERT_TRUE(dead.Replay(letters[0].number).ok());
  letters = AwaitLetters(1);
  ASSERT_THAT(letters, SizeIs(1));
  const absl::Time end = absl::Now() + kSoon;
  while (failures_ < 6 && absl::Now() < end) absl::SleepFor(absl::Milliseconds(5));
  EXPECT_EQ(failures_, 6);
  letters = AwaitLetters(1);
  ASSERT_THAT(letters, SizeIs(1));

  allowed_ = true;
  ASSERT_TRUE(dead.Replay(letters[0].number).ok());
  ASSERT_TRUE(seen_.Await(5));
  EXPECT_THAT(seen_.ids(), ElementsAre(1, 2, 4, 5, 3));
  EXPECT_THAT(dead.List("").value(), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(dead.Replay(letters[0].number)));
  EXPECT_EQ(other.ids(), Numbers(1, 5)) << "only who could not handle it gets it again";
}

TEST_F(NatsDeadTest, ADeadLetterIsReplayedToAListenerThatIsAway) {
  auto subscription = bus_->Subscribe(Failing("one", absl::InternalError("broken")));
  StartRelay();
  Announce(1, 5);
  const std::vector<DeadLetter> letters = AwaitLetters(1);
  ASSERT_THAT(letters, SizeIs(1));
  subscription.reset();
  DeadLetters dead = DeadLetters::Open(Options()).value();
  ASSERT_TRUE(dead.Replay(letters[0].number).ok());
  allowed_ = true;
  subscription = bus_->Subscribe(Failing("one", absl::OkStatus()));
  ASSERT_TRUE(seen_.AwaitAll(5));
}

TEST_F(NatsDeadTest, ADroppedOneIsGone) {
  const auto subscription = bus_->Subscribe(Failing("one", absl::NotFoundError("no such tenant")));
  StartRelay();
  Announce(1, 5);
  const std::vector<DeadLetter> letters = AwaitLetters(1);
  ASSERT_THAT(letters, SizeIs(1));
  DeadLetters dead = DeadLetters::Open(Options()).value();
  EXPECT_TRUE(dead.Drop(letters[0].number).ok());
  EXPECT_TRUE(absl::IsNotFound(dead.Drop(letters[0].number)));
  EXPECT_THAT(dead.List("").value(), IsEmpty());
}

TEST_F(NatsDeadTest, WhileSurroundingsFailTheEventsWait) {
  const auto subscription = bus_->Subscribe(Failing("one", absl::UnavailableError("no database")));
  StartRelay();
  Announce(1, 5);
  const absl::Time end = absl::Now() + kSoon;
  // Longer than the server waits for an acknowledgement, and more often than an event may fail.
  const absl::Time later = absl::Now() + absl::Seconds(7);
  while ((failures_ < 6 || absl::Now() < later) && absl::Now() < end)
    absl::SleepFor(absl::Milliseconds(20));
  EXPECT_GE(failures_, 6);
  EXPECT_THAT(seen_.ids(), ElementsAre(1, 2));
  allowed_ = true;
  ASSERT_TRUE(seen_.Await(5));
  EXPECT_THAT(seen_.ids(), ElementsAre(1, 2, 3, 4, 5)) << "in order, and each once";
  EXPECT_THAT(AwaitLetters(0), IsEmpty());
}

}  // namespace
}  // namespace forium::events
