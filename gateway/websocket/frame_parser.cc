// SPDX-License-Identifier: Apache-2.0
#include "gateway/websocket/frame_parser.h"

#include <algorithm>
#include <utility>

#include "gateway/websocket/deflate.h"

namespace forium::gateway {
namespace {

using Kind = FrameParser::Event::Kind;

constexpr uint64_t kLongestControl = 125;
// A message that was read leaves no larger buffer behind: most connections are silent.
constexpr size_t kKeptCapacity = 256;

bool IsControl(uint8_t opcode) { return opcode >= 8; }

bool IsKnown(uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

// Bytes of a header by its second byte: lengths of two or eight bytes, and the mask.
size_t HeaderSize(uint8_t second) {
  const uint8_t length = second & 0x7F;
  return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + 4;
}

void Release(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kKeptCapacity) std::string().swap(buffer);
}

}  // namespace

bool IsSendable(uint16_t code) {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

FrameParser::Event FrameParser::Next(std::string_view& bytes) {
  if (std::exchange(message_returned_, false)) Release(message_);
  if (std::exchange(control_returned_, false)) Release(control_);
  while (!bytes.empty()) {
    if (!in_payload_) {
      header_[header_bytes_++] = static_cast<uint8_t>(bytes.front());
      bytes.remove_prefix(1);
      // What is wrong with the first two bytes is told before the rest comes.
      if (header_bytes_ == 2 && (header_[1] & 0x80) == 0) return Error(CloseCode::kProtocolError);
      if (header_bytes_ < 2 || header_bytes_ < HeaderSize(header_[1])) continue;
      if (const Event event = ReadHeader(); event.kind != Kind::kNone) return event;
      in_payload_ = true;
    }
    if (const Event event = TakePayload(bytes); event.kind != Kind::kNone) return event;
  }
  return {};
}

FrameParser::Event FrameParser::ReadHeader() {
  final_ = (header_[0] & 0x80) != 0;
  const bool first_reserved = (header_[0] & 0x40) != 0;
  opcode_ = header_[0] & 0x0F;
  if ((header_[0] & 0x30) != 0 || !IsKnown(opcode_)) return Error(CloseCode::kProtocolError);
  const uint8_t short_length = header_[1] & 0x7F;
  const size_t length_bytes = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  length_ = length_bytes == 0 ? short_length : 0;
  for (size_t i = 0; i < length_bytes; ++i) length_ = length_ << 8 | header_[2 + i];
  // The shortest form is the only one.
  if ((length_bytes == 2 && length_ < 126) || (length_bytes == 8 && length_ < 65536) ||
      length_ >> 63 != 0) {
    return Error(CloseCode::kProtocolError);
  }
  std::copy_n(header_ + 2 + length_bytes, 4, mask_);
  taken_ = 0;
  if (IsControl(opcode_)) {
    if (!final_ || first_reserved || length_ > kLongestControl)
      return Error(CloseCode::kProtocolError);
    return {};
  }
  const bool begins = opcode_ != 0;
  if (begins == (message_opcode_ != 0)) return Error(CloseCode::kProtocolError);
  if (first_reserved && (!begins || !options_.deflate)) return Error(CloseCode::kProtocolError);
  if (begins) {
    message_opcode_ = opcode_;
    deflated_ = first_reserved;
    utf8_.Reset();
  }
  if (length_ > options_.most_bytes - message_.size()) return Error(CloseCode::kTooLarge);
  return {};
}

FrameParser::Event FrameParser::TakePayload(std::string_view& bytes) {
  const size_t count = static_cast<size_t>(std::min<uint64_t>(length_ - taken_, bytes.size()));
  std::string& into = IsControl(opcode_) ? control_ : message_;
  const size_t start = into.size();
  into.append(bytes.data(), count);
  for (size_t i = 0; i < count; ++i) {
    into[start + i] = static_cast<char>(into[start + i] ^ mask_[(taken_ + i) & 3]);
  }
  bytes.remove_prefix(count);
  taken_ += count;
  if (!IsControl(opcode_) && message_opcode_ == 1 && !deflated_ &&
      !utf8_.Take(std::string_view(into).substr(start))) {
    return Error(CloseCode::kInvalidText);
  }
  return taken_ == length_ ? EndFrame() : Event{};
}

FrameParser::Event FrameParser::EndFrame() {
  in_payload_ = false;
  header_bytes_ = 0;
  if (IsControl(opcode_)) return EndControl();
  return final_ ? EndMessage() : Event{};
}

FrameParser::Event FrameParser::EndControl() {
  const std::string_view payload = control_;
  control_returned_ = true;
  if (opcode_ == static_cast<uint8_t>(Opcode::kPing))
    return {.kind = Kind::kPing, .payload = payload};
  if (opcode_ == static_cast<uint8_t>(Opcode::kPong))
    return {.kind = Kind::kPong, .payload = payload};
  if (payload.empty()) return {.kind = Kind::kClose, .code = CloseCode::kNone};
  if (payload.size() == 1) return Error(CloseCode::kProtocolError);
  const auto code = static_cast<uint16_t>(static_cast<uint8_t>(payload[0]) << 8 |
                                          static_cast<uint8_t>(payload[1]));
  if (!IsSendable(code)) return Error(CloseCode::kProtocolError);
  Utf8Check check;
  if (!check.Take(payload.substr(2)) || !check.whole()) return Error(CloseCode::kInvalidText);
  return {.kind = Kind::kClose, .payload = payload.substr(2), .code = static_cast<CloseCode>(code)};
}

FrameParser::Event FrameParser::EndMessage() {
  const bool text = message_opcode_ == static_cast<uint8_t>(Opcode::kText);
  message_opcode_ = 0;
  if (deflated_) {
    std::string inflated;
    switch (InflateMessage(message_, options_.most_bytes, &inflated)) {
      case InflateError::kMalformed:
        return Error(CloseCode::kInvalidText);
      case InflateError::kTooLarge:
        return Error(CloseCode::kTooLarge);
      case InflateError::kNone:
        break;
    }
    message_ = std::move(inflated);
    utf8_.Reset();
    if (text && !utf8_.Take(message_)) return Error(CloseCode::kInvalidText);
  }
  if (text && !utf8_.whole()) return Error(CloseCode::kInvalidText);
  message_returned_ = true;
  return {.kind = Kind::kMessage, .text = text, .payload = message_};
}

}  // namespace forium::gateway
