// SPDX-License-Identifier: Apache-2.0
// Frames of the server (RFC 6455, 5.2: never masked), made once and shared by all who get them.
// Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "gateway/websocket/frame_parser.h"

namespace forium::gateway {

// One whole frame. `deflated`: the payload is what DeflateMessage made.
std::string EncodeFrame(Opcode opcode, std::string_view payload, bool deflated = false);
// Its header alone, for a payload of so many bytes.
std::string EncodeHeader(Opcode opcode, size_t payload_bytes, bool deflated = false);
// At most 123 bytes of the reason, cut between characters.
std::string EncodeClose(CloseCode code, std::string_view reason = {});

}  // namespace forium::gateway
