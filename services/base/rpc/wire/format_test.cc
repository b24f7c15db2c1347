// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/wire/format.h"

#include "gtest/gtest.h"
#include "proto/google/api/httpbody.pb.h"

namespace forium::rpc {
namespace {

TEST(FormatTest, AMessageIsPrefixedByItsLength) {
  google::api::HttpBody message;
  message.set_data(std::string(70'000, 'x'));
  const std::string framed = Framed(message);
  const Prefix prefix = ReadPrefix(framed);
  EXPECT_FALSE(prefix.compressed);
  EXPECT_EQ(prefix.length, framed.size() - kPrefixBytes);
  google::api::HttpBody read;
  ASSERT_TRUE(read.ParseFromString(framed.substr(kPrefixBytes)));
  EXPECT_EQ(read.data(), message.data());
  EXPECT_EQ(ReadPrefix(std::string("\1\0\0\1\2", 5)).length, 258U);
  EXPECT_TRUE(ReadPrefix(std::string("\1\0\0\1\2", 5)).compressed);
}

TEST(FormatTest, TimeoutsHaveAtMostEightDigitsAndNeverEndEarly) {
  for (const absl::Duration left :
       {absl::Nanoseconds(1), absl::Microseconds(17), absl::Milliseconds(300), absl::Seconds(20),
        absl::Seconds(99), absl::Hours(30), absl::Hours(24 * 365)}) {
    const std::string text = TimeoutText(left);
    EXPECT_LE(text.size(), 9U) << text;
    const auto read = ParseTimeout(text);
    ASSERT_TRUE(read.has_value()) << text;
    EXPECT_GE(*read, left) << text;
    EXPECT_LE(*read, left * 1.001 + absl::Microseconds(1)) << text;
  }
  EXPECT_GT(*ParseTimeout(TimeoutText(-absl::Seconds(3))), absl::ZeroDuration()) << "too late";
  EXPECT_GT(*ParseTimeout(TimeoutText(absl::InfiniteDuration())), absl::Hours(1'000'000));
}

TEST(FormatTest, TimeoutsOfOthersAreReadAndNonsenseIsNot) {
  EXPECT_EQ(ParseTimeout("15n"), absl::Nanoseconds(15));
  EXPECT_EQ(ParseTimeout("2M"), absl::Minutes(2));
  EXPECT_EQ(ParseTimeout("1H"), absl::Hours(1));
  for (const char* text : {"", "S", "5", "-1S", "1x", "1 S", "123456789S", "+1S", "1.5S"}) {
    EXPECT_FALSE(ParseTimeout(text).has_value()) << text;
  }
}

TEST(FormatTest, TextsOfAnyBytesPassAsVisibleAscii) {
  const std::string text("Jemand war schneller: 100 %\n\0\xff", 31);
  const std::string encoded = PercentEncoded(text);
  for (const char c : encoded) EXPECT_TRUE(c >= 0x20 && c <= 0x7E) << encoded;
  EXPECT_EQ(PercentDecoded(encoded), text);
  EXPECT_EQ(PercentEncoded("plain text"), "plain text");
  EXPECT_EQ(PercentDecoded("50 % of %zz and %4"), "50 % of %zz and %4") << "what is none stays";
}

TEST(FormatTest, BinaryFieldsPassWithAndWithoutPadding) {
  for (const std::string& bytes :
       {std::string(), std::string("\0\xff\x10", 3), std::string("ab")}) {
    EXPECT_EQ(ParseBinary(BinaryText(bytes)), bytes);
  }
  EXPECT_EQ(BinaryText("ab"), "YWI");
  EXPECT_EQ(ParseBinary("YWI="), "ab");
  EXPECT_FALSE(ParseBinary("!?").has_value());
  EXPECT_TRUE(IsBinary("forium-error-bin"));
  EXPECT_FALSE(IsBinary("-bin"));
}

}  // namespace
}  // namespace forium::rpc
