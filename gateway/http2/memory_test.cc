// SPDX-License-Identifier: Apache-2.0
// Damaged conversations end: nothing hangs, nothing is touched that is not there.
#include <gtest/gtest.h>

#include <random>

#include "gateway/http2/frame_client.h"
#include "gateway/http2/memory_transport.h"

namespace forium::gateway {
namespace {

std::string Conversation() {
  const auto ask = [](uint32_t stream, std::string method, std::string path, bool ends) {
    FieldList fields = FrameClient::Get(std::move(path));
    fields[0].second = std::move(method);
    if (fields[0].second == "CONNECT") fields.insert(fields.begin(), {":protocol", "echo"});
    const int flags = NGHTTP2_FLAG_END_HEADERS | (ends ? NGHTTP2_FLAG_END_STREAM : 0);
    return FrameClient::Bytes({.type = NGHTTP2_HEADERS,
                               .flags = static_cast<uint8_t>(flags),
                               .stream = stream,
                               .payload = FrameClient::Block(fields)});
  };
  return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
         FrameClient::Bytes({.type = NGHTTP2_SETTINGS,
                             .payload = std::string("\0\x04\0\0\0\x05\0\x05\0\1\0\0", 12)}) +
         ask(1, "GET", "/quick", true) + ask(3, "POST", "/a", false) +
         FrameClient::Bytes({.type = NGHTTP2_DATA, .stream = 3, .payload = "hello"}) +
         ask(5, "GET", "/stream", true) + ask(7, "CONNECT", "/c", false) +
         FrameClient::Bytes({.type = NGHTTP2_DATA, .stream = 7, .payload = "echo"}) +
         FrameClient::Bytes({.type = NGHTTP2_WINDOW_UPDATE,
                             .stream = 5,
                             .payload = std::string("\0\0\x10\0", 4)}) +
         FrameClient::Bytes(
             {.type = NGHTTP2_RST_STREAM, .stream = 7, .payload = std::string("\0\0\0\x08", 4)}) +
         FrameClient::Bytes({.type = NGHTTP2_DATA, .flags = NGHTTP2_FLAG_END_STREAM, .stream = 3}) +
         FrameClient::Bytes({.type = NGHTTP2_PING, .payload = "livetest"});
}

TEST(MemoryTransportTest, ConversationIsAnsweredHoweverItIsCut) {
  for (const size_t piece : {1u, 7u, 16384u}) {
    const std::string output = AnswerTo(Conversation(), piece);
    EXPECT_NE(output.find("quick"), std::string::npos);
    EXPECT_NE(output.find("livetest"), std::string::npos);
  }
}

TEST(MemoryTransportTest, ClientMayLeaveAnywhere) {
  const std::string whole = Conversation();
  for (size_t size = 0; size <= whole.size(); ++size) {
    AnswerTo(std::string_view(whole).substr(0, size), 16384);
  }
}

TEST(MemoryTransportTest, DamageEndsInOrder) {
  const std::string whole = Conversation();
  std::mt19937 random(9113);  // the same damage each time
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = whole;
    for (uint32_t wounds = random() % 4 + 1; wounds > 0; --wounds) {
      damaged[24 + random() % (damaged.size() - 24)] = static_cast<char>(random());
    }
    AnswerTo(damaged, round % 2 == 0 ? 16384 : 100);
  }
}

}  // namespace
}  // namespace forium::gateway
