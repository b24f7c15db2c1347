// SPDX-License-Identifier: Apache-2.0
#include "gateway/websocket/frame_writer.h"

namespace forium::gateway {
namespace {

constexpr size_t kLongestReason = 123;

char Byte(uint64_t value) { return static_cast<char>(value & 0xFF); }

}  // namespace

std::string EncodeHeader(Opcode opcode, size_t payload_bytes, bool deflated) {
  std::string header;
  header.push_back(Byte(0x80u | (deflated ? 0x40u : 0u) | static_cast<uint8_t>(opcode)));
  if (payload_bytes < 126) {
    header.push_back(Byte(payload_bytes));
    return header;
  }
  const int length_bytes = payload_bytes < 65536 ? 2 : 8;
  header.push_back(Byte(length_bytes == 2 ? 126 : 127));
  for (int i = length_bytes - 1; i >= 0; --i) {
    header.push_back(Byte(static_cast<uint64_t>(payload_bytes) >> (8 * i)));
  }
  return header;
}

std::string EncodeFrame(Opcode opcode, std::string_view payload, bool deflated) {
  std::string frame = EncodeHeader(opcode, payload.size(), deflated);
  frame.append(payload);
  return frame;
}

std::string EncodeClose(CloseCode code, std::string_view reason) {
  if (code == CloseCode::kNone) return EncodeFrame(Opcode::kClose, {});
  if (reason.size() > kLongestReason) {
    size_t end = kLongestReason;
    while (end > 0 && (static_cast<uint8_t>(reason[end]) & 0xC0) == 0x80) --end;
    reason = reason.substr(0, end);
  }
  const auto number = static_cast<uint16_t>(code);
  std::string payload{Byte(number >> 8), Byte(number)};
  payload.append(reason);
  return EncodeFrame(Opcode::kClose, payload);
}

}  // namespace forium::gateway
