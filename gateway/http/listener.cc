// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/listener.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <list>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/http/connection.h"
#include "gateway/http/endpoint.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
// A client may be sending on a connection that looks idle: while draining it stays open for so
// long, and what comes is answered with `Connection: close`.
constexpr absl::Duration kLinger = absl::Milliseconds(500);
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// How often timeouts are looked at: often enough for the shortest of them.
absl::Duration SweepInterval(const Config& config) {
  const absl::Duration shortest = std::min({config.header_timeout, config.body_timeout,
                                            config.keep_alive_timeout, config.write_timeout});
  return std::clamp(shortest / 8, absl::Milliseconds(10), absl::Milliseconds(500));
}

using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

struct AcceptorOf {
  Acceptor acceptor;
  Arrival arrival;
};

struct Thread {
  Thread(const Config& config, const Application& application)
      : io(1), sweep(io), worker{config, application} {}

  asio::io_context io;
  std::list<AcceptorOf> acceptors;  // their coroutines refer to them
  asio::steady_timer sweep;
  Worker worker;
  std::thread thread;
};

}  // namespace

struct Listener::State {
  const Config& config;
  const Application application;
  std::vector<std::unique_ptr<Thread>> threads;
  int port = 0;
  int tls_port = 0;
  bool started = false;
  std::atomic<int> connections{0};
  std::atomic<bool> draining{false};
  prometheus::Gauge& open = observe::Gauge("forium_gateway_connections", "Open connections.");
  prometheus::Counter& refused =
      observe::Counter("forium_gateway_connections_refused_total", "Connections beyond the limit.");

  State(const Config& config, Application application)
      : config(config), application(std::move(application)) {}

  absl::Status Give(Thread& thread, int descriptor, Arrival arrival) {
    ASSIGN_OR_RETURN(const SocketAddress address, LocalAddress(descriptor));
    Acceptor acceptor(thread.io);
    boost::system::error_code error;
    acceptor.assign(address.protocol(), descriptor, error);
    if (error) return absl::UnavailableError("cannot take connections: " + error.message());
    thread.acceptors.push_back({std::move(acceptor), arrival});
    int& known = arrival == Arrival::kTls ? tls_port : port;
    if (known == 0) known = PortOf(address);
    return absl::OkStatus();
  }

  absl::Status Open(const std::string& text, Arrival arrival) {
    ASSIGN_OR_RETURN(SocketAddress address, ParseSocketAddress(text));
    PortUse use = PortUse::kAlone;
    int first = -1;
    for (auto& thread : threads) {
      // A Unix socket cannot be bound twice: the threads take from one queue.
      absl::StatusOr<int> opened =
          IsUnix(address) && first >= 0 ? absl::StatusOr<int>(dup(first)) : Listen(address, use);
      if (!opened.ok()) {
        return absl::UnavailableError(
            absl::StrCat("cannot listen on ", text, ": ", opened.status().message()));
      }
      if (first < 0) {
        first = *opened;
        // Port 0 became a port.
        ASSIGN_OR_RETURN(address, LocalAddress(first));
        use = PortUse::kShared;
      }
      RETURN_IF_ERROR(Give(*thread, *opened, arrival));
    }
    return absl::OkStatus();
  }

  // Each thread needs one of a kind, and none may be left without a thread: connections may wait
  // in it.
  absl::Status Distribute(const std::vector<ListeningSocket>& given, Arrival arrival) {
    std::vector<int> sockets;
    for (const ListeningSocket& socket : given) {
      if (socket.arrival == arrival) sockets.push_back(socket.descriptor);
    }
    if (sockets.empty()) return absl::OkStatus();
    for (size_t i = 0; i < std::max(sockets.size(), threads.size()); ++i) {
      const int descriptor = i < sockets.size() ? sockets[i] : dup(sockets[i % sockets.size()]);
      RETURN_IF_ERROR(Give(*threads[i % threads.size()], descriptor, arrival));
    }
    return absl::OkStatus();
  }

  absl::Status OpenAll(const std::vector<ListeningSocket>& given) {
    if (!given.empty()) {
      RETURN_IF_ERROR(Distribute(given, Arrival::kPlain));
      return Distribute(given, Arrival::kTls);
    }
    for (const std::string& text : config.listen) RETURN_IF_ERROR(Open(text, Arrival::kPlain));
    for (const std::string& text : config.tls.https_listen) {
      RETURN_IF_ERROR(Open(text, Arrival::kTls));
    }
    return absl::OkStatus();
  }

  asio::awaitable<void> Accept(Thread& thread, AcceptorOf& from) {
    while (!draining) {
      auto [error, socket] = co_await from.acceptor.async_accept(thread.io, kAwait);
      if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
        co_return;
      if (error) {  // out of descriptors, mostly: wait until some are free
        observe::Log(observe::Level::kWarning, "cannot accept", {{"cause", error.message()}});
        asio::steady_timer pause(thread.io, std::chrono::milliseconds(100));
        co_await pause.async_wait(kAwait);
        continue;
      }
      Take(thread, std::move(socket), from.arrival);
    }
  }

  void Take(Thread& thread, Socket socket, Arrival arrival) {
    if (connections.load(std::memory_order_relaxed) >= config.max_connections) {
      refused.Increment();
      return;
    }
    if (application.welcome != nullptr) {
      boost::system::error_code error;
      const SocketAddress address = socket.remote_endpoint(error);
      if (error || !application.welcome(AddressText(address))) return;
    }
    ++connections;
    open.Increment();
    const auto ended = [this](const std::exception_ptr&) {
      --connections;
      open.Decrement();
    };
    asio::co_spawn(thread.io, ServeConnection(thread.worker, std::move(socket), arrival), ended);
  }

  // Whoever has connected by now is served still.
  void StopAccepting(Thread& thread) {
    for (AcceptorOf& from : thread.acceptors) {
      boost::system::error_code error;
      from.acceptor.non_blocking(true, error);
      while (!error) {
        Socket socket(thread.io);
        from.acceptor.accept(socket, error);
        if (!error) Take(thread, std::move(socket), from.arrival);
      }
      from.acceptor.close(error);
    }
  }

  void Sweep(Thread& thread) {
    Worker& worker = thread.worker;
    worker.now = absl::Now();
    worker.date =
        "Date: " + absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", worker.now, absl::UTCTimeZone()) +
        "\r\n";
    for (Watch& watch : worker.watches) {
      if (watch.deadline > worker.now && !(worker.closing_idle && watch.idle)) continue;
      watch.deadline = absl::InfiniteFuture();
      watch.expired = true;
      watch.transport.Cancel();
    }
    thread.sweep.expires_after(absl::ToChronoNanoseconds(SweepInterval(config)));
    thread.sweep.async_wait([this, &thread](boost::system::error_code error) {
      if (!error) Sweep(thread);
    });
  }
};

Listener::Listener(const Config& config, Application application)
    : state_(std::make_unique<State>(config, std::move(application))) {}

Listener::~Listener() { Drain(absl::ZeroDuration()); }

int Listener::port() const { return state_->port; }
int Listener::tls_port() const { return state_->tls_port; }

absl::Status Listener::Start(std::vector<ListeningSocket> given) {
  const int workers = state_->config.workers > 0
                          ? state_->config.workers
                          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  for (int i = 0; i < workers; ++i) {
    state_->threads.push_back(std::make_unique<Thread>(state_->config, state_->application));
  }
  if (absl::Status opened = state_->OpenAll(given); !opened.ok()) {
    state_->threads.clear();
    return opened;
  }
  for (auto& thread : state_->threads) {
    Thread& running = *thread;
    state_->Sweep(running);
    for (AcceptorOf& from : running.acceptors) {
      asio::co_spawn(running.io, state_->Accept(running, from), [](const std::exception_ptr&) {});
    }
    running.thread = std::thread([&running] { running.io.run(); });
  }
  state_->started = true;
  return absl::OkStatus();
}

std::vector<ListeningSocket> Listener::ShareSockets() const {
  std::vector<ListeningSocket> shared;
  for (const auto& thread : state_->threads) {
    for (AcceptorOf& from : thread->acceptors) {
      shared.push_back({dup(from.acceptor.native_handle()), from.arrival});
    }
  }
  return shared;
}

void Listener::Drain(absl::Duration grace) {
  if (!state_->started) return;
  state_->started = false;
  state_->draining = true;
  for (auto& thread : state_->threads) {
    asio::post(thread->io, [&running = *thread, this] {
      running.worker.draining = true;
      state_->StopAccepting(running);
      state_->Sweep(running);
    });
  }
  const absl::Time start = absl::Now();
  const absl::Time end = start + grace;
  bool closing_idle = false;
  while (state_->connections > 0 && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(5));
    if (closing_idle || absl::Now() - start < std::min(kLinger, grace / 2)) continue;
    closing_idle = true;
    for (auto& thread : state_->threads) {
      asio::post(thread->io, [&running = *thread, this] {
        running.worker.closing_idle = true;
        state_->Sweep(running);
      });
    }
  }
  for (auto& thread : state_->threads) thread->io.stop();
  for (auto& thread : state_->threads) thread->thread.join();
  // Coroutines that are still suspended end with their io_context, while what they refer to is
  // there.
  state_->threads.clear();
}

}  // namespace forium::gateway
