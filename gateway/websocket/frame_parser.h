// SPDX-License-Identifier: Apache-2.0
// Frames of a WebSocket client to messages (RFC 6455, 5; RFC 7692, 6.2): incremental and strict.
// Text is checked while it comes, and nothing is kept beyond the bound of a message. It reads and
// writes nothing. One connection, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/websocket/utf8.h"

namespace forium::gateway {

enum class Opcode : uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10,
};

// RFC 6455, 7.4.1, and ours (docs/realtime.md).
enum class CloseCode : uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupported = 1003,
  kNone = 1005,  // a close frame without a code; never sent
  kInvalidText = 1007,
  kPolicy = 1008,
  kTooLarge = 1009,
  kTryAgainLater = 1013,
  kTooSlow = 4000,
  kSessionEnded = 4001,
  kNoAnswer = 4002,
  kChanged = 4003,
};

// Whether a close frame may carry it.
bool IsSendable(uint16_t close_code);

class FrameParser {
 public:
  struct Options {
    size_t most_bytes = 16 << 10;  // of a message, inflated
    bool deflate = false;          // permessage-deflate was agreed
  };
  explicit FrameParser(Options options) : options_(options) {}

  struct Event {
    enum class Kind : uint8_t { kNone, kMessage, kPing, kPong, kClose, kError };
    Kind kind = Kind::kNone;
    bool text = false;                  // of a kMessage
    std::string_view payload{};         // until the next call; of a kClose the reason
    CloseCode code = CloseCode::kNone;  // of a kClose, or what a kError is answered with
  };
  // Takes bytes off the front up to the first event, or all of them: kNone. Nothing may follow a
  // kClose or a kError.
  Event Next(std::string_view& bytes);

 private:
  Event Error(CloseCode code) { return {.kind = Event::Kind::kError, .code = code}; }
  // Empty event: the header is fine.
  Event ReadHeader();
  Event TakePayload(std::string_view& bytes);
  Event EndFrame();
  Event EndControl();
  Event EndMessage();

  const Options options_;
  uint8_t header_[14];
  uint8_t header_bytes_ = 0;
  bool in_payload_ = false;
  // The caller had the payload: it may go.
  bool message_returned_ = false;
  bool control_returned_ = false;

  // Of the frame.
  uint8_t opcode_ = 0;
  bool final_ = false;
  uint8_t mask_[4] = {};
  uint64_t length_ = 0;
  uint64_t taken_ = 0;

  // Of the message.
  uint8_t message_opcode_ = 0;  // 0: none has begun
  bool deflated_ = false;
  Utf8Check utf8_;
  std::string message_;
  std::string control_;
};

}  // namespace forium::gateway
