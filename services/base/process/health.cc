// SPDX-License-Identifier: Apache-2.0
// Asking another process for its health, for containers without any tool in them.
#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/process/process.h"

namespace forium::process {
namespace {

constexpr timeval kPatience{3, 0};

// The answer to GET /readyz, with its head; empty: none.
std::string Ask(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return "";
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, freeaddrinfo);
  const int connection = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
  if (connection < 0) return "";
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  std::string answer;
  constexpr std::string_view kQuestion =
      "GET /readyz HTTP/1.1\r\nHost: health\r\nConnection: close\r\n\r\n";
  if (connect(connection, found->ai_addr, found->ai_addrlen) == 0 &&
      send(connection, kQuestion.data(), kQuestion.size(), MSG_NOSIGNAL) > 0) {
    char bytes[1024];
    for (ssize_t got; (got = recv(connection, bytes, sizeof bytes, 0)) > 0;) {
      answer.append(bytes, static_cast<size_t>(got));
    }
  }
  close(connection);
  return answer;
}

}  // namespace

absl::Status AskHealth(const Config& config) {
  const size_t colon = config.admin_listen.rfind(':');
  if (colon == std::string::npos) {
    return absl::InvalidArgumentError("--health needs the admin_listen of the process to ask.");
  }
  std::string host = config.admin_listen.substr(0, colon);
  if (host.empty() || host == "0.0.0.0" || host == "[::]") host = "127.0.0.1";
  const std::string answer = Ask(host, config.admin_listen.substr(colon + 1));
  if (answer.empty()) {
    return absl::UnavailableError(absl::StrCat("Nothing answers at ", config.admin_listen, "."));
  }
  if (absl::StartsWith(answer, "HTTP/1.1 200")) return absl::OkStatus();
  const size_t body = answer.find("\r\n\r\n");
  return absl::FailedPreconditionError(
      absl::StrCat("Not ready: ", body == std::string::npos ? "" : answer.substr(body + 4)));
}

}  // namespace forium::process
