// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kUnixPrefix = "unix:";
constexpr int kBacklog = 4096;

absl::Status Wrong(std::string_view text, const char* why) {
  return absl::InvalidArgumentError(absl::StrCat("`", absl::string_view(text.data(), text.size()),
                                                 "` is no address to listen on: ", why));
}

absl::Status Failed(const char* what) {
  return absl::UnavailableError(absl::StrCat(what, ": ", strerror(errno)));
}

absl::StatusOr<SocketAddress> ParseUnix(std::string_view text) {
  const std::string_view path = text.substr(kUnixPrefix.size());
  sockaddr_un address = {};
  if (path.empty()) return Wrong(text, "`unix:` wants a path.");
  if (path.size() >= sizeof(address.sun_path)) return Wrong(text, "the path is too long.");
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, path.data(), path.size());
  return SocketAddress(&address, sizeof(address));
}

// A socket that is left of a process that is gone would be in the way.
void RemoveAbandoned(const SocketAddress& address) {
  const auto* named = reinterpret_cast<const sockaddr_un*>(address.data());
  struct stat facts;
  if (stat(named->sun_path, &facts) != 0 || !S_ISSOCK(facts.st_mode)) return;
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return;
  const bool answered = connect(probe, address.data(), address.size()) == 0;
  if (!answered && errno == ECONNREFUSED) unlink(named->sun_path);
  close(probe);
}

}  // namespace

absl::StatusOr<SocketAddress> ParseSocketAddress(std::string_view text) {
  if (text.starts_with(kUnixPrefix)) return ParseUnix(text);
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Wrong(text, "it has no port.");
  std::string host(text.substr(0, colon));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code error;
  const asio::ip::address address = host.empty() || host == "*"
                                        ? asio::ip::address(asio::ip::address_v4::any())
                                        : asio::ip::make_address(host, error);
  if (error) return Wrong(text, "before the colon stands an IP address, or nothing for all.");
  const std::string_view digits = text.substr(colon + 1);
  int port = 0;
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos ||
      !absl::SimpleAtoi(absl::string_view(digits.data(), digits.size()), &port) || port > 65535) {
    return Wrong(text, "after the colon stands a port from 0 to 65535.");
  }
  return SocketAddress(asio::ip::tcp::endpoint(address, static_cast<uint16_t>(port)));
}

std::string AddressText(const SocketAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  if (address.protocol().family() == AF_INET) {
    const auto* four = reinterpret_cast<const sockaddr_in*>(address.data());
    return inet_ntop(AF_INET, &four->sin_addr, text.data(), text.size());
  }
  if (address.protocol().family() == AF_INET6) {
    const auto* six = reinterpret_cast<const sockaddr_in6*>(address.data());
    if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
      return inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12], text.data(), text.size());
    }
    return inet_ntop(AF_INET6, &six->sin6_addr, text.data(), text.size());
  }
  return "127.0.0.1";
}

int PortOf(const SocketAddress& address) {
  if (address.protocol().family() == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in*>(address.data())->sin_port);
  }
  if (address.protocol().family() == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(address.data())->sin6_port);
  }
  return 0;
}

bool IsUnix(const SocketAddress& address) { return address.protocol().family() == AF_UNIX; }

absl::StatusOr<int> Listen(const SocketAddress& address, PortUse use) {
  const int listening = socket(address.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listening < 0) return Failed("no socket");
  const auto fail = [listening](const char* what) {
    const absl::Status status = Failed(what);
    close(listening);
    return status;
  };
  const int on = 1;
  if (IsUnix(address)) {
    RemoveAbandoned(address);
  } else {
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (use == PortUse::kShared) {
      setsockopt(listening, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    }
  }
  const mode_t mask = umask(0117);  // of Unix sockets: owner and group
  const int bound = bind(listening, address.data(), address.size());
  umask(mask);
  if (bound != 0) return fail("bind");
  // The first binds alone, so that a port of somebody else's is an error and not a share; others of
  // this process may join it then.
  if (use == PortUse::kAlone && !IsUnix(address)) {
    setsockopt(listening, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  }
  if (listen(listening, kBacklog) != 0) return fail("listen");
  return listening;
}

absl::StatusOr<SocketAddress> LocalAddress(int socket) {
  sockaddr_storage storage = {};
  socklen_t size = sizeof(storage);
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    return Failed("getsockname");
  }
  // A generic address is as long as it was made; an unnamed one has its family only.
  return SocketAddress(&storage, std::max<socklen_t>(size, sizeof(sockaddr)));
}

}  // namespace forium::gateway
