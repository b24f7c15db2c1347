// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/https_client.h"

#include <netdb.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstring>
#include <exception>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/tls/openssl.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr int kMaxRedirects = 3;
constexpr std::chrono::seconds kConnectPatience(5);
constexpr uint32_t kMaxHeader = 32 << 10;

absl::Status Stopped() { return absl::CancelledError("The gateway is ending."); }

absl::Status Unavailable(std::string_view host, std::string_view what) {
  return status::Error(absl::StatusCode::kUnavailable, type::v1::UNAVAILABLE,
                       absl::StrCat("The ACME server ", std::string(host),
                                    " cannot be reached: ", std::string(what), "."));
}

std::string Reason(const error_code& error) {
  const std::string text = error.message();
  if (error.category() == asio::error::get_ssl_category() &&
      text.find("certificate verify failed") != std::string::npos) {
    return "its certificate is not trusted or is for another host";
  }
  return text;
}

absl::StatusOr<HttpsResponse> Converted(http::response<http::string_body> answer) {
  HttpsResponse response{.status = static_cast<int>(answer.result_int()), .fields = {}, .body = {}};
  for (const auto& field : answer) {
    const auto name = field.name_string();
    const auto value = field.value();
    response.fields[absl::AsciiStrToLower({name.data(), name.size()})] =
        std::string(value.data(), value.size());
  }
  response.body = std::move(answer.body());
  return response;
}

// All that it touches outlives the context that it runs on.
asio::awaitable<absl::StatusOr<HttpsResponse>> Converse(
    asio::ssl::context& tls, const std::vector<asio::ip::tcp::endpoint>& endpoints,
    const HttpsAddress& address, const HttpsRequest& request) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  asio::ssl::stream<asio::ip::tcp::socket> stream(executor, tls);
  stream.set_verify_mode(asio::ssl::verify_peer);
  stream.set_verify_callback(asio::ssl::host_name_verification(address.host));
  if (SSL_set_tlsext_host_name(stream.native_handle(), address.host.c_str()) != 1) {
    co_return Unavailable(address.host, "its name is not usable");
  }
  // One address that swallows packets (IPv6, often) must not cost the whole call.
  asio::steady_timer patience(executor);
  for (const auto& endpoint : endpoints) {
    asio::ip::tcp::socket& socket = stream.next_layer();
    error_code ignored;
    socket.close(ignored);
    patience.expires_after(kConnectPatience);
    patience.async_wait([&socket](const error_code& ended) {
      error_code failed;
      if (!ended) socket.close(failed);
    });
    co_await socket.async_connect(endpoint, token);
    patience.cancel();
    if (!error) break;
  }
  if (error) co_return Unavailable(address.host, Reason(error));
  co_await stream.async_handshake(asio::ssl::stream_base::client, token);
  if (error) co_return Unavailable(address.host, Reason(error));

  http::request<http::string_body> message;
  message.version(11);
  message.method_string(request.method);
  message.target(address.target);
  message.set(http::field::host,
              address.port == "443" ? address.host : absl::StrCat(address.host, ":", address.port));
  message.set(http::field::user_agent, "Forium");
  message.set(http::field::accept_language, "en");
  message.set(http::field::connection, "close");
  if (!request.content_type.empty()) message.set(http::field::content_type, request.content_type);
  message.body() = request.body;
  if (request.method != "GET" && request.method != "HEAD") message.prepare_payload();
  co_await http::async_write(stream, message, token);
  if (error) co_return Unavailable(address.host, Reason(error));

  http::response_parser<http::string_body> parser;
  parser.body_limit(HttpsClient::kMaxBody);
  parser.header_limit(kMaxHeader);
  if (request.method == "HEAD") parser.skip(true);
  boost::beast::flat_buffer buffer;
  co_await http::async_read(stream, buffer, parser, token);
  // Servers that end without close_notify: what says its length is whole all the same.
  if (error == asio::ssl::error::stream_truncated && parser.is_done()) error = {};
  if (error == http::error::body_limit || error == http::error::header_limit) {
    co_return Unavailable(address.host, "its answer is too long");
  }
  if (error) co_return Unavailable(address.host, Reason(error));
  co_return Converted(parser.release());
}

}  // namespace

// getaddrinfo cannot be interrupted, and Asio's resolver joins its thread when it ends: a name
// server that is silent would hold up the end of the process. So it runs on a thread that nobody
// waits for and that touches nothing but what it shares.
struct HttpsClient::Resolution {
  absl::Mutex mutex;
  bool over ABSL_GUARDED_BY(mutex) = false;
  Endpoints endpoints ABSL_GUARDED_BY(mutex);
};

void HttpsClient::Resolve(const std::shared_ptr<Resolution>& resolution,
                          const HttpsAddress& address) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  Endpoints endpoints;
  if (getaddrinfo(address.host.c_str(), address.port.c_str(), &wanted, &found) == 0) {
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
      if (one->ai_family != AF_INET && one->ai_family != AF_INET6) continue;
      asio::ip::tcp::endpoint endpoint;
      endpoint.resize(one->ai_addrlen);
      std::memcpy(endpoint.data(), one->ai_addr, one->ai_addrlen);
      endpoints.push_back(endpoint);
    }
    freeaddrinfo(found);
  }
  const absl::MutexLock lock(&resolution->mutex);
  resolution->endpoints = std::move(endpoints);
  resolution->over = true;
}

std::string HttpsResponse::Field(const std::string& name) const {
  const auto field = fields.find(name);
  return field == fields.end() ? "" : field->second;
}

absl::StatusOr<HttpsAddress> ParseHttpsAddress(std::string_view url) {
  const absl::Status wrong =
      status::Error(absl::StatusCode::kInvalidArgument, type::v1::INVALID_FIELD,
                    "An ACME address must be https://HOST[:PORT]/PATH; correct acme_directory.");
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme) || url.size() > 4096) return wrong;
  for (const char c : url) {
    if (c <= 0x20 || c >= 0x7F) return wrong;
  }
  url.remove_prefix(kScheme.size());
  url = url.substr(0, url.find('#'));
  const size_t end = url.find_first_of("/?");
  const std::string_view authority = url.substr(0, end);
  HttpsAddress address{.host = {}, .port = "443", .target = "/"};
  if (end != std::string_view::npos) {
    address.target = std::string(url.substr(end));
    if (address.target.front() == '?') address.target.insert(0, "/");
  }
  if (authority.empty() || authority.find('@') != std::string_view::npos) return wrong;
  size_t colon = authority.rfind(':');
  if (authority.front() == '[') {
    const size_t close = authority.find(']');
    if (close == std::string_view::npos) return wrong;
    address.host = std::string(authority.substr(1, close - 1));
    if (colon < close) colon = std::string_view::npos;
    if (colon != std::string_view::npos ? colon != close + 1 : close + 1 != authority.size()) {
      return wrong;
    }
  } else {
    address.host = std::string(authority.substr(0, colon));
  }
  if (colon != std::string_view::npos) {
    const std::string_view port = authority.substr(colon + 1);
    int number = 0;
    if (!absl::SimpleAtoi(absl::string_view(port.data(), port.size()), &number) || number < 1 ||
        number > 65535) {
      return wrong;
    }
    address.port = absl::StrCat(number);
  }
  if (address.host.empty() || address.host.size() > 255) return wrong;
  return address;
}

HttpsClient::HttpsClient(absl::Duration timeout)
    : timeout_(timeout), tls_(asio::ssl::context::tls_client) {}

absl::StatusOr<std::unique_ptr<HttpsClient>> HttpsClient::Create(const Options& options) {
  std::unique_ptr<HttpsClient> client(new HttpsClient(options.timeout));
  SSL_CTX_set_min_proto_version(client->tls_.native_handle(), TLS1_2_VERSION);
  error_code error;
  client->tls_.set_default_verify_paths(error);
  if (!options.authorities.empty()) {
    client->tls_.load_verify_file(options.authorities, error);
    if (error) {
      ERR_clear_error();
      return status::Error(absl::StatusCode::kFailedPrecondition, type::v1::WRONG_STATE,
                           absl::StrCat("acme_ca: ", options.authorities,
                                        " cannot be read as PEM; correct the path or the file."));
    }
  }
  return client;
}

absl::StatusOr<HttpsResponse> HttpsClient::Send(HttpsRequest request) {
  const absl::Time deadline = absl::Now() + timeout_;
  for (int redirects = 0;; ++redirects) {
    ASSIGN_OR_RETURN(HttpsResponse response, SendOnce(request, deadline));
    const std::string location = response.Field("location");
    const bool redirected = response.status == 301 || response.status == 302 ||
                            response.status == 303 || response.status == 307 ||
                            response.status == 308;
    if (!redirected || request.method != "GET" || location.empty()) return response;
    if (redirects == kMaxRedirects) {
      return absl::UnavailableError("The ACME server redirects without end.");
    }
    if (location.starts_with('/') && !location.starts_with("//")) {
      const size_t path = request.url.find_first_of("/?#", std::string_view("https://").size());
      request.url = absl::StrCat(request.url.substr(0, path), location);
    } else {
      request.url = location;
    }
  }
}

absl::StatusOr<HttpsResponse> HttpsClient::SendOnce(const HttpsRequest& request,
                                                    absl::Time deadline) {
  ASSIGN_OR_RETURN(const HttpsAddress address, ParseHttpsAddress(request.url));
  ASSIGN_OR_RETURN(const Endpoints endpoints, Look(address, deadline));
  std::optional<absl::StatusOr<HttpsResponse>> result;
  asio::io_context context(1);
  if (!Begin(&context)) return Stopped();
  asio::co_spawn(context, Converse(tls_, endpoints, address, request),
                 [&result](const std::exception_ptr& thrown, absl::StatusOr<HttpsResponse> answer) {
                   if (thrown) answer = status::Internal("the exchange threw");
                   result = std::move(answer);
                 });
  while (!result.has_value() && !context.stopped() && absl::Now() < deadline) {
    context.run_one_for(absl::ToChronoNanoseconds(deadline - absl::Now()));
  }
  ERR_clear_error();
  if (!Begin(nullptr)) return Stopped();
  if (result.has_value()) return *std::move(result);
  return status::Error(absl::StatusCode::kDeadlineExceeded, type::v1::DEADLINE,
                       absl::StrCat("The ACME server ", address.host, " does not answer in time."));
}

absl::StatusOr<HttpsClient::Endpoints> HttpsClient::Look(const HttpsAddress& address,
                                                         absl::Time deadline) {
  const auto resolution = std::make_shared<Resolution>();
  {
    const absl::MutexLock lock(&mutex_);
    if (stopped_) return Stopped();
    resolution_ = resolution;
  }
  std::thread([resolution, address] { Resolve(resolution, address); }).detach();
  Endpoints endpoints;
  {
    const absl::MutexLock lock(&resolution->mutex);
    resolution->mutex.AwaitWithDeadline(absl::Condition(&resolution->over), deadline);
    endpoints = std::move(resolution->endpoints);
  }
  if (!Begin(nullptr)) return Stopped();
  if (endpoints.empty()) return Unavailable(address.host, "its name does not resolve");
  return endpoints;
}

bool HttpsClient::Begin(boost::asio::io_context* context) {
  const absl::MutexLock lock(&mutex_);
  resolution_ = nullptr;
  running_ = context;
  if (stopped_) running_ = nullptr;
  return !stopped_;
}

void HttpsClient::Stop() {
  std::shared_ptr<Resolution> resolution;
  {
    const absl::MutexLock lock(&mutex_);
    stopped_ = true;
    if (running_ != nullptr) running_->stop();
    resolution = resolution_;
  }
  if (resolution == nullptr) return;
  const absl::MutexLock lock(&resolution->mutex);
  resolution->over = true;
}

}  // namespace forium::gateway
