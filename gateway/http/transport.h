// SPDX-License-Identifier: Apache-2.0
// What an accepted connection's bytes travel in: the socket itself, or TLS on it. Used by the
// coroutine of the connection, on its thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace forium::gateway {

// TCP and Unix sockets alike; non-blocking.
using Socket = boost::asio::generic::stream_protocol::socket;

class Transport {
 public:
  explicit Transport(Socket socket) : socket_(std::move(socket)) {}
  virtual ~Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // Before all else, once. False: the connection is over.
  virtual boost::asio::awaitable<bool> Handshake() = 0;
  // At least one byte, at most `most`, waiting if none is there. 0: over, by the other side or by
  // Cancel.
  virtual boost::asio::awaitable<size_t> Read(char* into, size_t most) = 0;
  // The bytes that could be written without waiting, 0 when none; nullopt: over.
  virtual std::optional<size_t> TryWrite(std::span<const std::string_view> parts) = 0;
  // The same where `file` has the last part too, from `at` on: it may be sent from there, by those
  // who can.
  virtual std::optional<size_t> TrySend(std::span<const std::string_view> parts, int /*file*/,
                                        size_t /*at*/) {
    return TryWrite(parts);
  }
  virtual bool sends_files() const { return false; }
  // At least one byte of them, waiting. 0: over.
  virtual boost::asio::awaitable<size_t> Write(std::span<const std::string_view> parts) = 0;
  // FIN, after close_notify where there is one. Does not wait.
  virtual void ShutdownWrite() = 0;

  // Chosen by ALPN: `h2`, `http/1.1`, `acme-tls/1`; empty: none was asked for.
  virtual std::string_view protocol() const { return {}; }
  virtual bool secure() const { return false; }

  // Whatever waits returns as over.
  void Cancel() {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }
  Socket& socket() { return socket_; }

 private:
  Socket socket_;
};

}  // namespace forium::gateway
