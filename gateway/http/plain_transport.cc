// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/plain_transport.h"

#include <sys/sendfile.h>
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

// As Transport::TryWrite.
std::optional<size_t> Taken(ssize_t bytes) {
  if (bytes >= 0) return static_cast<size_t>(bytes);
  if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
  return std::nullopt;
}

std::optional<size_t> Send(int socket, std::span<const std::string_view> parts, int flags) {
  std::array<iovec, kPartsAtOnce> vectors;
  const size_t count = std::min(parts.size(), vectors.size());
  for (size_t i = 0; i < count; ++i) {
    vectors[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
  }
  msghdr message = {};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  ssize_t bytes;
  do {
    bytes = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT | flags);
  } while (bytes < 0 && errno == EINTR);
  return Taken(bytes);
}

}  // namespace

asio::awaitable<bool> PlainTransport::Handshake() { co_return true; }

asio::awaitable<size_t> PlainTransport::Read(char* into, size_t most) {
  const auto [error, bytes] = co_await socket().async_read_some(asio::buffer(into, most), kAwait);
  co_return error ? 0 : bytes;
}

std::optional<size_t> PlainTransport::TryWrite(std::span<const std::string_view> parts) {
  return Send(socket().native_handle(), parts, 0);
}

std::optional<size_t> PlainTransport::TrySend(std::span<const std::string_view> parts, int file,
                                              size_t at) {
  const int out = socket().native_handle();
  size_t before = 0;
  if (parts.size() > 1) {
    size_t length = 0;
    for (const std::string_view part : parts.first(parts.size() - 1)) length += part.size();
    // In one packet with what follows.
    const auto sent = Send(out, parts.first(parts.size() - 1), MSG_MORE);
    if (!sent.has_value() || *sent < length) return sent;
    before = length;
  }
  off_t offset = static_cast<off_t>(at);
  ssize_t bytes;
  do {
    bytes = sendfile(out, file, &offset, parts.back().size());
  } while (bytes < 0 && errno == EINTR);
  const auto sent = Taken(bytes);
  if (!sent.has_value()) return std::nullopt;
  return before + *sent;
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
