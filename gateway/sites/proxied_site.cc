// SPDX-License-Identifier: Apache-2.0
#include "gateway/sites/proxied_site.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/http/byte_stream.h"
#include "gateway/http/problem.h"
#include "gateway/sites/forwarded.h"
#include "gateway/sites/time_limit.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

constexpr absl::Duration kConnectTimeout = absl::Seconds(2);
constexpr absl::Duration kHealthTimeout = absl::Seconds(3);
// Between parts of an answer, and between messages of what was upgraded.
constexpr absl::Duration kSilence = absl::Minutes(2);
constexpr absl::Duration kUpgradedSilence = absl::Hours(1);
constexpr size_t kBlock = 64 << 10;
constexpr size_t kMostHeader = 64 << 10;

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

// An answer that has begun to come.
struct Exchange {
  explicit Exchange(std::unique_ptr<Upstream::Socket> socket)
      : socket(std::move(socket)), limit(this->socket->get_executor(), absl::Hours(1), [this] {
          boost::system::error_code ignored;
          this->socket->close(ignored);
        }) {
    parser->body_limit(boost::none);
    parser->header_limit(kMostHeader);
  }
  // After an interim answer.
  void ParseNext() {
    parser.emplace();
    parser->body_limit(boost::none);
    parser->header_limit(kMostHeader);
  }

  std::unique_ptr<Upstream::Socket> socket;
  TimeLimit limit;
  boost::beast::flat_buffer buffer{kMostHeader + kBlock};
  std::optional<http::response_parser<http::buffer_body>> parser{std::in_place};
};

// Sends the request and reads the header of the answer. False: there is none.
asio::awaitable<bool> Ask(Exchange& exchange, const std::string& question, bool head_only,
                          absl::Duration timeout) {
  exchange.limit.Extend(timeout);
  // One that refuses a long body may have answered and closed already: what is read decides.
  [[maybe_unused]] const auto sent =
      co_await asio::async_write(*exchange.socket, asio::buffer(question), kAwait);
  while (true) {
    if (head_only) exchange.parser->skip(true);
    const auto [unread, size] = co_await http::async_read_header(*exchange.socket, exchange.buffer,
                                                                 *exchange.parser, kAwait);
    if (unread) co_return false;
    const unsigned status = exchange.parser->get().result_int();
    if (status >= 200 || status == 101) co_return true;
    exchange.ParseNext();
  }
}

// The body, part by part.
asio::awaitable<bool> Relay(std::shared_ptr<Exchange> exchange, ByteStream& to) {
  auto& parser = *exchange->parser;
  std::string block(kBlock, '\0');
  while (!parser.is_done()) {
    exchange->limit.Extend(kSilence);
    parser.get().body().data = block.data();
    parser.get().body().size = block.size();
    auto [error, size] =
        co_await http::async_read_some(*exchange->socket, exchange->buffer, parser, kAwait);
    if (error == http::error::need_buffer) error = {};
    if (error) co_return false;
    const std::string_view parts[] = {
        std::string_view(block).substr(0, block.size() - parser.get().body().size)};
    if (!parts[0].empty() && !co_await to.Write(parts)) co_return false;
  }
  co_return true;
}

// What the client says, for as long as it speaks. Ends by the client's end or by Close.
asio::awaitable<void> PumpToUpstream(std::shared_ptr<Exchange> exchange, ByteStream& client) {
  std::string block(kBlock / 4, '\0');
  while (const size_t size = co_await client.Read(block.data(), block.size())) {
    exchange->limit.Extend(kUpgradedSilence);
    const auto [error, sent] =
        co_await asio::async_write(*exchange->socket, asio::buffer(block.data(), size), kAwait);
    if (error) break;
  }
  boost::system::error_code ignored;
  exchange->socket->shutdown(Upstream::Socket::shutdown_send, ignored);
  exchange->limit.Extend(kHealthTimeout);  // it has been told
}

// Both ways until one side ends.
asio::awaitable<bool> PassThrough(std::shared_ptr<Exchange> exchange, ByteStream& client) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  exchange->limit.Extend(kUpgradedSilence);
  bool pumping = true;
  asio::steady_timer ended(executor, asio::steady_timer::time_point::max());
  const auto pump = [&exchange, &client] { return PumpToUpstream(exchange, client); };
  asio::co_spawn(executor, pump, [&pumping, &ended](const std::exception_ptr&) {
    pumping = false;
    ended.cancel();
  });
  std::string block(kBlock / 4, '\0');
  std::string_view ahead(static_cast<const char*>(exchange->buffer.data().data()),
                         exchange->buffer.size());
  bool open = true;
  if (!ahead.empty()) {
    const std::string_view parts[] = {ahead};
    open = co_await client.Write(parts);
  }
  while (open) {
    const auto [error, size] =
        co_await exchange->socket->async_read_some(asio::buffer(block), kAwait);
    if (error) break;
    exchange->limit.Extend(kUpgradedSilence);
    const std::string_view parts[] = {std::string_view(block).substr(0, size)};
    open = co_await client.Write(parts);
  }
  client.ShutdownWrite();
  client.Close();
  boost::system::error_code ignored;
  exchange->socket->close(ignored);
  while (pumping) co_await ended.async_wait(kAwait);
  co_return true;
}

Response AnswerOf(const std::shared_ptr<Exchange>& exchange, const Request& request) {
  const auto& message = exchange->parser->get();
  Response response;
  response.status = static_cast<int>(message.result_int());
  const std::string connection(View(message[http::field::connection]));
  for (const auto& field : message) {
    const std::string_view name = View(field.name_string());
    if (!IsHopByHop(name, connection)) {
      response.Add(std::string(name), std::string(View(field.value())));
    }
  }
  if (response.status == 101) {
    response.stream = [exchange](ByteStream& client) { return PassThrough(exchange, client); };
  } else if (!request.head && response.status != 204 && response.status != 304) {
    response.stream = [exchange](ByteStream& to) { return Relay(exchange, to); };
  }
  return response;
}

bool MayRepeat(const Request& request) {
  return request.method == Method::kGet || request.method == Method::kOptions ||
         request.method == Method::kPut || request.method == Method::kDelete;
}

asio::awaitable<void> WatchHealth(std::shared_ptr<Upstream> upstream, const SitesConfig& config) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  while (true) {
    const bool well = co_await upstream->AnswersWell(config.site_health_path, kHealthTimeout);
    if (upstream->SetWell(well)) {
      observe::Log(well ? observe::Level::kInfo : observe::Level::kWarning,
                   well ? "upstream is well" : "upstream is not well",
                   {{"upstream", upstream->url()}});
    }
    pause.expires_after(absl::ToChronoNanoseconds(config.site_health_interval));
    co_await pause.async_wait(kAwait);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<ProxiedSite>> ProxiedSite::Open(std::string_view urls,
                                                               const SitesConfig& config,
                                                               asio::thread_pool& pool) {
  std::vector<std::shared_ptr<Upstream>> upstreams;
  while (!urls.empty()) {
    const size_t bar = urls.find('|');
    ASSIGN_OR_RETURN(std::shared_ptr<Upstream> upstream, Upstream::Parse(urls.substr(0, bar)));
    upstreams.push_back(std::move(upstream));
    urls = bar == std::string_view::npos ? std::string_view() : urls.substr(bar + 1);
  }
  if (!config.site_health_path.empty()) {
    for (const auto& upstream : upstreams) {
      asio::co_spawn(asio::make_strand(pool), WatchHealth(upstream, config),
                     [](const std::exception_ptr&) {});
    }
  }
  return std::unique_ptr<ProxiedSite>(new ProxiedSite(std::move(upstreams), config));
}

ProxiedSite::~ProxiedSite() = default;

std::vector<std::shared_ptr<Upstream>> ProxiedSite::InTurn() const {
  const size_t first = turn_.fetch_add(1, std::memory_order_relaxed);
  std::vector<std::shared_ptr<Upstream>> well;
  std::vector<std::shared_ptr<Upstream>> others;
  for (size_t i = 0; i < upstreams_.size(); ++i) {
    const auto& upstream = upstreams_[(first + i) % upstreams_.size()];
    (upstream->well() ? well : others).push_back(upstream);
  }
  well.insert(well.end(), others.begin(), others.end());
  return well;
}

asio::awaitable<Response> ProxiedSite::Answer(const Request& request) const {
  const std::string question = ForwardedRequest(request);
  bool asked = false;
  for (const std::shared_ptr<Upstream>& upstream : InTurn()) {
    // What may have been done once already is not done twice.
    if (asked && !MayRepeat(request)) break;
    std::unique_ptr<Upstream::Socket> socket = co_await upstream->Connect(kConnectTimeout);
    if (socket == nullptr) {
      upstream->SetWell(false);
      continue;
    }
    const auto exchange = std::make_shared<Exchange>(std::move(socket));
    asked = true;
    if (co_await Ask(*exchange, question, request.head, config_.site_timeout)) {
      co_return AnswerOf(exchange, request);
    }
    if (exchange->limit.over()) {
      co_return ProblemResponse(
          absl::DeadlineExceededError("This site's service did not answer in time. Try again."),
          request.request_id, 504);
    }
  }
  co_return ProblemResponse(
      absl::UnavailableError("This site's service does not answer. Try again in a moment."),
      request.request_id, asked ? 502 : 503);
}

}  // namespace forium::gateway
