// SPDX-License-Identifier: Apache-2.0
// What the fuzzed servers answer by Response::stream, whichever protocol carries it.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "gateway/http/byte_stream.h"

namespace forium::fuzz {

inline boost::asio::awaitable<bool> Count(gateway::ByteStream& stream) {
  for (const std::string_view word : {"one", "two"}) {
    const std::array<std::string_view, 2> parts = {word, ";"};
    if (!co_await stream.Write(parts)) co_return false;
  }
  co_return true;
}

inline boost::asio::awaitable<bool> Echo(gateway::ByteStream& stream) {
  std::array<char, 100> buffer;
  while (true) {
    const size_t bytes = co_await stream.Read(buffer.data(), buffer.size());
    if (bytes == 0) co_return true;
    const std::array<std::string_view, 1> parts = {std::string_view(buffer.data(), bytes)};
    if (!co_await stream.Write(parts)) co_return false;
  }
}

}  // namespace forium::fuzz
