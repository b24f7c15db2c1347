// SPDX-License-Identifier: Apache-2.0
#include "gateway/testing/raw_client.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>

#include "gateway/http/ascii.h"

namespace forium::gateway {

std::string RawResponse::Header(std::string_view name) const {
  std::string_view rest = head;
  while (!rest.empty()) {
    std::string_view line = TakeUntil(rest, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string_view field = TakeUntil(line, ':');
    if (EqualsIgnoreCase(field, name)) return std::string(Trim(line));
  }
  return {};
}

RawClient::RawClient(int port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval timeout{10, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) std::abort();
}

RawClient::~RawClient() { close(socket_); }

bool RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool RawClient::Fill() {
  char bytes[16384];
  const ssize_t received = recv(socket_, bytes, sizeof(bytes), 0);
  if (received <= 0) return false;
  buffer_.append(bytes, static_cast<size_t>(received));
  return true;
}

RawResponse RawClient::Receive(bool head_only) {
  RawResponse response;
  size_t end;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return response;
  }
  response.head = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  response.status = std::atoi(response.head.substr(9, 3).c_str());
  const std::string length = response.Header("content-length");
  const size_t bytes = head_only || length.empty() ? 0 : std::stoul(length);
  while (buffer_.size() < bytes) {
    if (!Fill()) return response;
  }
  response.body = buffer_.substr(0, bytes);
  buffer_.erase(0, bytes);
  return response;
}

bool RawClient::Closed() {
  char byte;
  return recv(socket_, &byte, 1, 0) == 0;
}

}  // namespace forium::gateway
