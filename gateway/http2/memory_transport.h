// SPDX-License-Identifier: Apache-2.0
// A transport without a network, for tests and fuzzers: what is read was given before, what is
// written is kept.
#pragma once

#include <string>
#include <string_view>

#include "gateway/http/transport.h"

namespace forium::gateway {

class MemoryTransport : public Transport {
 public:
  // Reads give at most `piece` bytes.
  MemoryTransport(boost::asio::io_context& io, std::string_view input, size_t piece);

  boost::asio::awaitable<bool> Handshake() override;
  boost::asio::awaitable<size_t> Read(char* into, size_t most) override;
  std::optional<size_t> TryWrite(std::span<const std::string_view> parts) override;
  boost::asio::awaitable<size_t> Write(std::span<const std::string_view> parts) override;
  void ShutdownWrite() override {}

  const std::string& output() const { return output_; }

 private:
  std::string_view input_;
  size_t piece_;
  std::string output_;
};

// What an HTTP/2 server says to the bytes, after which the client leaves.
std::string AnswerTo(std::string_view input, size_t piece);

}  // namespace forium::gateway
