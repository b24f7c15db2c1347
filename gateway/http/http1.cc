// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/http1.h"

#include <poll.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <span>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "gateway/cache/page_cache.h"
#include "gateway/http/ascii.h"
#include "gateway/http/body_stream.h"
#include "gateway/http/problem.h"
#include "gateway/http/strict.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Parser = http::request_parser<http::string_body>;

constexpr size_t kReadBytes = 4096;
constexpr size_t kBodyReadBytes = 65536;
// `0`, CRLF, CRLF: what is left of a chunked body is never shorter, and Beast relies on it.
constexpr size_t kChunkedEndBytes = 5;
// A body that keeps coming may take as long as it needs at this rate, beside the timeout.
constexpr int64_t kSlowestBytesPerSecond = 1024;
// Progress of a response is looked at after each of these.
constexpr size_t kWriteSlice = 256 << 10;
// What is read and thrown away after a refusal, so that the client can still read the answer.
constexpr int64_t kLingerBytes = 2 << 20;

Method MethodOf(http::verb verb) {
  switch (verb) {
    case http::verb::get:
    case http::verb::head:
      return Method::kGet;
    case http::verb::post:
      return Method::kPost;
    case http::verb::put:
      return Method::kPut;
    case http::verb::patch:
      return Method::kPatch;
    case http::verb::delete_:
      return Method::kDelete;
    case http::verb::options:
      return Method::kOptions;
    default:
      return Method::kOther;
  }
}

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

// A refusal before there is a request to answer.
struct Refusal {
  int status;
  std::string_view detail;
};

// The state of one connection, as its coroutine's functions pass it on.
struct Connection {
  Worker& worker;
  Transport& transport;
  Watch& watch;
  beast::flat_buffer buffer;
  std::string head;  // header of the response being written; reused

  void Expect(absl::Duration timeout) {
    watch.deadline = worker.now + timeout;
    watch.expired = false;
  }
  void ExpectNothing() { watch.deadline = absl::InfiniteFuture(); }

  std::string_view pending() const {
    return {static_cast<const char*>(buffer.cdata().data()), buffer.cdata().size()};
  }
  // False: over.
  asio::awaitable<bool> ReadMore(size_t most) {
    const auto into = buffer.prepare(most);
    const size_t bytes = co_await transport.Read(static_cast<char*>(into.data()), into.size());
    buffer.commit(bytes);
    co_return bytes > 0;
  }
};

// Reads until a whole header stands at the front of the buffer; its length, or what to refuse, or
// nothing when the connection is over.
asio::awaitable<std::optional<Refusal>> ReadHeader(Connection& connection, size_t& length) {
  const Config& config = connection.worker.config;
  length = 0;
  size_t scanned = 0;
  bool line_skipped = false;
  bool begun = !connection.pending().empty();
  connection.watch.idle = !begun;
  connection.Expect(begun ? config.header_timeout : config.keep_alive_timeout);
  while (true) {
    // An empty line before the request line is to be ignored (RFC 9112, 2.2).
    if (!line_skipped && connection.pending().starts_with("\r\n")) {
      connection.buffer.consume(2);
      line_skipped = true;
      scanned = 0;
    }
    const std::string_view pending = connection.pending();
    const size_t end = pending.find("\r\n\r\n", scanned > 3 ? scanned - 3 : 0);
    if (end != std::string_view::npos && end + 4 <= static_cast<size_t>(config.max_header_bytes)) {
      length = end + 4;
      connection.watch.idle = false;
      co_return std::nullopt;
    }
    if (pending.size() >= static_cast<size_t>(config.max_header_bytes)) {
      const size_t line =
          pending.substr(0, static_cast<size_t>(config.max_header_bytes)).find("\r\n");
      const bool in_line = line == std::string_view::npos;
      co_return in_line ? Refusal{414, "The address is too long."}
                        : Refusal{431, "The request's header is too large."};
    }
    scanned = pending.size();
    if (!co_await connection.ReadMore(kReadBytes)) {
      if (connection.watch.expired && begun)
        co_return Refusal{408, "The request took too long to arrive."};
      co_return std::nullopt;
    }
    if (!begun) {
      begun = true;
      connection.watch.idle = false;
      connection.Expect(config.header_timeout);
    }
  }
}

uint64_t BodyLimit(const Worker& worker, std::string_view host) {
  const auto& limit = worker.application.body_limit;
  return static_cast<uint64_t>(limit == nullptr ? worker.config.max_body_bytes : limit(host));
}

std::optional<Refusal> RefusalOf(const beast::error_code& error) {
  if (error == http::error::body_limit) return Refusal{413, "The request's body is too large."};
  if (error == http::error::header_limit) return Refusal{431, "The request's header is too large."};
  return Refusal{400, "The request is malformed."};
}

using Parts = std::array<std::string_view, 3>;

// Takes off what was written.
void Remove(Parts& parts, size_t bytes) {
  for (std::string_view& part : parts) {
    const size_t of_part = std::min(bytes, part.size());
    part.remove_prefix(of_part);
    bytes -= of_part;
  }
}

// Most answers end here, without a coroutine. False: `parts` are what is left for WriteAll.
bool WriteAtOnce(Connection& connection, Parts& parts) {
  const auto first = std::find_if(parts.begin(), parts.end(), [](auto it) { return !it.empty(); });
  size_t left = 0;
  for (const std::string_view part : parts) left += part.size();
  if (left > kWriteSlice) return false;
  const size_t bytes = connection.transport.TryWrite({first, parts.end()}).value_or(0);
  Remove(parts, bytes);
  return bytes == left;
}

// Writes all parts: at once if the connection takes them, else slice by slice, each with the write
// timeout. `file` has the last part too, unless it is -1.
asio::awaitable<bool> WriteAll(Connection& connection, Parts parts, int file = -1) {
  const size_t whole = parts.back().size();
  size_t first = 0;
  while (true) {
    while (first < parts.size() && parts[first].empty()) ++first;
    if (first == parts.size()) co_return true;
    Parts slice;
    size_t budget = kWriteSlice;
    size_t last = first;
    for (; last < parts.size() && budget > 0; ++last) {
      slice[last] = parts[last].substr(0, budget);
      budget -= slice[last].size();
    }
    const std::span<const std::string_view> now(slice.begin() + first, slice.begin() + last);
    const std::optional<size_t> taken =
        file < 0 || last < parts.size()
            ? connection.transport.TryWrite(now)
            : connection.transport.TrySend(now, file, whole - parts.back().size());
    if (!taken.has_value()) co_return false;
    size_t bytes = *taken;
    if (bytes == 0) {
      connection.Expect(connection.worker.config.write_timeout);
      bytes = co_await connection.transport.Write(now);
      if (bytes == 0) co_return false;
    }
    Remove(parts, bytes);
  }
}

// Reads the body, of `most` bytes at most, into the parser. `over`: the connection ended.
asio::awaitable<std::optional<Refusal>> ReadBody(Connection& connection, Parser& parser,
                                                 uint64_t most, bool& over) {
  over = false;
  const Config& config = connection.worker.config;
  if (parser.content_length().value_or(0) > most) co_return RefusalOf(http::error::body_limit);
  parser.body_limit(most);
  if (const auto expect = View(parser.get()[http::field::expect]); !expect.empty()) {
    if (!EqualsIgnoreCase(expect, "100-continue"))
      co_return Refusal{417, "Only 100-continue can be expected."};
    if (connection.pending().empty() && parser.get().version() == 11) {
      connection.Expect(config.write_timeout);
      if (!co_await WriteAll(connection, {"HTTP/1.1 100 Continue\r\n\r\n"})) {
        over = true;
        co_return std::nullopt;
      }
    }
  }
  const absl::Time begin = connection.worker.now;
  int64_t received = 0;
  while (!parser.is_done()) {
    beast::error_code error = http::error::need_more;
    size_t used = 0;
    if (!parser.chunked() || connection.pending().size() >= kChunkedEndBytes) {
      used = parser.put(connection.buffer.data(), error);
      connection.buffer.consume(used);
      if (error && error != http::error::need_more) co_return RefusalOf(error);
      if (parser.is_done()) break;
    }
    if (used > 0 && !error && !connection.pending().empty()) continue;
    connection.watch.deadline =
        begin + config.body_timeout + absl::Seconds(received / kSlowestBytesPerSecond);
    connection.watch.expired = false;
    const size_t before = connection.buffer.size();
    if (!co_await connection.ReadMore(kBodyReadBytes)) {
      if (connection.watch.expired)
        co_return Refusal{408, "The request's body took too long to arrive."};
      over = true;
      co_return std::nullopt;
    }
    received += static_cast<int64_t>(connection.buffer.size() - before);
  }
  co_return std::nullopt;
}

// Splits the target and shows the header to handlers.
void FillRequest(Parser& parser, const Peer& peer, Request& request) {
  const auto& message = parser.get();
  request.method = MethodOf(message.method());
  request.head = message.method() == http::verb::head;
  request.headers.clear();
  for (const auto& field : message) {
    request.headers.push_back({View(field.name_string()), View(field.value())});
  }
  request.host = View(message[http::field::host]);
  std::string_view target = View(message.target());
  if (!target.starts_with('/') && target != "*") {  // absolute-form: its authority counts, not Host
    const size_t authority = target.find("//") + 2;
    const size_t path = target.find_first_of("/?", authority);
    request.host =
        target.substr(authority, path == std::string_view::npos ? path : path - authority);
    target = path == std::string_view::npos ? std::string_view() : target.substr(path);
  }
  const size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (request.path.empty()) request.path = "/";
  request.raw_query =
      question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
  request.remote_address = peer.address;
  request.secure = peer.secure;
  const std::string_view upgrade = View(message[http::field::upgrade]);
  if (message.version() == 11 && !upgrade.empty() &&
      http::token_list(message[http::field::connection]).exists("upgrade")) {
    request.upgrade = upgrade;
  }
}

// A request as good as new, with its memory kept.
void Reset(Request& request) {
  std::vector<Request::HeaderField> headers = std::move(request.headers);
  request = Request();
  request.headers = std::move(headers);
}

bool HasBody(int status) { return status >= 200 && status != 204 && status != 304; }

// How a body that is written as it comes is told apart from what follows it.
BodyStream::Framing FramingOf(const Response& response, bool old) {
  if (response.status == 101) return BodyStream::Framing::kUpgraded;
  if (old || !response.Header("content-length").empty()) return BodyStream::Framing::kAsIs;
  return BodyStream::Framing::kChunked;
}

// Such a value would write header fields of its own. Three searches for a byte cost a tenth of one
// for any of three.
bool BreaksLine(std::string_view value) {
  const auto has = [value](char c) { return value.find(c) != std::string_view::npos; };
  return has('\r') || has('\n') || has('\0');
}

// Writes the header into connection.head; for a cached page only what follows its own.
void WriteHead(Connection& connection, const Request& request, const Response& response,
               bool keep_alive, bool old) {
  std::string& head = connection.head;
  head.clear();
  if (response.cached == nullptr) {
    head += "HTTP/1.1 ";
    head += std::to_string(response.status);
    head += ' ';
    head += ReasonPhrase(response.status);
    head += "\r\n";
  }
  for (const auto& [name, value] : response.headers) {
    head += name;
    head += ": ";
    if (!BreaksLine(value)) head += value;
    head += "\r\n";
  }
  if (response.stream != nullptr) {
    if (FramingOf(response, old) == BodyStream::Framing::kChunked) {
      head += "Transfer-Encoding: chunked\r\n";
    }
  } else if (response.cached == nullptr && HasBody(response.status)) {
    head += "Content-Length: ";
    head += std::to_string(response.body.size());
    head += "\r\n";
  }
  head += connection.worker.date;
  if (response.status == 101) {
    head += "Connection: Upgrade\r\nUpgrade: ";
    head += request.upgrade;
    head += "\r\n";
  } else if (!keep_alive) {
    head += "Connection: close\r\n";
  } else if (old) {
    head += "Connection: keep-alive\r\n";
  }
  head += "\r\n";
}

// Views of the connection's head and of the response.
struct Outgoing {
  Parts parts;
  int file = -1;  // has the last part too
};

Outgoing OutgoingOf(Connection& connection, const Response& response, bool head_only) {
  const CachedPage* cached = response.cached.get();
  std::string_view body = cached != nullptr ? std::string_view(cached->body) : response.body.view();
  const int status = cached != nullptr && response.status != 304 ? cached->status : response.status;
  if (head_only || !HasBody(status)) body = {};
  const std::string_view prebuilt = cached == nullptr ? std::string_view()
                                    : response.status == 304
                                        ? std::string_view(cached->not_modified_head)
                                        : std::string_view(cached->head);
  const int file = cached != nullptr && !body.empty() && connection.transport.sends_files()
                       ? cached->body_file.For(body)
                       : -1;
  return {{prebuilt, connection.head, body}, file};
}

// Says no and closes; reads on for a moment, since closing with unread bytes would reset the answer
// away.
asio::awaitable<void> Refuse(Connection& connection, Refusal refusal) {
  const Response response = connection.worker.application.refuse(refusal.status, refusal.detail);
  WriteHead(connection, Request(), response, false, false);
  if (!co_await WriteAll(connection, OutgoingOf(connection, response, false).parts)) co_return;
  connection.transport.ShutdownWrite();
  connection.Expect(absl::Seconds(2));
  for (int64_t left = kLingerBytes; left > 0;) {
    connection.buffer.clear();
    if (!co_await connection.ReadMore(kReadBytes)) co_return;
    left -= static_cast<int64_t>(connection.buffer.size());
  }
}

// Lets the response write its body, or speak its own protocol. False: the connection is over.
asio::awaitable<bool> Stream(Connection& connection, const Response& response,
                             BodyStream::Framing framing) {
  if (!co_await WriteAll(connection, {connection.head})) co_return false;
  std::string unread(connection.pending());
  connection.buffer.consume(connection.buffer.size());
  connection.buffer.shrink_to_fit();  // it may stay open for hours
  BodyStream body(connection.worker, connection.transport, connection.watch, framing,
                  std::move(unread));
  const bool whole = co_await response.stream(body);
  if (!whole || !co_await body.Finish()) co_return false;
  if (framing == BodyStream::Framing::kUpgraded) co_return false;
  unread = body.TakeUnread();
  connection.buffer.commit(
      asio::buffer_copy(connection.buffer.prepare(unread.size()), asio::buffer(unread)));
  co_return true;
}

// For how long a client who was told to come back later is not heard: nearly until then. Who asks
// again at once would cost as much as those who could be served. A pause of a second is none:
// something is away for a moment.
absl::Duration RestAfter(const Response& response) {
  int64_t seconds = 0;
  const std::string_view told =
      response.status == 503 ? response.Header("retry-after") : std::string_view();
  if (!absl::SimpleAtoi(absl::string_view(told.data(), told.size()), &seconds) || seconds < 2) {
    return absl::ZeroDuration();
  }
  return std::min(absl::Seconds(seconds) / 2, absl::Seconds(10));
}

// The sweep ends it. False: he left meanwhile, whatever he asked for before.
asio::awaitable<bool> Rest(Connection& connection, absl::Duration pause) {
  Socket& socket = connection.transport.socket();
  connection.Expect(pause);
  connection.watch.idle = true;
  [[maybe_unused]] const auto ended =
      co_await socket.async_wait(Socket::wait_error, asio::as_tuple(asio::use_awaitable));
  pollfd state{socket.native_handle(), POLLRDHUP, 0};
  co_return poll(&state, 1, 0) == 0;
}

asio::awaitable<void> ServeRequests(Connection& connection, const Peer& peer) {
  Worker& worker = connection.worker;
  Request request;
  while (true) {
    size_t header = 0;
    std::optional<Refusal> refusal = co_await ReadHeader(connection, header);
    if (!refusal.has_value() && header == 0) co_return;
    if (!refusal.has_value()) {
      if (const auto breach = FindBreach(connection.pending().substr(0, header))) {
        refusal = Refusal{breach->status, breach->detail};
      }
    }
    if (refusal.has_value()) co_return co_await Refuse(connection, *refusal);

    Parser parser;
    parser.header_limit(static_cast<uint32_t>(worker.config.max_header_bytes));
    parser.body_limit(boost::none);  // until it is known whose it is
    beast::error_code error;
    connection.buffer.consume(parser.put(connection.buffer.data(), error));
    if (error && error != http::error::need_more)
      co_return co_await Refuse(connection, *RefusalOf(error));
    // Before the body: the parser puts a chunked body's trailers among the header fields, where
    // nobody has checked them (RFC 9110, 6.5.1).
    Reset(request);
    FillRequest(parser, peer, request);
    if (!parser.is_done()) {
      bool over = false;
      refusal = co_await ReadBody(connection, parser, BodyLimit(worker, request.host), over);
      if (refusal.has_value()) co_return co_await Refuse(connection, *refusal);
      if (over) co_return;
    }
    connection.ExpectNothing();

    request.body = std::move(parser.get().body());
    Response response;
    if (!worker.application.quick(request, response))
      response = co_await worker.application.handle(request);

    const bool old = parser.get().version() == 10;
    const bool streamed = response.stream != nullptr && !request.head;
    const auto framing = FramingOf(response, old);
    const bool keep_alive = parser.keep_alive() && !worker.draining &&
                            (!streamed || framing != BodyStream::Framing::kAsIs ||
                             !response.Header("content-length").empty());
    WriteHead(connection, request, response, keep_alive, old);
    if (streamed) {
      if (!co_await Stream(connection, response, framing)) co_return;
    } else {
      Outgoing out = OutgoingOf(connection, response, request.head);
      const bool written = out.file < 0 && WriteAtOnce(connection, out.parts);
      if (!written && !co_await WriteAll(connection, out.parts, out.file)) co_return;
    }
    if (!keep_alive) {
      connection.transport.ShutdownWrite();
      co_return;
    }
    // Behind a proxy the next request may be somebody else's.
    if (const absl::Duration rest = RestAfter(response); rest > absl::ZeroDuration() &&
                                                         request.remote_address == peer.address &&
                                                         !co_await Rest(connection, rest)) {
      co_return;
    }
  }
}

}  // namespace

asio::awaitable<void> ServeHttp1(Worker& worker, Transport& transport, Watch& watch,
                                 const Peer& peer, std::string first_bytes) {
  // Bounded, since a chunk's extension may be as long as its sender likes.
  const size_t most = static_cast<size_t>(worker.config.max_header_bytes) + 2 * kBodyReadBytes;
  Connection connection{worker, transport, watch, beast::flat_buffer(most), std::string()};
  connection.buffer.commit(
      asio::buffer_copy(connection.buffer.prepare(first_bytes.size()), asio::buffer(first_bytes)));
  std::string().swap(first_bytes);  // an assignment would keep its memory
  co_await ServeRequests(connection, peer);
}

}  // namespace forium::gateway
