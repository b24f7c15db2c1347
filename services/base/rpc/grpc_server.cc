// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/grpc_server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/base/observe/log.h"
#include "services/base/rpc/grpc_call.h"
#include "services/base/rpc/reflection.h"
#include "services/base/rpc/wire/address.h"
#include "services/base/status/macros.h"

namespace forium::rpc {
namespace {

constexpr int kBacklog = 512;
// How often signs of life are looked at.
constexpr absl::Duration kTick = absl::Milliseconds(250);

int PortOf(int descriptor) {
  sockaddr_storage bound = {};
  socklen_t size = sizeof(bound);
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  if (bound.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in&>(bound).sin_port);
  if (bound.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6&>(bound).sin6_port);
  return 0;
}

}  // namespace

// The listening socket.
class GrpcServer::Door final : public Poller::Watched {
 public:
  Door(GrpcServer& server, int descriptor) : server_(server), descriptor_(descriptor) {}
  ~Door() override { Close(); }

  void Open(Poller& poller, std::shared_ptr<Door> self) {
    absl::MutexLock lock(&mutex_);
    poller_ = &poller;
    name_ = poller.Add(descriptor_, std::move(self));
    poller.Arm(descriptor_, name_, false);
  }
  void Close() {
    absl::MutexLock lock(&mutex_);
    if (descriptor_ < 0) return;
    if (poller_ != nullptr) poller_->Remove(descriptor_, name_);
    close(std::exchange(descriptor_, -1));
  }
  void OnReady() override {
    absl::MutexLock lock(&mutex_);
    while (descriptor_ >= 0) {
      const int accepted = accept4(descriptor_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (accepted >= 0) {
        server_.Accept(accepted);
      } else if (errno == EAGAIN) {
        return poller_->Arm(descriptor_, name_, false);
      } else if (errno != EINTR && errno != ECONNABORTED) {
        resting_ = true;  // no descriptor is left; to ask again at once would not make one
        return;
      }
    }
  }
  void Tick() {
    absl::MutexLock lock(&mutex_);
    if (descriptor_ >= 0 && std::exchange(resting_, false)) {
      poller_->Arm(descriptor_, name_, false);
    }
  }

 private:
  GrpcServer& server_;
  absl::Mutex mutex_;
  int descriptor_ ABSL_GUARDED_BY(mutex_);
  Poller* poller_ ABSL_GUARDED_BY(mutex_) = nullptr;
  uint64_t name_ ABSL_GUARDED_BY(mutex_) = 0;
  bool resting_ ABSL_GUARDED_BY(mutex_) = false;
};

GrpcServer::GrpcServer(const Dispatcher& dispatcher, RunningCalls& running,
                       const Security& security, size_t max_message_bytes, int inline_calls)
    : dispatcher_(dispatcher),
      running_(running),
      tls_(security.enabled() ? std::make_unique<TlsFiles>(security) : nullptr),
      max_message_bytes_(max_message_bytes),
      health_(dispatcher.methods().services()),
      inline_left_(inline_calls),
      // One that always reads, however long the calls of the others take.
      poller_(std::make_unique<Poller>(inline_calls + 1, kTick, [this] { Tick(); })) {}

GrpcServer::~GrpcServer() {
  Leave();
  for (const auto& connection : Connections()) connection->Cut("the server ends");
  poller_.reset();
}

absl::Status GrpcServer::Listen(const std::string& address) {
  if (tls_ != nullptr) {
    ASSIGN_OR_RETURN(SSL* const trial, tls_->ForServer());
    SSL_free(trial);
  }
  ASSIGN_OR_RETURN(const std::vector<Address> addresses, Lookup(address));
  const Address& first = addresses.front();
  const int descriptor = socket(first.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  // Not SO_REUSEPORT: a second process would take a part of the connections of this one, silently.
  if (descriptor >= 0) setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (descriptor < 0 ||
      bind(descriptor, reinterpret_cast<const sockaddr*>(&first.bytes), first.size) != 0 ||
      listen(descriptor, kBacklog) != 0) {
    const int error = errno;
    if (descriptor >= 0) close(descriptor);
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", address, ": ", std::strerror(error)));
  }
  port_ = PortOf(descriptor);
  const auto door = std::make_shared<Door>(*this, descriptor);
  {
    absl::MutexLock lock(&mutex_);
    door_ = door;
  }
  door->Open(*poller_, door);
  return absl::OkStatus();
}

void GrpcServer::Accept(int descriptor) {
  PrepareForCalls(descriptor);
  SSL* ssl = nullptr;
  if (tls_ != nullptr) {
    const absl::StatusOr<SSL*> made = tls_->ForServer();
    if (!made.ok()) {
      observe::Log(observe::Level::kError, "connection refused",
                   {{"cause", std::string(made.status().message())}});
      close(descriptor);
      return;
    }
    ssl = *made;
  }
  const auto connection = ServerConnection::Make(
      *poller_, std::make_unique<Socket>(descriptor, ssl), *this, max_message_bytes_);
  {
    absl::MutexLock lock(&mutex_);
    if (leaving_) return;
    connections_[connection.get()] = connection;
  }
  connection->Open();
}

void GrpcServer::SetServing(bool serving) {
  health_.SetServing(serving);
  for (const auto& connection : Connections()) connection->Change();
}

void GrpcServer::Leave() {
  std::shared_ptr<Door> door;
  {
    absl::MutexLock lock(&mutex_);
    leaving_ = true;
    door = std::move(door_);
  }
  if (door != nullptr) door->Close();
  for (const auto& connection : Connections()) connection->Leave();
}

void GrpcServer::AwaitNobody(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(
                              +[](GrpcServer* it) ABSL_EXCLUSIVE_LOCKS_REQUIRED(it->mutex_) {
                                return it->connections_.empty();
                              },
                              this),
                          timeout);
}

void GrpcServer::Tick() {
  const absl::Time now = absl::Now();
  std::shared_ptr<Door> door;
  {
    absl::MutexLock lock(&mutex_);
    door = door_;
  }
  if (door != nullptr) door->Tick();
  for (const auto& connection : Connections()) connection->Tick(now);
}

std::vector<std::shared_ptr<ServerConnection>> GrpcServer::Connections() {
  std::vector<std::shared_ptr<ServerConnection>> connections;
  absl::MutexLock lock(&mutex_);
  connections.reserve(connections_.size());
  for (const auto& [key, connection] : connections_) connections.push_back(connection);
  return connections;
}

void GrpcServer::OnConnectionClosed(ServerConnection* connection) {
  std::shared_ptr<ServerConnection> last;  // may end here, outside the lock
  absl::MutexLock lock(&mutex_);
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  last = std::move(found->second);
  connections_.erase(found);
}

std::unique_ptr<Conversation> GrpcServer::Converse(const std::string& path) {
  if (auto conversation = health_.Converse(path)) return conversation;
  return ConverseAboutServices(path, dispatcher_.methods().services());
}

void GrpcServer::OnCalls(std::vector<ArrivedCall> calls) {
  std::vector<GrpcCall*> admitted;
  for (ArrivedCall& arrived : calls) {
    auto* const call = new GrpcCall(std::move(arrived), dispatcher_, running_);
    if (call->Admit()) admitted.push_back(call);
  }
  if (admitted.empty()) return;
  const auto hand_on = [this](GrpcCall* call) {
    if (!dispatcher_.workers().Post(call)) call->RefuseBusy();
  };
  GrpcCall* const last = admitted.back();
  admitted.pop_back();
  // First, so that none of them waits for the one that runs here.
  for (GrpcCall* const call : admitted) hand_on(call);
  if (inline_left_.fetch_sub(1) > 0) {
    dispatcher_.workers().RunHere(last);
  } else {
    hand_on(last);
  }
  inline_left_.fetch_add(1);
}

}  // namespace forium::rpc
