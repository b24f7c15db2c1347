// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/wire/address.h"

#include <netdb.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace forium::rpc {
namespace {

constexpr char kUnix[] = "unix:";

absl::StatusOr<Address> UnixAddress(const std::string& target) {
  const std::string path = target.substr(sizeof(kUnix) - 1);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat(target, " is no path of a socket"));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  Address result;
  std::memcpy(&result.bytes, &address, sizeof(address));
  result.size = sizeof(address);
  result.text = target;
  return result;
}

std::string TextOf(const addrinfo& info) {
  char host[NI_MAXHOST] = {};
  char port[NI_MAXSERV] = {};
  getnameinfo(info.ai_addr, info.ai_addrlen, host, sizeof(host), port, sizeof(port),
              NI_NUMERICHOST | NI_NUMERICSERV);
  return info.ai_family == AF_INET6 ? absl::StrCat("[", host, "]:", port)
                                    : absl::StrCat(host, ":", port);
}

}  // namespace

std::string HostOf(const std::string& target) {
  const size_t colon = target.rfind(':');
  std::string host = target.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  return host;
}

absl::StatusOr<std::vector<Address>> Lookup(const std::string& target) {
  if (absl::StartsWith(target, kUnix)) {
    absl::StatusOr<Address> address = UnixAddress(target);
    if (!address.ok()) return std::move(address).status();
    return std::vector<Address>{*std::move(address)};
  }
  const size_t colon = target.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == target.size()) {
    return absl::InvalidArgumentError(absl::StrCat("'", target, "' has no host and port"));
  }
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(HostOf(target).c_str(), target.c_str() + colon + 1, &hints, &found);
  if (error != 0) {
    return absl::UnavailableError(absl::StrCat(target, ": ", gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  std::vector<Address> addresses;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    if (info->ai_family != AF_INET && info->ai_family != AF_INET6) continue;
    Address address;
    std::memcpy(&address.bytes, info->ai_addr, info->ai_addrlen);
    address.size = info->ai_addrlen;
    address.text = TextOf(*info);
    addresses.push_back(std::move(address));
  }
  if (addresses.empty()) return absl::UnavailableError(absl::StrCat(target, " has no address"));
  const auto by_text = [](const Address& a, const Address& b) { return a.text < b.text; };
  std::sort(addresses.begin(), addresses.end(), by_text);
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  return addresses;
}

}  // namespace forium::rpc
