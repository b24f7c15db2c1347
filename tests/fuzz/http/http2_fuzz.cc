// SPDX-License-Identifier: Apache-2.0
// Whatever comes on an HTTP/2 connection after its preface: requests are clean and within their
// bounds, what is answered are frames, and all that was begun ends with the connection.
#include <nghttp2/nghttp2.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <string>

#include "gateway/http/byte_stream.h"
#include "gateway/http/strict.h"
#include "gateway/http2/http2.h"
#include "tests/fuzz/http/scripted_transport.h"
#include "tests/fuzz/http/streamed_answers.h"
#include "tests/fuzz/require.h"

namespace {

using namespace forium::gateway;
using forium::fuzz::Count;
using forium::fuzz::Echo;
using forium::fuzz::Require;
using forium::fuzz::ScriptedTransport;
namespace asio = boost::asio;

constexpr int64_t kMostHeader = 1024;
constexpr size_t kMostBody = 3000;
constexpr size_t kFrameHeader = 9;
constexpr size_t kMostPayload = 16 << 10;

void Check(const Request& request) {
  Require(request.path.starts_with('/') || request.path == "*", "path is none");
  Require(request.path.find_first_of("?#\\ \r\n") == std::string_view::npos, "path not clean");
  Require(IsHost(request.host), "host is none");
  for (const auto& [name, value] : request.headers) {
    Require(!name.empty() && name[0] != ':', "a field of HTTP/2 was handed on");
    for (const char c : name) Require(c > ' ' && (c < 'A' || c > 'Z'), "name not clean");
    for (const char c : value) {
      Require(c == '\t' || (static_cast<uint8_t>(c) >= 0x20 && c != 0x7F), "field not clean");
    }
    Require(name != "connection" && name != "transfer-encoding", "a field of HTTP/1.1");
  }
  Require(request.body.size() <= kMostBody, "body beyond its bound");
}

Response AnswerTo(const Request& request) {
  Response response;
  if (request.path == "/up" && !request.upgrade.empty()) {
    response.status = 101;
    response.stream = &Echo;
  } else if (request.path == "/up") {
    response.stream = &Count;
  } else if (request.path == "/n") {
    response = Response::Empty();
  } else {
    response = Response::Text(std::to_string(request.body.size()));
  }
  return response;
}

// Whole frames, none longer than was agreed. The client may have left within one.
void CheckWritten(std::string_view written) {
  while (written.size() >= kFrameHeader) {
    const auto byte = [&written](size_t i) { return static_cast<uint8_t>(written[i]); };
    const size_t length = static_cast<size_t>(byte(0)) << 16 | byte(1) << 8 | byte(2);
    Require(length <= kMostPayload, "a frame too long");
    Require(byte(3) <= NGHTTP2_CONTINUATION, "a frame of no type");
    const bool streamless =
        byte(3) == NGHTTP2_SETTINGS || byte(3) == NGHTTP2_PING || byte(3) == NGHTTP2_GOAWAY;
    const uint32_t stream =
        static_cast<uint32_t>(byte(5)) << 24 | byte(6) << 16 | byte(7) << 8 | byte(8);
    Require(!streamless || stream == 0, "a frame of the connection on a stream");
    Require(stream >> 31 == 0, "reserved bit set");
    written.remove_prefix(std::min(written.size(), kFrameHeader + length));
  }
}

struct Running {
  explicit Running(int& count) : count(count) { ++count; }
  ~Running() { --count; }
  int& count;
};

void Serve(const std::string& script, ScriptedTransport::Manner manner) {
  static const Config config = [] {
    Config made;
    made.max_header_bytes = kMostHeader;
    made.max_body_bytes = kMostBody;
    return made;
  }();
  int running = 0;
  Application application;
  application.quick = [](Request& request, Response& response) {
    if (request.path != "/q") return false;
    Check(request);
    response = AnswerTo(request);
    return true;
  };
  application.handle = [&running](Request& request) -> asio::awaitable<Response> {
    const Running counted(running);
    Check(request);
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    Check(request);  // still there
    co_return AnswerTo(request);
  };
  application.refuse = [](int status, std::string_view detail) {
    return Response::Text(std::string(detail), status);
  };
  asio::io_context io(1);
  Worker worker{config, application};
  worker.now = absl::UnixEpoch();
  worker.date = "Date: Sat, 21 Nov 2026 18:00:00 GMT\r\n";
  ScriptedTransport transport(io, script, manner);
  Watch watch(transport);
  bool ended = false;
  asio::co_spawn(io,
                 ServeHttp2(worker, transport, watch, Peer{.address = "192.0.2.1"}, std::string()),
                 [&ended](const std::exception_ptr& fault) {
                   Require(fault == nullptr, "an exception left");
                   ended = true;
                 });
  io.run();
  Require(ended, "the connection hangs");
  Require(running == 0, "a handler outlives its connection");
  CheckWritten(transport.written());
}

}  // namespace

// The first byte: how the bytes are cut, how the connection takes what is written, and whether the
// client begins as it must.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  std::string script;
  if ((bytes[0] & 1) == 0) script.assign(NGHTTP2_CLIENT_MAGIC, NGHTTP2_CLIENT_MAGIC_LEN);
  script += rest;
  const size_t piece = (bytes[0] >> 2) == 0 ? 1 << 16 : static_cast<size_t>(bytes[0] >> 2);
  Serve(script, {.piece = piece, .sluggish = (bytes[0] & 2) != 0});
  return 0;
}
