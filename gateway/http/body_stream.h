// SPDX-License-Identifier: Apache-2.0
// The body of an HTTP/1.1 answer that is written as it comes, or, after `101 Switching Protocols`,
// the connection itself. One thread, as its connection.
#pragma once

#include <string>

#include "gateway/http/byte_stream.h"
#include "gateway/http/transport.h"
#include "gateway/http/worker.h"

namespace forium::gateway {

class BodyStream : public ByteStream {
 public:
  enum class Framing {
    kUpgraded,  // both ways, until one side ends
    kAsIs,      // of a length told before, or up to the connection's end
    kChunked,   // RFC 9112, 7.1
  };
  // `unread`: what the client sent beyond its request.
  BodyStream(Worker& worker, Transport& transport, Watch& watch, Framing framing,
             std::string unread);

  // Of a body: returns when the client left only; what he sends meanwhile is kept for later.
  boost::asio::awaitable<size_t> Read(char* into, size_t most) override;
  boost::asio::awaitable<bool> Write(std::span<const std::string_view> parts) override;
  void Expect(absl::Duration timeout) override;
  void ShutdownWrite() override;
  void Close() override;

  // Ends the body. False: over.
  boost::asio::awaitable<bool> Finish();
  std::string TakeUnread() { return std::move(unread_); }

 private:
  bool over() const { return over_ || watch_.expired; }
  boost::asio::awaitable<bool> WriteParts(std::span<std::string_view> parts);

  Worker& worker_;
  Transport& transport_;
  Watch& watch_;
  const Framing framing_;
  std::string unread_;
  bool over_ = false;
};

}  // namespace forium::gateway
