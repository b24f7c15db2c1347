// SPDX-License-Identifier: Apache-2.0
// Bytes both ways, whoever carries them: a connection that was upgraded, or one stream of an
// HTTP/2 connection. What speaks a protocol of its own (WebSocket, server-sent events, a proxied
// answer) sees this alone. One thread; one Read and one Write may wait at a time.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <span>
#include <string_view>

#include "absl/time/time.h"

namespace forium::gateway {

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // At least one byte, at most `most`. 0: over; the other side ended, left, or was too slow.
  virtual boost::asio::awaitable<size_t> Read(char* into, size_t most) = 0;
  // All of it, in order, as one write where that is possible. False: over.
  virtual boost::asio::awaitable<bool> Write(std::span<const std::string_view> parts) = 0;
  // From now on the stream is over unless this is called again within `timeout`.
  virtual void Expect(absl::Duration timeout) = 0;
  // Nothing will be written after what was: FIN, close_notify, END_STREAM.
  virtual void ShutdownWrite() = 0;
  // Over, now: Read and Write that wait return.
  virtual void Close() = 0;
};

}  // namespace forium::gateway
