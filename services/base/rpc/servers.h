// SPDX-License-Identifier: Apache-2.0
// The servers behind a target, a connection to each: which of them takes the next call, when one
// that is away is tried again. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/rpc/resolver.h"
#include "services/base/rpc/wire/client_connection.h"
#include "services/base/rpc/wire/poller.h"
#include "services/base/rpc/wire/tls_files.h"

namespace forium::rpc {

class Servers : public std::enable_shared_from_this<Servers> {
 public:
  struct Events {
    // One can be called that could not be before.
    std::function<void()> ready;
    // One could not be reached.
    std::function<void()> doubted;
  };
  // `tls`: nullptr for plain connections; `certified`: the name that certificates are for, empty:
  // each server's address. The events run without a lock, for the last time before End returns or
  // shortly after it.
  Servers(Poller& poller, std::unique_ptr<TlsFiles> tls, std::string certified, Events events);

  void Set(std::vector<Backend> backends);
  // Each in its turn, by weight. nullptr: none is connected at the moment.
  std::shared_ptr<ClientConnection> Next();
  // Tries those again whose pause is over, asks the others for signs of life.
  void Tick(absl::Time now);
  void End();

  // Of a call, as HTTP has them.
  const char* scheme() const { return tls_ == nullptr ? "http" : "https"; }
  const std::string& authority() const { return authority_; }

 private:
  struct Server {
    Backend backend;
    std::shared_ptr<ClientConnection> connection;  // nullptr: in a pause
    bool ready = false;
    bool failed = false;  // the last attempt
    absl::Time since;     // of the connection, or end of the pause
    absl::Duration pause = absl::ZeroDuration();
    int64_t turn = 0;  // smooth weighted round robin, as nginx does it
  };
  using Opening = std::pair<std::shared_ptr<ClientConnection>, std::string>;

  void OnState(const ClientConnection* connection, const std::string& address,
               ClientConnection::State state, const std::string& cause);
  // Begins the connections that are due; to be opened without the lock.
  std::vector<Opening> Due(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Open(const std::vector<Opening>& connections);
  // Up to which priority servers are connected.
  int WantedPriority() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::shared_ptr<ClientConnection> Connect(const Address& address);
  static void Pause(Server& server, absl::Time now);

  Poller& poller_;
  const std::unique_ptr<TlsFiles> tls_;
  const std::string certified_;
  const std::string authority_;
  const Events events_;
  absl::Mutex mutex_;
  std::vector<Server> servers_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace forium::rpc
