// SPDX-License-Identifier: Apache-2.0
// A connection whose client says what stands in a script, in pieces of one size, and then leaves;
// what it is told is kept. One thread.
#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/http/transport.h"

namespace forium::fuzz {

class ScriptedTransport : public gateway::Transport {
 public:
  struct Manner {
    size_t piece = 1 << 16;  // of a read
    bool sluggish = false;   // takes little, and not at once
    bool yields = true;      // what else runs on the thread gets its turn before each read
  };
  ScriptedTransport(boost::asio::io_context& io, std::string_view script, Manner manner)
      : Transport(gateway::Socket(io)), io_(io), script_(script), manner_(manner) {}

  boost::asio::awaitable<bool> Handshake() override { co_return true; }

  boost::asio::awaitable<size_t> Read(char* into, size_t most) override {
    if (manner_.yields) co_await boost::asio::post(io_, boost::asio::use_awaitable);
    const size_t bytes = std::min({most, manner_.piece, script_.size()});
    if (bytes == 0) co_return 0;
    std::memcpy(into, script_.data(), bytes);
    script_.remove_prefix(bytes);
    co_return bytes;
  }

  std::optional<size_t> TryWrite(std::span<const std::string_view> parts) override {
    return manner_.sluggish ? 0 : Take(parts, written_.max_size());
  }

  boost::asio::awaitable<size_t> Write(std::span<const std::string_view> parts) override {
    co_await boost::asio::post(io_, boost::asio::use_awaitable);
    co_return Take(parts, manner_.sluggish ? 700 : written_.max_size());
  }

  void ShutdownWrite() override { shut_ = true; }

  const std::string& written() const { return written_; }
  bool written_after_end() const { return written_after_end_; }

 private:
  size_t Take(std::span<const std::string_view> parts, size_t most) {
    size_t taken = 0;
    for (const std::string_view part : parts) {
      const size_t bytes = std::min(part.size(), most - taken);
      written_.append(part.substr(0, bytes));
      taken += bytes;
    }
    if (shut_ && taken > 0) written_after_end_ = true;
    return taken;
  }

  boost::asio::io_context& io_;
  std::string_view script_;
  const Manner manner_;
  std::string written_;
  bool shut_ = false;
  bool written_after_end_ = false;
};

}  // namespace forium::fuzz
