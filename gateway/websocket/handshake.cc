// SPDX-License-Identifier: Apache-2.0
#include "gateway/websocket/handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <vector>

#include "absl/strings/escaping.h"
#include "gateway/http/ascii.h"
#include "gateway/http/problem.h"

namespace forium::gateway {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr size_t kKeyBytes = 16;
constexpr size_t kLongestOffers = 2048;

// Pieces between separators that stand outside of quotes.
std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  bool quoted = false;
  size_t start = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '"') quoted = !quoted;
    if (i < text.size() && (quoted || text[i] != separator)) continue;
    pieces.push_back(Trim(text.substr(start, i - start)));
    start = i + 1;
  }
  return pieces;
}

// 8 to 15, without leading zeros (RFC 7692, 7.1.2); 0: it is not.
int WindowBits(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  if (value == "8" || value == "9") return value[0] - '0';
  if (value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5')
    return 10 + (value[1] - '0');
  return 0;
}

// What is answered to one offer; nullopt: declined.
std::optional<std::string> Answer(std::string_view offer) {
  const std::vector<std::string_view> parts = Split(offer, ';');
  if (!EqualsIgnoreCase(parts[0], "permessage-deflate")) return std::nullopt;
  bool seen[4] = {};
  for (size_t i = 1; i < parts.size(); ++i) {
    const size_t equals = parts[i].find('=');
    const bool has_value = equals != std::string_view::npos;
    const std::string_view name = Trim(parts[i].substr(0, equals));
    const std::string_view value = has_value ? Trim(parts[i].substr(equals + 1)) : "";
    constexpr std::string_view kNames[] = {"server_no_context_takeover",
                                           "client_no_context_takeover", "server_max_window_bits",
                                           "client_max_window_bits"};
    size_t which = 0;
    while (which < 4 && !EqualsIgnoreCase(name, kNames[which])) ++which;
    if (which == 4 || seen[which]) return std::nullopt;
    seen[which] = true;
    if (which < 2 && has_value) return std::nullopt;
    // A smaller window than ours would have to be kept: messages are made once for all.
    if (which == 2 && WindowBits(value) != 15) return std::nullopt;
    if (which == 3 && has_value && WindowBits(value) == 0) return std::nullopt;
  }
  std::string answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  if (seen[2]) answer += "; server_max_window_bits=15";
  return answer;
}

bool HasToken(std::string_view list, std::string_view token) {
  for (const std::string_view piece : Split(list, ',')) {
    if (EqualsIgnoreCase(piece, token)) return true;
  }
  return false;
}

std::string Joined(const Request& request, std::string_view name) {
  std::string joined;
  for (const auto& field : request.headers) {
    if (!EqualsIgnoreCase(field.name, name)) continue;
    if (!joined.empty()) joined += ", ";
    joined += field.value;
  }
  return joined;
}

absl::Status CheckKey(std::string_view key) {
  std::string bytes;
  if (key.size() == 24 && absl::Base64Unescape(absl::string_view(key.data(), key.size()), &bytes) &&
      bytes.size() == kKeyBytes) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("Sec-WebSocket-Key is not sixteen bytes in base64.");
}

}  // namespace

std::string WebSocketAccept(std::string_view key) {
  std::string text(key);
  text += kGuid;
  unsigned char hash[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash);
  return absl::Base64Escape(absl::string_view(reinterpret_cast<const char*>(hash), sizeof hash));
}

std::optional<DeflateAgreement> AgreeOnDeflate(std::string_view offers) {
  if (offers.empty() || offers.size() > kLongestOffers) return std::nullopt;
  for (const std::string_view offer : Split(offers, ',')) {
    if (auto answer = Answer(offer)) return DeflateAgreement{*std::move(answer)};
  }
  return std::nullopt;
}

absl::StatusOr<Handshake> AcceptWebSocket(const Request& request) {
  if (!EqualsIgnoreCase(request.upgrade, "websocket"))
    return absl::InvalidArgumentError("Here a WebSocket is spoken.");
  if (request.Header("sec-websocket-version") != "13")
    return absl::InvalidArgumentError("The version of WebSocket is 13.");
  Handshake handshake;
  handshake.response.status = 101;
  // HTTP/2 knows no Connection field, and needs no proof that the server understood (RFC 8441, 5).
  if (const std::string connection = Joined(request, "connection"); !connection.empty()) {
    if (!HasToken(connection, "upgrade"))
      return absl::InvalidArgumentError("The Connection field does not name Upgrade.");
    const std::string key = Joined(request, "sec-websocket-key");
    if (absl::Status checked = CheckKey(key); !checked.ok()) return checked;
    handshake.response.Add("Sec-WebSocket-Accept", WebSocketAccept(key));
  }
  if (const auto agreed = AgreeOnDeflate(Joined(request, "sec-websocket-extensions"))) {
    handshake.deflate = true;
    handshake.response.Add("Sec-WebSocket-Extensions", agreed->answer);
  }
  return handshake;
}

Response HandshakeRefusal(const Request& request, const absl::Status& error) {
  Response response = ProblemResponse(error, request.request_id, 426);
  response.Set("Upgrade", "websocket");
  response.Set("Sec-WebSocket-Version", "13");
  return response;
}

}  // namespace forium::gateway
