// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/dead_letters.h"

#include <atomic>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/allinone/console_lines.h"
#include "services/base/events/testing/nats_fixture.h"

namespace forium::allinone {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class DeadLettersCommandTest : public events::NatsBusTest {
 protected:
  std::vector<std::string> Dead(const std::string& verb, const std::string& more = "") {
    const std::string url = server_->url();
    std::vector<const char*> words = {"events", "dead", verb.c_str(), "--nats-url", url.c_str()};
    if (!more.empty()) words.push_back(more.c_str());
    Lines lines;
    status_ = EventsCommand(static_cast<int>(words.size()), words.data(), lines);
    return lines.lines;
  }

  absl::Status status_;
};

TEST_F(DeadLettersCommandTest, ListsReplaysAndDrops) {
  EXPECT_THAT(Dead("list"), ElementsAre("There are no dead letters."));
  std::atomic<bool> repaired = false;
  events::Seen seen;
  const auto subscription =
      bus_->Subscribe({.name = "forum",
                       .streams = {"auth"},
                       .handler = [&, record = seen.Recorder()](std::string_view stream,
                                                                const events::Event& event) {
                         return repaired ? record(stream, event) : absl::InternalError("broken");
                       }});
  StartRelay();
  Announce(1, 2);
  const absl::Time end = absl::Now() + events::kSoon;
  while (Dead("list").size() < 2 && absl::Now() < end) absl::SleepFor(absl::Milliseconds(20));
  const std::vector<std::string> list = Dead("list");
  ASSERT_THAT(list, SizeIs(2));
  EXPECT_THAT(list[0], AllOf(HasSubstr("listener forum"), HasSubstr("of default"),
                             HasSubstr("tried 3 times: broken")));
  EXPECT_THAT(Dead("drop", list[0].substr(0, list[0].find(' '))), SizeIs(1));
  EXPECT_TRUE(status_.ok()) << status_;
  repaired = true;
  EXPECT_THAT(Dead("replay", "--all"), SizeIs(1));
  ASSERT_TRUE(seen.Await(1));
  EXPECT_THAT(Dead("list"), ElementsAre("There are no dead letters."));
}

TEST_F(DeadLettersCommandTest, SaysWhatIsWrong) {
  Dead("bury");
  EXPECT_TRUE(absl::IsInvalidArgument(status_));
  Dead("replay");
  EXPECT_TRUE(absl::IsInvalidArgument(status_)) << "all of them has to be said";
  Dead("drop", "x7");
  EXPECT_THAT(status_.message(), HasSubstr("x7 is not the number"));
  Dead("drop", "7");
  EXPECT_TRUE(absl::IsNotFound(status_));
  server_->Stop();
  Dead("list");
  EXPECT_TRUE(absl::IsUnavailable(status_));
}

}  // namespace
}  // namespace forium::allinone
