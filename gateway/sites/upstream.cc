// SPDX-License-Identifier: Apache-2.0
#include "gateway/sites/upstream.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/sites/time_limit.h"
#include "services/base/observe/metrics.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kUnix = "unix:";
// `HTTP/1.1 200`
constexpr size_t kStatusAt = 9;
constexpr size_t kStatusEnd = 12;

}  // namespace

Upstream::Upstream(std::string url, std::string host, std::string port, std::string path)
    : url_(std::move(url)),
      host_(std::move(host)),
      port_(std::move(port)),
      path_(std::move(path)),
      gauge_(observe::Gauge("forium_gateway_upstream_well",
                            "Whether an upstream of a site answers: 1, else 0.",
                            {{"upstream", url_}})) {
  gauge_.Set(1);
}

absl::StatusOr<std::shared_ptr<Upstream>> Upstream::Parse(std::string_view url) {
  const auto make = [url](std::string host, std::string port, std::string path) {
    return std::shared_ptr<Upstream>(
        new Upstream(std::string(url), std::move(host), std::move(port), std::move(path)));
  };
  if (url.starts_with(kUnix) && url.size() > kUnix.size()) {
    return make("", "", std::string(url.substr(kUnix.size())));
  }
  if (url.starts_with(kHttp)) {
    std::string_view authority = url.substr(kHttp.size());
    if (authority.ends_with('/')) authority.remove_suffix(1);
    const bool six = authority.starts_with('[');
    const size_t colon = six ? authority.find("]:") : authority.rfind(':');
    std::string_view host = authority.substr(0, colon);
    if (six && host.size() > 1) host.remove_prefix(1);
    std::string_view port = "80";
    if (colon != std::string_view::npos) port = authority.substr(colon + (six ? 2 : 1));
    if (!host.empty() && !port.empty() && port.size() < 6 &&
        port.find_first_not_of("0123456789") == std::string_view::npos &&
        host.find_first_of("/?#@ ") == std::string_view::npos) {
      return make(std::string(host), std::string(port), "");
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("`", absl::string_view(url.data(), url.size()),
                   "` is no upstream: http://ADDR:PORT or unix:/path is one."));
}

bool Upstream::SetWell(bool well) {
  gauge_.Set(well ? 1 : 0);
  return well_.exchange(well) != well;
}

asio::awaitable<std::unique_ptr<Upstream::Socket>> Upstream::Connect(absl::Duration timeout) const {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto socket = std::make_unique<Socket>(executor);
  TimeLimit limit(executor, timeout, [&socket = *socket] {
    boost::system::error_code ignored;
    socket.close(ignored);
  });
  if (!path_.empty()) {
    const auto [error] =
        co_await socket->async_connect(asio::local::stream_protocol::endpoint(path_), kAwait);
    co_return error ? nullptr : std::move(socket);
  }
  tcp::resolver resolver(executor);
  const auto [unknown, found] = co_await resolver.async_resolve(host_, port_, kAwait);
  if (unknown) co_return nullptr;
  for (const auto& entry : found) {
    if (limit.over()) break;
    boost::system::error_code ignored;
    socket->close(ignored);
    const auto [error] = co_await socket->async_connect(entry.endpoint(), kAwait);
    if (error) continue;
    socket->set_option(tcp::no_delay(true), ignored);
    co_return limit.over() ? nullptr : std::move(socket);
  }
  co_return nullptr;
}

asio::awaitable<bool> Upstream::AnswersWell(std::string path, absl::Duration timeout) const {
  const std::unique_ptr<Socket> socket = co_await Connect(timeout);
  if (socket == nullptr) co_return false;
  const TimeLimit limit(co_await asio::this_coro::executor, timeout, [&socket = *socket] {
    boost::system::error_code ignored;
    socket.close(ignored);
  });
  const std::string question =
      absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: ", host_.empty() ? "localhost" : host_,
                   "\r\nUser-Agent: forium-health\r\nConnection: close\r\n\r\n");
  const auto [unsent, sent] = co_await asio::async_write(*socket, asio::buffer(question), kAwait);
  if (unsent) co_return false;
  std::array<char, kStatusEnd> answer;
  const auto [unread, read] = co_await asio::async_read(*socket, asio::buffer(answer), kAwait);
  if (unread) co_return false;
  const char first = answer[kStatusAt];
  co_return std::string_view(answer.data(), 5) == "HTTP/" && first >= '1' && first <= '4';
}

}  // namespace forium::gateway
