// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/listener.h"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "gateway/http/ascii.h"
#include "gateway/http/connection.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
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

struct Thread {
  Thread(const Config& config, const Application& application)
      : io(1), acceptor(io), sweep(io), worker{config, application, {}, false,
                                               false,  absl::Now(), {}} {}

  asio::io_context io;
  tcp::acceptor acceptor;
  asio::steady_timer sweep;
  Worker worker;
  std::thread thread;
};

absl::StatusOr<tcp::endpoint> ParseAddress(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  if (colon == std::string::npos)
    return absl::InvalidArgumentError("`listen` has no port: " + listen);
  std::string host = listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code error;
  const auto address = host.empty() ? asio::ip::address(asio::ip::address_v4::any())
                                    : asio::ip::make_address(host, error);
  const std::string port = listen.substr(colon + 1);
  const bool digits = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string::npos;
  if (error || !digits || std::stoi(port) > 65535) {
    return absl::InvalidArgumentError("`listen` is not an address and a port: " + listen);
  }
  return tcp::endpoint(address, static_cast<uint16_t>(std::stoi(port)));
}

}  // namespace

struct Listener::State {
  const Config& config;
  const Application application;
  std::vector<std::unique_ptr<Thread>> threads;
  int port = 0;
  bool started = false;
  std::atomic<int> connections{0};
  std::atomic<bool> draining{false};
  prometheus::Gauge& open = observe::Gauge("forium_gateway_connections", "Open connections.");
  prometheus::Counter& refused =
      observe::Counter("forium_gateway_connections_refused_total", "Connections beyond the limit.");

  State(const Config& config, Application application)
      : config(config), application(std::move(application)) {}

  absl::Status Open(Thread& thread, tcp::endpoint endpoint) {
    boost::system::error_code error;
    thread.acceptor.open(endpoint.protocol(), error);
    if (!error) thread.acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    // The first binds alone, so that a port of somebody else's is an error and not a share.
    if (!error && port != 0) thread.acceptor.set_option(ReusePort(true), error);
    if (!error) thread.acceptor.bind(endpoint, error);
    if (!error && port == 0) thread.acceptor.set_option(ReusePort(true), error);
    if (!error) thread.acceptor.listen(4096, error);
    if (error)
      return absl::UnavailableError("cannot listen on " + config.listen + ": " + error.message());
    if (port == 0) port = thread.acceptor.local_endpoint().port();
    return absl::OkStatus();
  }

  asio::awaitable<void> Accept(Thread& thread) {
    while (!draining) {
      auto [error, socket] = co_await thread.acceptor.async_accept(thread.io, kAwait);
      if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
        co_return;
      if (error) {  // out of descriptors, mostly: wait until some are free
        observe::Log(observe::Level::kWarning, "cannot accept", {{"cause", error.message()}});
        asio::steady_timer pause(thread.io, std::chrono::milliseconds(100));
        co_await pause.async_wait(kAwait);
        continue;
      }
      Take(thread, std::move(socket));
    }
  }

  void Take(Thread& thread, tcp::socket socket) {
    if (connections.load(std::memory_order_relaxed) >= config.max_connections) {
      refused.Increment();
      return;
    }
    ++connections;
    open.Increment();
    const auto ended = [this](const std::exception_ptr&) {
      --connections;
      open.Decrement();
    };
    asio::co_spawn(thread.io, ServeConnection(thread.worker, std::move(socket)), ended);
  }

  // Whoever has connected by now is served still.
  void StopAccepting(Thread& thread) {
    boost::system::error_code error;
    thread.acceptor.non_blocking(true, error);
    while (!error) {
      tcp::socket socket(thread.io);
      thread.acceptor.accept(socket, error);
      if (!error) Take(thread, std::move(socket));
    }
    thread.acceptor.close(error);
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
      boost::system::error_code ignored;
      watch.socket.cancel(ignored);
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

absl::Status Listener::Start() {
  auto endpoint = ParseAddress(state_->config.listen);
  if (!endpoint.ok()) return endpoint.status();
  const int workers = state_->config.workers > 0
                          ? state_->config.workers
                          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  for (int i = 0; i < workers; ++i) {
    state_->threads.push_back(std::make_unique<Thread>(state_->config, state_->application));
    if (absl::Status opened = state_->Open(*state_->threads.back(), *endpoint); !opened.ok()) {
      state_->threads.clear();
      return opened;
    }
    endpoint->port(static_cast<uint16_t>(state_->port));
  }
  for (auto& thread : state_->threads) {
    Thread& running = *thread;
    state_->Sweep(running);
    asio::co_spawn(running.io, state_->Accept(running), [](const std::exception_ptr&) {});
    running.thread = std::thread([&running] { running.io.run(); });
  }
  state_->started = true;
  return absl::OkStatus();
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
