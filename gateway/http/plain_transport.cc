// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/plain_transport.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr size_t kPartsAtOnce = 16;

}  // namespace

asio::awaitable<bool> PlainTransport::Handshake() { co_return true; }

asio::awaitable<size_t> PlainTransport::Read(char* into, size_t most) {
  const auto [error, bytes] = co_await socket().async_read_some(asio::buffer(into, most), kAwait);
  co_return error ? 0 : bytes;
}

std::optional<size_t> PlainTransport::TryWrite(std::span<const std::string_view> parts) {
  std::array<iovec, kPartsAtOnce> vectors;
  const size_t count = std::min(parts.size(), vectors.size());
  for (size_t i = 0; i < count; ++i) {
    vectors[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
  }
  msghdr message = {};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  while (true) {
    const ssize_t bytes = sendmsg(socket().native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (bytes >= 0) return static_cast<size_t>(bytes);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return std::nullopt;
  }
}

asio::awaitable<size_t> PlainTransport::Write(std::span<const std::string_view> parts) {
  std::array<asio::const_buffer, kPartsAtOnce> buffers;
  const size_t count = std::min(parts.size(), buffers.size());
  for (size_t i = 0; i < count; ++i) buffers[i] = asio::buffer(parts[i].data(), parts[i].size());
  const auto [error, bytes] = co_await socket().async_write_some(buffers, kAwait);
  co_return error ? 0 : bytes;
}

void PlainTransport::ShutdownWrite() {
  boost::system::error_code ignored;
  socket().shutdown(Socket::shutdown_send, ignored);
}

}  // namespace forium::gateway
