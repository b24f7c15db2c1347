// SPDX-License-Identifier: Apache-2.0
#include "services/base/discovery/addresses.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <set>

#include "absl/strings/str_cat.h"

namespace forium::discovery {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

absl::StatusOr<Addresses> Ask(const std::string& host_and_port) {
  const size_t colon = host_and_port.rfind(':');
  if (colon == std::string::npos || colon == 0) {
    return absl::InvalidArgumentError(absl::StrCat("'", host_and_port, "' is no host:port"));
  }
  std::string host = host_and_port.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error =
      getaddrinfo(host.c_str(), host_and_port.substr(colon + 1).c_str(), &hints, &list);
  if (error != 0) {
    return absl::UnavailableError(absl::StrCat(host, ": ", gai_strerror(error)));
  }
  return Addresses(list);
}

absl::StatusOr<std::string> Numeric(const sockaddr* address, socklen_t size) {
  char host[NI_MAXHOST];
  if (getnameinfo(address, size, host, sizeof(host), nullptr, 0, NI_NUMERICHOST) != 0) {
    return absl::InternalError("an address that cannot be written");
  }
  return std::string(host);
}

int PortOf(const sockaddr* address, socklen_t size) {
  char port[NI_MAXSERV];
  if (getnameinfo(address, size, nullptr, 0, port, sizeof(port), NI_NUMERICSERV) != 0) return 0;
  return std::atoi(port);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> Lookup(const std::string& host_and_port) {
  const absl::StatusOr<Addresses> found = Ask(host_and_port);
  if (!found.ok()) return found.status();
  std::set<std::string> addresses;
  for (const addrinfo* it = found->get(); it != nullptr; it = it->ai_next) {
    const auto host = Numeric(it->ai_addr, it->ai_addrlen);
    if (host.ok()) addresses.insert(WithPort(*host, PortOf(it->ai_addr, it->ai_addrlen)));
  }
  return std::vector<std::string>(addresses.begin(), addresses.end());
}

absl::StatusOr<std::string> OwnAddressTowards(const std::string& peer) {
  const absl::StatusOr<Addresses> found = Ask(peer);
  if (!found.ok()) return found.status();
  const addrinfo& to = **found;
  // Connecting a datagram socket sends nothing; it chooses the way.
  const int socket = ::socket(to.ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return absl::UnavailableError("no socket");
  sockaddr_storage own = {};
  socklen_t size = sizeof(own);
  const bool known = connect(socket, to.ai_addr, to.ai_addrlen) == 0 &&
                     getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size) == 0;
  close(socket);
  if (!known) return absl::UnavailableError(absl::StrCat("no way to ", peer));
  return Numeric(reinterpret_cast<const sockaddr*>(&own), size);
}

std::string WithPort(const std::string& address, int port) {
  const bool brackets = address.find(':') != std::string::npos && address.front() != '[';
  return brackets ? absl::StrCat("[", address, "]:", port) : absl::StrCat(address, ":", port);
}

}  // namespace forium::discovery
