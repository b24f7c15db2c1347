// SPDX-License-Identifier: Apache-2.0
#include "services/base/discovery/addresses.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "services/base/rpc/wire/address.h"
#include "services/base/status/macros.h"

namespace forium::discovery {
namespace {

absl::StatusOr<std::string> Numeric(const sockaddr* address, socklen_t size) {
  char host[NI_MAXHOST];
  if (getnameinfo(address, size, host, sizeof(host), nullptr, 0, NI_NUMERICHOST) != 0) {
    return absl::InternalError("an address that cannot be written");
  }
  return std::string(host);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> Lookup(const std::string& host_and_port) {
  ASSIGN_OR_RETURN(const std::vector<rpc::Address> found, rpc::Lookup(host_and_port));
  std::vector<std::string> addresses;
  for (const rpc::Address& address : found) addresses.push_back(address.text);
  return addresses;
}

absl::StatusOr<std::string> OwnAddressTowards(const std::string& peer) {
  ASSIGN_OR_RETURN(const std::vector<rpc::Address> found, rpc::Lookup(peer));
  const rpc::Address& to = found.front();
  // Connecting a datagram socket sends nothing; it chooses the way.
  const int socket = ::socket(to.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return absl::UnavailableError("no socket");
  sockaddr_storage own = {};
  socklen_t size = sizeof(own);
  const bool known = connect(socket, reinterpret_cast<const sockaddr*>(&to.bytes), to.size) == 0 &&
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
