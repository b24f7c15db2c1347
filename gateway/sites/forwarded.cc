// SPDX-License-Identifier: Apache-2.0
#include "gateway/sites/forwarded.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "absl/strings/escaping.h"
#include "gateway/http/ascii.h"

namespace forium::gateway {
namespace {

constexpr std::array<std::string_view, 9> kHopByHop = {
    "connection", "keep-alive",          "proxy-connection",  "te", "trailer", "transfer-encoding",
    "upgrade",    "proxy-authorization", "proxy-authenticate"};
// Said anew.
constexpr std::array<std::string_view, 6> kRewritten = {
    "host", "content-length", "expect", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"};

bool Among(std::string_view name, std::span<const std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view known) { return EqualsIgnoreCase(name, known); });
}

void AddField(std::string& head, std::string_view name, std::string_view value) {
  head += name;
  head += ": ";
  head += value;
  head += "\r\n";
}

// Over HTTP/2 a client sends none (RFC 8441, 5); over HTTP/1.1 there must be one.
std::string WebSocketKey() {
  std::array<unsigned char, 16> nonce = {};
  RAND_bytes(nonce.data(), static_cast<int>(nonce.size()));
  return absl::Base64Escape(
      absl::string_view(reinterpret_cast<const char*>(nonce.data()), nonce.size()));
}

}  // namespace

bool IsHopByHop(std::string_view name, std::string_view connection) {
  if (Among(name, kHopByHop)) return true;
  while (!connection.empty()) {
    if (EqualsIgnoreCase(Trim(TakeUntil(connection, ',')), name)) return true;
  }
  return false;
}

std::string ForwardedRequest(const Request& request) {
  const bool upgrades = !request.upgrade.empty();
  std::string head(request.head ? "HEAD" : upgrades ? "GET" : MethodName(request.method));
  head += ' ';
  head += request.path;
  if (!request.raw_query.empty()) {
    head += '?';
    head += request.raw_query;
  }
  head += " HTTP/1.1\r\n";
  AddField(head, "Host", request.host);
  const std::string_view connection = request.Header("connection");
  for (const auto& [name, value] : request.headers) {
    if (!IsHopByHop(name, connection) && !Among(name, kRewritten)) AddField(head, name, value);
  }
  AddField(head, "X-Forwarded-For", request.remote_address);
  AddField(head, "X-Forwarded-Proto", request.secure ? "https" : "http");
  AddField(head, "X-Forwarded-Host", request.host);
  if (upgrades) {
    AddField(head, "Connection", "Upgrade");
    AddField(head, "Upgrade", request.upgrade);
    if (EqualsIgnoreCase(request.upgrade, "websocket") &&
        request.Header("sec-websocket-key").empty()) {
      AddField(head, "Sec-WebSocket-Key", WebSocketKey());
    }
  } else {
    AddField(head, "Connection", "close");
  }
  const bool reads = request.method == Method::kGet || request.method == Method::kOptions;
  if (!request.body.empty() || !reads) {
    AddField(head, "Content-Length", std::to_string(request.body.size()));
  }
  head += "\r\n";
  head += request.body;
  return head;
}

}  // namespace forium::gateway
