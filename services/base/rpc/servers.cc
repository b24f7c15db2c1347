// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/servers.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include "absl/random/random.h"
#include "absl/time/clock.h"
#include "services/base/observe/log.h"

namespace forium::rpc {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLastPause = absl::Seconds(1);
constexpr double kPauseGrowth = 1.6;
// An attempt to connect ends then.
constexpr absl::Duration kConnectTimeout = absl::Seconds(2);

}  // namespace

Servers::Servers(Poller& poller, std::unique_ptr<TlsFiles> tls, std::string certified,
                 Events events)
    : poller_(poller),
      tls_(std::move(tls)),
      certified_(std::move(certified)),
      authority_(certified_.empty() ? "forium" : certified_),
      events_(std::move(events)) {}

void Servers::Set(std::vector<Backend> backends) {
  std::vector<std::shared_ptr<ClientConnection>> left;
  std::vector<Opening> due;
  {
    absl::MutexLock lock(&mutex_);
    if (ended_) return;
    std::vector<Server> servers;
    for (Backend& backend : backends) {
      const auto known = std::find_if(servers_.begin(), servers_.end(), [&](const Server& it) {
        return it.backend.address == backend.address;
      });
      Server& server = servers.emplace_back();
      if (known != servers_.end()) server = std::exchange(*known, {});
      server.backend = std::move(backend);
    }
    for (Server& server : servers_) {
      if (server.connection != nullptr) left.push_back(std::move(server.connection));
    }
    servers_ = std::move(servers);
    due = Due(absl::Now());
  }
  for (const auto& connection : left) connection->Leave();
  Open(due);
}

std::shared_ptr<ClientConnection> Servers::Next() {
  absl::MutexLock lock(&mutex_);
  int priority = INT_MAX;
  for (const Server& server : servers_) {
    if (server.ready) priority = std::min(priority, server.backend.priority);
  }
  Server* next = nullptr;
  int64_t all = 0;
  for (Server& server : servers_) {
    if (!server.ready || server.backend.priority != priority) continue;
    server.turn += server.backend.weight;
    all += server.backend.weight;
    if (next == nullptr || server.turn > next->turn) next = &server;
  }
  if (next == nullptr) return nullptr;
  next->turn -= all;
  return next->connection;
}

int Servers::WantedPriority() const {
  int wanted = 0;
  while (true) {
    bool more = false;
    for (const Server& server : servers_) {
      if (server.backend.priority <= wanted && !server.failed) return wanted;
      more = more || server.backend.priority > wanted;
    }
    if (!more) return wanted;
    ++wanted;
  }
}

std::vector<Servers::Opening> Servers::Due(absl::Time now) {
  std::vector<Opening> due;
  const int wanted = WantedPriority();
  for (Server& server : servers_) {
    if (server.connection != nullptr || server.backend.priority > wanted || now < server.since) {
      continue;
    }
    server.connection = Connect(server.backend.address);
    if (server.connection == nullptr) {
      Pause(server, now);
      continue;
    }
    server.ready = false;
    server.since = now;
    due.emplace_back(server.connection, server.backend.address.text);
  }
  return due;
}

void Servers::Open(const std::vector<Opening>& connections) {
  for (const auto& [connection, address] : connections) {
    connection->Open([servers = weak_from_this(), raw = connection.get(), address = address](
                         ClientConnection::State state, const std::string& cause) {
      if (const auto self = servers.lock()) self->OnState(raw, address, state, cause);
    });
  }
}

std::shared_ptr<ClientConnection> Servers::Connect(const Address& address) {
  SSL* ssl = nullptr;
  if (tls_ != nullptr) {
    const auto made = tls_->ForClient(certified_.empty() ? HostOf(address.text) : certified_);
    if (!made.ok()) {
      observe::Log(observe::Level::kError, "no connection to a service",
                   {{"cause", std::string(made.status().message())}});
      return nullptr;
    }
    ssl = *made;
  }
  const int descriptor = socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) {
    SSL_free(ssl);
    return nullptr;
  }
  auto socket = std::make_unique<Socket>(descriptor, ssl);
  PrepareForCalls(descriptor);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address.bytes), address.size) != 0 &&
      errno != EINPROGRESS) {
    return nullptr;
  }
  return ClientConnection::Make(poller_, std::move(socket));
}

void Servers::Pause(Server& server, absl::Time now) {
  thread_local absl::InsecureBitGen random;
  server.connection = nullptr;
  server.failed = true;
  server.pause = server.pause == absl::ZeroDuration()
                     ? kFirstPause
                     : std::min(server.pause * kPauseGrowth, kLastPause);
  server.since = now + server.pause * absl::Uniform(random, 0.8, 1.2);
}

void Servers::OnState(const ClientConnection* connection, const std::string& address,
                      ClientConnection::State state, const std::string& cause) {
  const bool ready = state == ClientConnection::State::kReady;
  std::vector<Opening> due;
  {
    absl::MutexLock lock(&mutex_);
    const auto server = std::find_if(servers_.begin(), servers_.end(), [&](const Server& it) {
      return it.connection.get() == connection;
    });
    if (server == servers_.end()) return;
    const absl::Time now = absl::Now();
    if (ready) {
      server->ready = true;
      server->failed = false;
      server->since = now;
    } else {
      // One that served for a while may be there again at once; one that never did is not.
      const bool served = server->ready && now - server->since > kLastPause;
      server->ready = false;
      if (served) server->pause = absl::ZeroDuration();
      Pause(*server, now);
      if (served) server->since = now;
      due = Due(now);
    }
  }
  Open(due);
  if (ready) return events_.ready();
  if (state == ClientConnection::State::kClosed) {
    observe::Log(observe::Level::kDebug, "connection to a service ended",
                 {{"address", address}, {"cause", cause}});
  }
  events_.doubted();
}

void Servers::Tick(absl::Time now) {
  std::vector<std::shared_ptr<ClientConnection>> late;
  std::vector<std::shared_ptr<ClientConnection>> alive;
  std::vector<Opening> due;
  {
    absl::MutexLock lock(&mutex_);
    for (const Server& server : servers_) {
      if (server.connection == nullptr) continue;
      const bool hangs = !server.ready && now - server.since > kConnectTimeout;
      (hangs ? late : alive).push_back(server.connection);
    }
    due = Due(now);
  }
  for (const auto& connection : late) connection->Cut("no connection in time");
  for (const auto& connection : alive) connection->Tick(now);
  Open(due);
}

void Servers::End() {
  std::vector<std::shared_ptr<ClientConnection>> left;
  {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
    for (Server& server : servers_) {
      if (server.connection != nullptr) left.push_back(std::move(server.connection));
    }
    servers_.clear();
  }
  for (const auto& connection : left) connection->Cut("the caller ends");
}

}  // namespace forium::rpc
