// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/testing/challenge_responder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

namespace forium::gateway {
namespace {

// The head of a request, or what came of it in five seconds.
std::string ReadHead(int socket) {
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  std::string head;
  char bytes[2048];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t size = read(socket, bytes, sizeof(bytes));
    if (size <= 0) break;
    head.append(bytes, static_cast<size_t>(size));
  }
  return head;
}

void WriteAll(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(size));
  }
}

}  // namespace

ChallengeResponder::ChallengeResponder(Answer answer) : answer_(std::move(answer)) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(socket_, 64) != 0) {
    std::abort();
  }
  getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

ChallengeResponder::~ChallengeResponder() {
  shutdown(socket_, SHUT_RDWR);
  thread_.join();
  close(socket_);
}

void ChallengeResponder::Run() {
  constexpr std::string_view kBegin = "GET /.well-known/acme-challenge/";
  while (true) {
    const int connection = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    const std::string head = ReadHead(connection);
    std::optional<std::string> answer;
    if (head.starts_with(kBegin)) {
      ++asked_;
      const size_t end = head.find(' ', kBegin.size());
      answer = answer_(std::string_view(head).substr(kBegin.size(), end - kBegin.size()));
    }
    WriteAll(connection,
             absl::StrCat("HTTP/1.1 ", answer.has_value() ? "200 OK" : "404 Not Found",
                          "\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: ",
                          answer.value_or("").size(), "\r\n\r\n", answer.value_or("")));
    close(connection);
  }
}

}  // namespace forium::gateway
