// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "gateway/websocket/deflate.h"
#include "gateway/websocket/frame_parser.h"
#include "gateway/websocket/frame_writer.h"

namespace forium::gateway {
namespace {

using Kind = FrameParser::Event::Kind;

std::string Hex(std::string_view digits) {
  std::string bytes;
  std::string pair;
  for (const char c : digits) {
    if (c == ' ') continue;
    pair += c;
    if (pair.size() < 2) continue;
    bytes += static_cast<char>(std::stoi(pair, nullptr, 16));
    pair.clear();
  }
  return bytes;
}

// A client's frame: `first` is its first byte.
std::string Masked(int first, std::string_view payload) {
  constexpr unsigned char kMask[] = {0x37, 0xFA, 0x21, 0x3D};
  std::string frame(1, static_cast<char>(first));
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80 | payload.size());
  } else if (payload.size() < 65536) {
    frame += static_cast<char>(0x80 | 126);
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size());
  } else {
    frame += static_cast<char>(0x80 | 127);
    for (int i = 7; i >= 0; --i) frame += static_cast<char>(payload.size() >> (8 * i));
  }
  for (const unsigned char byte : kMask) frame += static_cast<char>(byte);
  for (size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ kMask[i % 4]);
  return frame;
}

// What the parser makes of it, in words: `text:Hello ping: close:1000 error:1002`.
std::string Parse(std::string_view bytes, size_t piece, FrameParser::Options options = {}) {
  FrameParser parser(options);
  std::string told;
  const auto tell = [&told](std::string_view word) {
    if (!told.empty()) told += ' ';
    told += word;
  };
  for (size_t i = 0; i < bytes.size(); i += piece) {
    std::string_view now = bytes.substr(i, piece);
    while (!now.empty()) {
      const FrameParser::Event event = parser.Next(now);
      const std::string payload(event.payload);
      switch (event.kind) {
        case Kind::kNone:
          break;
        case Kind::kMessage:
          tell((event.text ? "text:" : "binary:") +
               (payload.size() > 40 ? std::to_string(payload.size()) + "bytes" : payload));
          break;
        case Kind::kPing:
          tell("ping:" + payload);
          break;
        case Kind::kPong:
          tell("pong:" + payload);
          break;
        case Kind::kClose:
          tell("close:" + std::to_string(static_cast<int>(event.code)) + payload);
          return told;
        case Kind::kError:
          tell("error:" + std::to_string(static_cast<int>(event.code)));
          return told;
      }
    }
  }
  return told;
}

struct Case {
  const char* name;
  std::string bytes;
  std::string told;
  bool deflate = false;
};

std::string Deflated(std::string_view text) { return Masked(0xC1, DeflateMessage(text)); }

std::vector<Case> Cases() {
  const std::string euro = "\xE2\x82\xAC";
  std::vector<Case> cases = {
      // RFC 6455, 5.7
      {"hello", Hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"), "text:Hello"},
      {"fragments", Masked(0x01, "Hel") + Masked(0x80, "lo"), "text:Hello"},
      {"ping", Masked(0x89, "Hello"), "ping:Hello"},
      {"pong nobody asked for", Masked(0x8A, ""), "pong:"},
      {"binary, two length bytes", Masked(0x82, std::string(256, 'x')), "binary:256bytes"},
      {"nothing in it", Masked(0x81, ""), "text:"},
      {"125", Masked(0x81, std::string(125, 'a')), "text:125bytes"},
      {"126", Masked(0x81, std::string(126, 'a')), "text:126bytes"},
      {"as much as may be", Masked(0x82, std::string(16384, 'a')), "binary:16384bytes"},
      {"one more", Masked(0x82, std::string(16385, 'a')), "error:1009"},
      {"fragments that sum up to more",
       Masked(0x02, std::string(16000, 'a')) + Masked(0x80, std::string(385, 'a')), "error:1009"},
      {"65536", Masked(0x82, std::string(65536, 'a')), "error:1009"},
      {"two at once", Masked(0x81, "a") + Masked(0x81, "b"), "text:a text:b"},
      {"control between fragments",
       Masked(0x01, "a") + Masked(0x89, "p") + Masked(0x00, "b") + Masked(0x8A, "q") +
           Masked(0x80, "c"),
       "ping:p pong:q text:abc"},
      {"empty fragments", Masked(0x01, "") + Masked(0x00, "") + Masked(0x80, ""), "text:"},
      // RFC 6455, 5.1 to 5.5
      {"not masked", Hex("81 05 48 65 6c 6c 6f"), "error:1002"},
      {"reserved bit 1", Masked(0xC1, "a"), "error:1002"},
      {"reserved bit 2", Masked(0xA1, "a"), "error:1002"},
      {"reserved bit 3", Masked(0x91, "a"), "error:1002"},
      {"unknown opcode 3", Masked(0x83, "a"), "error:1002"},
      {"unknown control opcode 11", Masked(0x8B, "a"), "error:1002"},
      {"ping of 125", Masked(0x89, std::string(125, 'p')), "ping:" + std::string(125, 'p')},
      {"ping of 126", Masked(0x89, std::string(126, 'p')), "error:1002"},
      {"ping in fragments", Masked(0x09, "a"), "error:1002"},
      {"continues nothing", Masked(0x80, "a"), "error:1002"},
      {"begins again within", Masked(0x01, "a") + Masked(0x81, "b"), "error:1002"},
      {"long form of a short length", Hex("81 fe 00 05 00 00 00 00") + "Hello", "error:1002"},
      {"longer form of a long length", Hex("82 ff 00 00 00 00 00 00 ff ff 00 00 00 00"),
       "error:1002"},
      {"length with its first bit", Hex("82 ff 80 00 00 00 00 01 00 00 00 00 00 00"), "error:1002"},
      // Close
      {"close", Masked(0x88, ""), "close:1005"},
      {"close with a code", Masked(0x88, Hex("03 e8")), "close:1000"},
      {"close with a reason", Masked(0x88, Hex("03 e8") + "bye"), "close:1000bye"},
      {"close with a code of one's own", Masked(0x88, Hex("0f a0")), "close:4000"},
      {"nothing after close", Masked(0x88, Hex("03 e8")) + Masked(0x81, "a"), "close:1000"},
      {"close of one byte", Masked(0x88, "x"), "error:1002"},
      {"close 999", Masked(0x88, Hex("03 e7")), "error:1002"},
      {"close 1004", Masked(0x88, Hex("03 ec")), "error:1002"},
      {"close 1005", Masked(0x88, Hex("03 ed")), "error:1002"},
      {"close 1006", Masked(0x88, Hex("03 ee")), "error:1002"},
      {"close 1015", Masked(0x88, Hex("03 f7")), "error:1002"},
      {"close 2999", Masked(0x88, Hex("0b b7")), "error:1002"},
      {"close 5000", Masked(0x88, Hex("13 88")), "error:1002"},
      {"close with a reason that is no text", Masked(0x88, Hex("03 e8 ff")), "error:1007"},
      {"close with half a character", Masked(0x88, Hex("03 e8 e2 82")), "error:1007"},
      // UTF-8
      {"a character in fragments", Masked(0x01, euro.substr(0, 1)) + Masked(0x80, euro.substr(1)),
       "text:" + euro},
      {"half a character", Masked(0x81, euro.substr(0, 2)), "error:1007"},
      {"overlong slash", Masked(0x81, Hex("c0 af")), "error:1007"},
      {"overlong in three", Masked(0x81, Hex("e0 80 af")), "error:1007"},
      {"surrogate", Masked(0x81, Hex("ed a0 80")), "error:1007"},
      {"the last code point", Masked(0x81, Hex("f4 8f bf bf")), "text:" + Hex("f4 8f bf bf")},
      {"past the last", Masked(0x81, Hex("f4 90 80 80")), "error:1007"},
      {"a byte that never is", Masked(0x81, Hex("fe")), "error:1007"},
      {"a lone continuation", Masked(0x81, Hex("80")), "error:1007"},
      {"told before the message ends", Masked(0x01, Hex("ff")), "error:1007"},
      {"binary may be anything", Masked(0x82, Hex("ff")), "binary:\xFF"},
      // RFC 7692, 7.2.3
      {"deflated hello", Masked(0xC1, Hex("f2 48 cd c9 c9 07 00")), "text:Hello", true},
      {"deflated in fragments", Masked(0x41, Hex("f2 48 cd")) + Masked(0x80, Hex("c9 c9 07 00")),
       "text:Hello", true},
      {"a block without compression", Masked(0xC1, Hex("00 05 00 fa ff 48 65 6c 6c 6f 00")),
       "text:Hello", true},
      {"a block that ends the stream", Masked(0xC1, Hex("f3 48 cd c9 c9 07 00 00")), "text:Hello",
       true},
      {"two blocks", Masked(0xC1, Hex("f2 48 05 00 00 00 ff ff ca c9 c9 07 00")), "text:Hello",
       true},
      {"an empty one", Masked(0xC1, Hex("00")), "text:", true},
      {"plain where deflated is allowed", Masked(0x81, "a"), "text:a", true},
      {"continuation says deflated", Masked(0x01, "a") + Masked(0xC0, "b"), "error:1002", true},
      {"control says deflated", Masked(0xC9, "a"), "error:1002", true},
      {"no deflate at all", Masked(0xC1, Hex("07 ff ff")), "error:1007", true},
      {"bomb", Deflated(std::string(200000, 'a')), "error:1009", true},
      {"as much as may be, deflated", Deflated(std::string(16384, 'a')), "text:16384bytes", true},
      {"deflated text that is none", Masked(0xC1, DeflateMessage(Hex("ff fe"))), "error:1007",
       true},
  };
  return cases;
}

TEST(FrameParserTest, ReadsWhatTheRfcsSayWhateverThePiecesAre) {
  for (const Case& example : Cases()) {
    for (const size_t piece : {1, 2, 3, 7, 256, 100000}) {
      EXPECT_EQ(Parse(example.bytes, piece, {.deflate = example.deflate}), example.told)
          << example.name << ", in pieces of " << piece;
    }
  }
}

TEST(FrameParserTest, TellsAMessageThatIsTooLargeBeforeItsPayloadComes) {
  FrameParser parser({});
  const std::string frame = Masked(0x82, std::string(20000, 'a'));
  std::string_view header = std::string_view(frame).substr(0, 8);
  const FrameParser::Event event = parser.Next(header);
  EXPECT_EQ(event.kind, Kind::kError);
  EXPECT_EQ(event.code, CloseCode::kTooLarge);
}

TEST(FrameParserTest, SurvivesNoise) {
  std::mt19937 random(6455);
  for (int round = 0; round < 20000; ++round) {
    std::string noise(random() % 40, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    if (noise.size() > 1 && random() % 2 == 0) {
      noise[0] = static_cast<char>(0x81);
      noise[1] = static_cast<char>(0x80 | (noise[1] & 0x7F));
    }
    Parse(noise, 1 + random() % 9, {.most_bytes = 64, .deflate = random() % 2 == 0});
  }
}

TEST(FrameWriterTest, WritesTheShortestForm) {
  EXPECT_EQ(EncodeFrame(Opcode::kText, "Hello"), Hex("81 05") + "Hello");
  EXPECT_EQ(EncodeHeader(Opcode::kBinary, 125), Hex("82 7d"));
  EXPECT_EQ(EncodeHeader(Opcode::kBinary, 126), Hex("82 7e 00 7e"));
  EXPECT_EQ(EncodeHeader(Opcode::kBinary, 65535), Hex("82 7e ff ff"));
  EXPECT_EQ(EncodeHeader(Opcode::kBinary, 65536), Hex("82 7f 00 00 00 00 00 01 00 00"));
  EXPECT_EQ(EncodeFrame(Opcode::kText, "x", true), Hex("c1 01") + "x");
  EXPECT_EQ(EncodeClose(CloseCode::kSessionEnded), Hex("88 02 0f a1"));
  EXPECT_EQ(EncodeClose(CloseCode::kNone), Hex("88 00"));
}

TEST(FrameWriterTest, CutsAReasonBetweenCharacters) {
  std::string reason(122, 'a');
  reason += "\xE2\x82\xAC";
  EXPECT_EQ(EncodeClose(CloseCode::kPolicy, reason).size(), 2 + 2 + 122u);
}

TEST(DeflateTest, ComesBackAsItWas) {
  for (const std::string& text :
       {std::string(), std::string("a"), std::string(10000, 'z'), std::string("{\"a\":1}")}) {
    std::string back;
    EXPECT_EQ(InflateMessage(DeflateMessage(text), 16384, &back), InflateError::kNone);
    EXPECT_EQ(back, text);
  }
}

}  // namespace
}  // namespace forium::gateway
