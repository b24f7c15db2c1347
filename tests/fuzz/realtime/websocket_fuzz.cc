// SPDX-License-Identifier: Apache-2.0
// Whatever comes on a WebSocket: messages are the same however the bytes are cut, within their
// bound and, as text, UTF-8; what is deflated comes back, and nothing swells beyond the bound.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "gateway/websocket/deflate.h"
#include "gateway/websocket/frame_parser.h"
#include "gateway/websocket/frame_writer.h"
#include "gateway/websocket/utf8.h"
#include "tests/fuzz/require.h"

namespace {

using namespace forium::gateway;
using forium::fuzz::Require;
using Kind = FrameParser::Event::Kind;

constexpr size_t kMostBytes = 2000;

bool IsUtf8(std::string_view text) {
  Utf8Check check;
  return check.Take(text) && check.whole();
}

void Check(const FrameParser::Event& event) {
  switch (event.kind) {
    case Kind::kMessage:
      Require(event.payload.size() <= kMostBytes, "message beyond its bound");
      Require(!event.text || IsUtf8(event.payload), "text is not UTF-8");
      break;
    case Kind::kPing:
    case Kind::kPong:
      Require(event.payload.size() <= 125, "control frame beyond its bound");
      break;
    case Kind::kClose:
      Require(event.payload.size() <= 123 && IsUtf8(event.payload), "reason not clean");
      Require(event.code == CloseCode::kNone || IsSendable(static_cast<uint16_t>(event.code)),
              "closed with a code that may not be sent");
      break;
    case Kind::kError:
      Require(IsSendable(static_cast<uint16_t>(event.code)), "no code to close with");
      break;
    case Kind::kNone:
      break;
  }
}

std::vector<std::string> Events(std::string_view bytes, bool deflate, size_t piece) {
  FrameParser parser({.most_bytes = kMostBytes, .deflate = deflate});
  std::vector<std::string> events;
  while (!bytes.empty()) {
    std::string_view now = bytes.substr(0, piece);
    bytes.remove_prefix(now.size());
    while (!now.empty()) {
      const size_t before = now.size();
      const FrameParser::Event event = parser.Next(now);
      Check(event);
      if (event.kind == Kind::kNone) {
        Require(now.empty(), "bytes are left over");
        break;
      }
      events.push_back(std::to_string(static_cast<int>(event.kind)) + (event.text ? "t" : "b") +
                       std::to_string(static_cast<int>(event.code)) + std::string(event.payload));
      if (event.kind == Kind::kClose || event.kind == Kind::kError) return events;
      Require(now.size() < before, "an event without bytes");
    }
  }
  return events;
}

std::string ClientFrame(std::string_view payload, bool deflated, uint8_t seed) {
  std::string frame = EncodeHeader(Opcode::kBinary, payload.size(), deflated);
  frame[1] = static_cast<char>(frame[1] | 0x80);
  const char mask[4] = {static_cast<char>(seed), 'f', 'u', static_cast<char>(~seed)};
  frame.append(mask, 4);
  for (size_t i = 0; i < payload.size(); ++i)
    frame.push_back(static_cast<char>(payload[i] ^ mask[i & 3]));
  return frame;
}

// What we write is what is read.
void CheckRoundTrip(std::string_view rest, uint8_t seed) {
  const std::string_view payload = rest.substr(0, kMostBytes);
  const std::string deflated = DeflateMessage(payload);
  std::string inflated;
  Require(
      InflateMessage(deflated, kMostBytes, &inflated) == InflateError::kNone && inflated == payload,
      "a message changes when it is deflated");
  for (const bool small : {false, true}) {
    const std::string_view sent = small ? deflated : payload;
    if (sent.size() > kMostBytes) continue;
    const std::string frame = ClientFrame(sent, small, seed);
    const auto events = Events(frame, true, frame.size());
    Require(events.size() == 1 && events[0].starts_with("1b") && events[0].ends_with(payload),
            "a frame does not come through");
  }
  const std::string close = EncodeClose(CloseCode::kPolicy, rest);
  Require(close.size() <= 127 && static_cast<uint8_t>(close[1]) + 2u == close.size(),
          "close frame malformed");
  Require(!IsUtf8(rest) || IsUtf8(std::string_view(close).substr(4)), "reason cut within a letter");
}

}  // namespace

// The first byte: what is tried, whether permessage-deflate was agreed, and how the frames are cut.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  enum { kFrames, kMoreFrames, kInflate, kRoundTrip };
  const std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  if ((bytes[0] & 3) == kRoundTrip) {
    CheckRoundTrip(rest, bytes[0]);
  } else if ((bytes[0] & 3) == kInflate) {
    std::string inflated;
    InflateMessage(rest, kMostBytes, &inflated);
    Require(inflated.size() <= kMostBytes, "swells beyond the bound");
  } else {
    const bool deflate = (bytes[0] & 4) != 0;
    const auto whole = Events(rest, deflate, rest.size());
    Require(whole == Events(rest, deflate, 1), "messages differ by how they are cut");
    Require(whole == Events(rest, deflate, 1 + (bytes[0] >> 3)),
            "messages differ by how they are cut");
  }
  return 0;
}
