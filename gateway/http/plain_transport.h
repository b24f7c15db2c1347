// SPDX-License-Identifier: Apache-2.0
// A connection without TLS: the socket's bytes as they are.
#pragma once

#include "gateway/http/transport.h"

namespace forium::gateway {

class PlainTransport : public Transport {
 public:
  using Transport::Transport;
  boost::asio::awaitable<bool> Handshake() override;
  boost::asio::awaitable<size_t> Read(char* into, size_t most) override;
  std::optional<size_t> TryWrite(std::span<const std::string_view> parts) override;
  std::optional<size_t> TrySend(std::span<const std::string_view> parts, int file,
                                size_t at) override;
  bool sends_files() const override { return true; }
  boost::asio::awaitable<size_t> Write(std::span<const std::string_view> parts) override;
  void ShutdownWrite() override;
};

}  // namespace forium::gateway
