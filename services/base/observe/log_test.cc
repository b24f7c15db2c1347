// SPDX-License-Identifier: Apache-2.0
#include "services/base/observe/log.h"

#include <cmath>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "services/base/observe/log_line.h"

namespace forium::observe {
namespace {

const absl::Time kTime = absl::FromUnixMicros(1'700'000'000'000'042);

TEST(LogTest, LineIsAJsonObjectWithMicroseconds) {
  EXPECT_EQ(LogLine(kTime, Level::kError, "call failed",
                    {{"method", "Get"}, {"statements", 4}, {"seconds", 0.25}}),
            "{\"time\":\"2023-11-14T22:13:20.000042Z\",\"level\":\"error\",\"message\":\"call "
            "failed\",\"method\":\"Get\",\"statements\":4,\"seconds\":0.25}\n");
}

TEST(LogTest, HostileTextStaysOneValidLine) {
  const std::string hostile("a\"b\\c\nd\te\0f\x7F", 11);
  EXPECT_EQ(LogLine(kTime, Level::kInfo, "x", {{"k", hostile}}),
            "{\"time\":\"2023-11-14T22:13:20.000042Z\",\"level\":\"info\",\"message\":\"x\",\"k\":"
            "\"a\\\"b\\\\c\\nd\\u0009e\\u0000f\"}\n");
}

TEST(LogTest, Utf8StaysAndOtherBytesBecomeTheReplacementCharacter) {
  const auto value = [](const std::string& text) {
    const std::string line = LogLine(kTime, Level::kInfo, "x", {{"k", text}});
    const size_t start = line.find("\"k\":\"") + 5;
    return line.substr(start, line.size() - start - 3);
  };
  EXPECT_EQ(value("ü€😀"), "ü€😀");
  EXPECT_EQ(value("\xff"), "\\ufffd");
  EXPECT_EQ(value("a\xC3"), "a\\ufffd") << "cut short";
  EXPECT_EQ(value("\xC0\xAF"), "\\ufffd\\ufffd") << "overlong";
  EXPECT_EQ(value("\xED\xA0\x80"), "\\ufffd\\ufffd\\ufffd") << "a surrogate";
  EXPECT_EQ(value("\xF4\x90\x80\x80"), "\\ufffd\\ufffd\\ufffd\\ufffd") << "past the end";
}

TEST(LogTest, NumbersThatJsonLacksAreNull) {
  EXPECT_NE(LogLine(kTime, Level::kInfo, "x", {{"k", std::nan("")}}).find("\"k\":null}"),
            std::string::npos);
}

TEST(LogTest, LinesBelowTheLevelAreDropped) {
  ::testing::internal::CaptureStderr();
  Log(Level::kDebug, "dropped");
  Log(Level::kInfo, "kept");
  SetLevel(Level::kWarning);
  Log(Level::kInfo, "dropped");
  SetLevel(Level::kInfo);
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.find("dropped"), std::string::npos);
  EXPECT_NE(text.find("kept"), std::string::npos);
}

TEST(LogTest, LinesOfManyThreadsDoNotMix) {
  ::testing::internal::CaptureStderr();
  std::vector<std::thread> threads;
  const std::string filler(3000, 'x');
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int line = 0; line < 100; ++line) Log(Level::kInfo, "line", {{"filler", filler}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string text = ::testing::internal::GetCapturedStderr();
  int lines = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    ++lines;
    ASSERT_EQ(line.substr(0, 9), "{\"time\":\"");
    ASSERT_EQ(line.substr(line.size() - 3), "x\"}");
  }
  EXPECT_EQ(lines, 800);
}

}  // namespace
}  // namespace forium::observe
