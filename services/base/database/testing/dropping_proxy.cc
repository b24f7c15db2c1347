// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/testing/dropping_proxy.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>

namespace forium::database {
namespace {

constexpr char kSocket[] = "/.s.PGSQL.5432";
constexpr int kPollMs = 50;

sockaddr_un AddressIn(const std::string& folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, (folder + kSocket).c_str(), sizeof(address.sun_path) - 1);
  return address;
}

// Passes on what has come; its bytes, empty at the end of the stream.
std::string Receive(int from) {
  char bytes[1 << 16];
  const ssize_t size = recv(from, bytes, sizeof(bytes), 0);
  return size <= 0 ? std::string() : std::string(bytes, static_cast<size_t>(size));
}

void Send(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(size));
  }
}

}  // namespace

DroppingProxy::DroppingProxy(std::string server) : server_(std::move(server)) {
  char folder[] = "/tmp/forium-proxy-XXXXXX";
  if (mkdtemp(folder) == nullptr) std::abort();
  folder_ = folder;
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = AddressIn(folder_);
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(listener_, 16) != 0) {
    std::abort();
  }
  accepting_ = std::thread([this] { Accept(); });
}

DroppingProxy::~DroppingProxy() {
  stopping_ = true;
  accepting_.join();
  for (std::thread& connection : connections_) connection.join();
  close(listener_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void DroppingProxy::Accept() {
  while (!stopping_) {
    pollfd coming{listener_, POLLIN, 0};
    if (poll(&coming, 1, kPollMs) <= 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) connections_.emplace_back([this, client] { Serve(client); });
  }
}

void DroppingProxy::Serve(int client) {
  const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = AddressIn(server_);
  bool open = connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  bool losing = false;
  while (open && !stopping_) {
    pollfd sides[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (poll(sides, 2, kPollMs) <= 0) continue;
    if (sides[0].revents != 0) {
      const std::string asked = Receive(client);
      open = !asked.empty();
      if (asked.find("COMMIT") != std::string::npos && armed_.exchange(false)) losing = true;
      Send(server, asked);
    }
    if (sides[1].revents != 0) {
      const std::string answer = Receive(server);
      open = open && !answer.empty() && !losing;
      if (!losing) Send(client, answer);
    }
  }
  close(client);
  close(server);
}

}  // namespace forium::database
