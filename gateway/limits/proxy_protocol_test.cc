// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/proxy_protocol.h"

#include <random>
#include <string>

#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

using State = ProxyHeader::State;

const std::string kSignature("\r\n\r\n\0\r\nQUIT\n", 12);

std::string Number(size_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string Second(int command, int family, const std::string& rest) {
  return kSignature + static_cast<char>(command) + static_cast<char>(family) +
         Number(rest.size(), 2) + rest;
}

const std::string kFour =
    std::string("\xC0\x00\x02\x01\x0A\x00\x00\x07", 8) + Number(51234, 2) + Number(443, 2);

// Independent of the parser's table: bit by bit.
uint32_t Crc32c(const std::string& bytes) {
  uint32_t value = ~0u;
  for (const char c : bytes) {
    value ^= static_cast<uint8_t>(c);
    for (int i = 0; i < 8; ++i) value = (value >> 1) ^ (0x82F63B78u & (0u - (value & 1)));
  }
  return ~value;
}

std::string WithChecksum(uint32_t flipped = 0) {
  const std::string noop = std::string("\x04\x00\x02", 3) + "xx";
  const std::string zeros = Second(
      0x21, 0x11, kFour + noop + std::string("\x03\x00\x04", 3) + std::string(4, '\0') + noop);
  const std::string sum = Number(Crc32c(zeros) ^ flipped, 4);
  return std::string(zeros).replace(16 + 12 + 5 + 3, 4, sum);
}

// Every beginning of a good header needs more, and what follows is not of it.
ProxyHeader Whole(const std::string& bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_EQ(ParseProxyHeader(bytes.substr(0, i)).state, State::kNeedMore) << i;
  }
  const ProxyHeader header = ParseProxyHeader(bytes + "GET / HTTP/1.1\r\n");
  EXPECT_EQ(header.state, State::kComplete) << header.mistake;
  EXPECT_EQ(header.length, bytes.size());
  return header;
}

TEST(ProxyProtocolTest, CheckOfRfc3720FitsOurs) {
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8A9136AAu);
}

TEST(ProxyProtocolTest, FirstVersionTellsBothEnds) {
  ProxyHeader header = Whole("PROXY TCP4 192.0.2.1 10.0.0.7 51234 443\r\n");
  EXPECT_FALSE(header.own_addresses);
  EXPECT_EQ(header.source.ToString(), "192.0.2.1");
  EXPECT_EQ(header.source_port, 51234);
  EXPECT_EQ(header.destination.ToString(), "10.0.0.7");
  EXPECT_EQ(header.destination_port, 443);
  header = Whole("PROXY TCP6 2001:db8::1 ::1 0 65535\r\n");
  EXPECT_EQ(header.source.ToString(), "2001:db8::1");
  EXPECT_EQ(header.destination_port, 65535);
  EXPECT_TRUE(Whole("PROXY UNKNOWN\r\n").own_addresses);
  EXPECT_TRUE(Whole("PROXY UNKNOWN ffff::1 whatever 1 2\r\n").own_addresses);
}

TEST(ProxyProtocolTest, FirstVersionIsStrict) {
  for (const std::string line :
       {"PROXY TCP4 192.0.2.1 10.0.0.7 51234\r\n", "PROXY TCP4 192.0.2.1 10.0.0.7 51234 443 \r\n",
        "PROXY  TCP4 192.0.2.1 10.0.0.7 51234 443\r\n", "PROXY TCP4 ::1 ::1 1 2\r\n",
        "PROXY TCP6 192.0.2.1 10.0.0.7 1 2\r\n", "PROXY TCP4 192.0.2.1 10.0.0.7 65536 443\r\n",
        "PROXY TCP4 192.0.2.1 10.0.0.7 -1 443\r\n", "PROXY TCP4 192.0.2.1 10.0.0.7 01 443\r\n",
        "PROXY TCP4 192.0.2.1 10.0.0.7 +1 443\r\n", "PROXY TCP4 192.0.02.1 10.0.0.7 1 443\r\n",
        "PROXY TCP4 192.0.2.1 10.0.0.7 1 443\n", "PROXY TCP4 192.0.2.1\r 10.0.0.7 1 443\r\n",
        "PROXY UDP4 192.0.2.1 10.0.0.7 1 443\r\n", "PROXY \r\n", "PROXY \n", "PROXY tcp4 \r\n",
        "proxy UNKNOWN\r\n", "GET / HTTP/1.1\r\n"}) {
    EXPECT_EQ(ParseProxyHeader(line).state, State::kMalformed) << line;
  }
}

TEST(ProxyProtocolTest, FirstVersionIsBounded) {
  const std::string longest = "PROXY UNKNOWN " + std::string(107 - 16, 'x') + "\r\n";
  ASSERT_EQ(longest.size(), 107u);
  Whole(longest);
  EXPECT_EQ(ParseProxyHeader("PROXY UNKNOWN " + std::string(93, 'x')).state, State::kMalformed);
}

TEST(ProxyProtocolTest, SecondVersionTellsBothEnds) {
  ProxyHeader header = Whole(Second(0x21, 0x11, kFour));
  EXPECT_FALSE(header.own_addresses);
  EXPECT_EQ(header.source.ToString(), "192.0.2.1");
  EXPECT_EQ(header.source_port, 51234);
  EXPECT_EQ(header.destination.ToString(), "10.0.0.7");
  EXPECT_EQ(header.destination_port, 443);
  const std::string six = std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16) +
                          std::string(15, '\0') + "\x01";
  header = Whole(Second(0x21, 0x21, six + Number(1, 2) + Number(65535, 2)));
  EXPECT_EQ(header.source.ToString(), "2001:db8::1");
  EXPECT_EQ(header.destination.ToString(), "::1");
  EXPECT_EQ(header.source_port, 1);
  EXPECT_EQ(header.destination_port, 65535);
}

TEST(ProxyProtocolTest, BalancerSpeaksForItself) {
  EXPECT_TRUE(Whole(Second(0x20, 0x00, "")).own_addresses);
  EXPECT_TRUE(Whole(Second(0x20, 0x11, kFour)).own_addresses);
  EXPECT_TRUE(Whole(Second(0x20, 0xFF, "anything")).own_addresses);
  EXPECT_TRUE(Whole(Second(0x21, 0x00, "anything")).own_addresses);
  EXPECT_TRUE(Whole(Second(0x21, 0x31, std::string(216, 'u'))).own_addresses);
}

TEST(ProxyProtocolTest, FieldsAreSkippedAndTheChecksumHolds) {
  Whole(Second(0x21, 0x11, kFour + std::string("\x20\x00\x05", 3) + "tls.."));
  Whole(WithChecksum());
  EXPECT_EQ(ParseProxyHeader(WithChecksum(1)).state, State::kMalformed);
  std::string changed = WithChecksum();
  changed[17] ^= 1;  // the client's address
  EXPECT_EQ(ParseProxyHeader(changed).state, State::kMalformed);
}

TEST(ProxyProtocolTest, SecondVersionIsStrict) {
  const std::string twice = std::string("\x03\x00\x04", 3) + std::string(4, '\0');
  for (const std::string& bytes :
       {Second(0x11, 0x11, kFour), Second(0x31, 0x11, kFour), Second(0x22, 0x11, kFour),
        Second(0x2F, 0x11, kFour), Second(0x21, 0x12, kFour), Second(0x21, 0x41, kFour),
        Second(0x21, 0x13, kFour), Second(0x21, 0x11, kFour.substr(1)), Second(0x21, 0x21, kFour),
        Second(0x21, 0x31, kFour), Second(0x21, 0x11, kFour + "x"),
        Second(0x21, 0x11, kFour + std::string("\x04\x00\x05xxxx", 7)),
        Second(0x21, 0x11, kFour + std::string("\x03\x00\x03xxx", 6)),
        Second(0x21, 0x11, kFour + twice + twice), Second(0x21, 0x11, std::string(4081, 'x'))}) {
    EXPECT_EQ(ParseProxyHeader(bytes).state, State::kMalformed);
  }
}

TEST(ProxyProtocolTest, LongHeadersAreRefusedBeforeTheyAreRead) {
  EXPECT_EQ(ParseProxyHeader(kSignature + "\x21\x11\xFF\xFF").state, State::kMalformed);
  EXPECT_EQ(ParseProxyHeader(kSignature + "\x41").state, State::kMalformed);
}

TEST(ProxyProtocolTest, AnyBytesGetAnAnswerWithinTheirBounds) {
  std::mt19937 random(11);
  const std::string seeds[] = {"PROXY TCP4 192.0.2.1 10.0.0.7 51234 443\r\n", WithChecksum(),
                               Second(0x21, 0x31, std::string(220, 'u'))};
  for (int i = 0; i < 200'000; ++i) {
    std::string bytes = seeds[i % 3];
    for (int j = random() % 4; j >= 0; --j)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes.resize(random() % (bytes.size() + 1));
    const ProxyHeader header = ParseProxyHeader(bytes);
    ASSERT_TRUE(header.state != State::kComplete || header.length <= bytes.size());
    ASSERT_EQ(header.state == State::kMalformed, !header.mistake.empty());
  }
}

}  // namespace
}  // namespace forium::gateway
