// SPDX-License-Identifier: Apache-2.0
// The opening handshake, the server's half: RFC 6455, 4.2 over HTTP/1.1, RFC 8441 over HTTP/2, and
// permessage-deflate (RFC 7692) without context between messages. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "gateway/http/message.h"

namespace forium::gateway {

// RFC 6455, 4.2.2: what answers the client's Sec-WebSocket-Key.
std::string WebSocketAccept(std::string_view key);

struct DeflateAgreement {
  std::string answer;  // the value of Sec-WebSocket-Extensions
};
// The first offer that can be taken; nullopt: none, or the field is malformed. `offers`: the values
// of Sec-WebSocket-Extensions, joined by commas.
std::optional<DeflateAgreement> AgreeOnDeflate(std::string_view offers);

struct Handshake {
  bool deflate = false;
  Response response;  // 101 with the fields of the protocol
};
// Errors: InvalidArgument, with a sentence; HandshakeRefusal makes the answer of it.
absl::StatusOr<Handshake> AcceptWebSocket(const Request& request);
// 426 with what would be understood.
Response HandshakeRefusal(const Request& request, const absl::Status& error);

}  // namespace forium::gateway
