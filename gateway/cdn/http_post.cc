// SPDX-License-Identifier: Apache-2.0
#include "gateway/cdn/http_post.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <exception>
#include <optional>

#include "gateway/http/ascii.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr size_t kMostLine = 1024;

// `HTTP/1.1 204 …`; 0: not HTTP.
int StatusOf(std::string_view line) {
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return 0;
  int status = 0;
  for (const char c : line.substr(9, 3)) {
    if (c < '0' || c > '9') return 0;
    status = status * 10 + (c - '0');
  }
  return status;
}

template <typename Stream>
asio::awaitable<int> Exchange(Stream& stream, const std::string& request) {
  co_await asio::async_write(stream, asio::buffer(request), asio::use_awaitable);
  std::string answer;
  co_await asio::async_read_until(stream, asio::dynamic_buffer(answer, kMostLine), "\r\n",
                                  asio::use_awaitable);
  co_return StatusOf(answer);
}

asio::awaitable<int> Ask(asio::io_context& io, const PostAddress& address,
                         const std::string& request) {
  tcp::resolver resolver(io);
  const auto found =
      co_await resolver.async_resolve(address.host, address.port, asio::use_awaitable);
  if (!address.tls) {
    tcp::socket socket(io);
    co_await asio::async_connect(socket, found, asio::use_awaitable);
    co_return co_await Exchange(socket, request);
  }
  asio::ssl::context tls(asio::ssl::context::tls_client);
  tls.set_default_verify_paths();
  tls.set_verify_mode(asio::ssl::verify_peer);
  asio::ssl::stream<tcp::socket> stream(io, tls);
  stream.set_verify_callback(asio::ssl::host_name_verification(address.host));
  SSL_set_tlsext_host_name(stream.native_handle(), address.host.c_str());
  co_await asio::async_connect(stream.lowest_layer(), found, asio::use_awaitable);
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
  co_return co_await Exchange(stream, request);
}

}  // namespace

absl::StatusOr<PostAddress> PostAddress::Parse(std::string_view url) {
  const absl::Status malformed = absl::InvalidArgumentError(
      "an address looks like https://host/path or http://host:port/path");
  PostAddress address;
  address.tls = url.starts_with("https://");
  if (!address.tls && !url.starts_with("http://")) return malformed;
  url.remove_prefix(address.tls ? 8 : 7);
  for (const char c : url) {
    if (c <= ' ' || c > '~') return malformed;
  }
  const size_t slash = url.find('/');
  std::string_view authority = url.substr(0, slash);
  address.target = slash == std::string_view::npos ? "/" : std::string(url.substr(slash));
  address.port = address.tls ? "443" : "80";
  const size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos || authority.find('@') != std::string_view::npos)
    return malformed;
  if (const size_t colon = authority.find(':', bracket); colon != std::string_view::npos) {
    address.port = std::string(authority.substr(colon + 1));
    authority = authority.substr(0, colon);
  }
  if (bracket > 0) authority = authority.substr(1, bracket - 1);
  address.host = std::string(authority);
  if (address.host.empty() || address.port.empty() || address.port.size() > 5 ||
      address.port.find_first_not_of("0123456789") != std::string::npos) {
    return malformed;
  }
  return address;
}

absl::StatusOr<int> HttpPost::Send(const PostAddress& address, std::string_view token,
                                   std::string_view json) {
  const bool literal = address.host.find(':') != std::string::npos;  // an IPv6 address
  std::string request =
      Concat({"POST ", address.target, " HTTP/1.1\r\nHost: ", literal ? "[" : "", address.host,
              literal ? "]" : "", ":", address.port,
              "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ",
              std::to_string(json.size()), "\r\n"});
  if (!token.empty()) request += Concat({"Authorization: Bearer ", token, "\r\n"});
  request += Concat({"\r\n", json});

  std::optional<int> status;
  std::string failure;
  asio::io_context io(1);
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return absl::CancelledError("stopped");
    running_ = &io;
  }
  const auto done = [&](const std::exception_ptr& error, int answered) {
    status = answered;
    try {
      if (error) std::rethrow_exception(error);
    } catch (const std::exception& thrown) {
      failure = thrown.what();
    }
  };
  asio::co_spawn(io, Ask(io, address, request), done);
  io.run_for(absl::ToChronoMilliseconds(timeout_));
  const std::lock_guard lock(mutex_);
  running_ = nullptr;
  if (stopped_) return absl::CancelledError("stopped");
  if (!status.has_value()) return absl::DeadlineExceededError("no answer in time");
  if (!failure.empty()) return absl::UnavailableError(failure);
  if (*status == 0) return absl::UnavailableError("the answer is not HTTP");
  return *status;
}

void HttpPost::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  if (running_ != nullptr) running_->stop();
}

}  // namespace forium::gateway
