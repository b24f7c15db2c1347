// SPDX-License-Identifier: Apache-2.0
#include "gateway/handover.h"

#include <sys/socket.h>

#include "gateway/http/endpoint.h"

namespace forium::gateway {
namespace {

constexpr char kPlainName[] = "http";
constexpr char kTlsName[] = "https";
constexpr int kTlsPort = 443;

bool Listens(int descriptor) {
  int listens = 0;
  socklen_t size = sizeof(listens);
  return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0;
}

Arrival ArrivalOf(const process::Descriptor& descriptor) {
  if (descriptor.name == kTlsName) return Arrival::kTls;
  if (descriptor.name == kPlainName) return Arrival::kPlain;
  const auto address = LocalAddress(descriptor.number);
  return address.ok() && PortOf(*address) == kTlsPort ? Arrival::kTls : Arrival::kPlain;
}

}  // namespace

std::vector<ListeningSocket> SocketsAmong(const std::vector<process::Descriptor>& inherited) {
  std::vector<ListeningSocket> sockets;
  for (const process::Descriptor& descriptor : inherited) {
    if (Listens(descriptor.number)) {
      sockets.push_back({descriptor.number, ArrivalOf(descriptor)});
    }
  }
  return sockets;
}

std::vector<process::Descriptor> DescriptorsOf(const std::vector<ListeningSocket>& sockets) {
  std::vector<process::Descriptor> descriptors;
  for (const ListeningSocket& socket : sockets) {
    const bool tls = socket.arrival == Arrival::kTls;
    descriptors.push_back({tls ? kTlsName : kPlainName, socket.descriptor});
  }
  return descriptors;
}

}  // namespace forium::gateway
