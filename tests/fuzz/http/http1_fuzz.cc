// SPDX-License-Identifier: Apache-2.0
// Whatever comes on an HTTP/1.1 connection: requests are the same however the bytes are cut, clean
// and within their bounds, and each gets one answer.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "gateway/http/ascii.h"
#include "gateway/http/byte_stream.h"
#include "gateway/http/http1.h"
#include "gateway/http/strict.h"
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
constexpr int64_t kMostBody = 600;
constexpr int64_t kMostLargeBody = 3000;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

void Check(const Request& request) {
  Require(request.path.starts_with('/') || request.path == "*", "path is none");
  Require(request.path.find_first_of("?#\\") == std::string_view::npos, "path not clean");
  Require(request.host.empty() || IsHost(request.host), "host is none");
  int lengths = 0;
  int codings = 0;
  int hosts = 0;
  for (const auto& [name, value] : request.headers) {
    Require(!name.empty(), "field without a name");
    for (const char c : value) {
      Require(c == '\t' || (static_cast<uint8_t>(c) >= 0x20 && c != 0x7F), "field not clean");
    }
    lengths += EqualsIgnoreCase(name, "content-length") ? 1 : 0;
    codings += EqualsIgnoreCase(name, "transfer-encoding") ? 1 : 0;
    hosts += EqualsIgnoreCase(name, "host") ? 1 : 0;
  }
  Require(lengths + codings <= 1, "length of the body is ambiguous");
  Require(hosts <= 1, "two hosts");
  Require(lengths + codings > 0 || request.body.empty(), "body without a length");
  Require(static_cast<int64_t>(request.body.size()) <=
              (request.host == "large" ? kMostLargeBody : kMostBody),
          "body beyond its bound");
}

struct Told {
  std::string requests;
  std::string answers;  // without 100 (Continue), which depends on what has come already
  int count = 0;
};

void Note(const Request& request, Told& told) {
  Check(request);
  ++told.count;
  std::string& text = told.requests;
  text += MethodName(request.method);
  text += request.head ? " head " : " ";
  text.append(request.path).append("?").append(request.raw_query);
  text.append(" ").append(request.host).append(" ").append(request.upgrade).append("\n");
  for (const auto& [name, value] : request.headers) text.append(name).append(": ").append(value);
  text.append("\n").append(request.body).append("\n");
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

Told Serve(std::string_view script, ScriptedTransport::Manner manner) {
  static const Config config = [] {
    Config made;
    made.max_header_bytes = kMostHeader;
    made.max_body_bytes = kMostBody;
    return made;
  }();
  Told told;
  Application application;
  application.quick = [&told](Request& request, Response& response) {
    if (request.path != "/q") return false;
    Note(request, told);
    response = AnswerTo(request);
    return true;
  };
  application.handle = [&told](Request& request) -> asio::awaitable<Response> {
    Note(request, told);
    co_return AnswerTo(request);
  };
  application.refuse = [](int status, std::string_view detail) {
    return Response::Text(std::string(detail), status);
  };
  application.body_limit = [](std::string_view host) {
    return host == "large" ? kMostLargeBody : kMostBody;
  };
  asio::io_context io(1);
  Worker worker{config, application};
  worker.now = absl::UnixEpoch();
  worker.date = "Date: Sat, 21 Nov 2026 18:00:00 GMT\r\n";
  ScriptedTransport transport(io, script, manner);
  Watch watch(transport);
  const Peer peer{.address = "192.0.2.1"};
  bool ended = false;
  asio::co_spawn(io, ServeHttp1(worker, transport, watch, peer, std::string()),
                 [&ended](const std::exception_ptr& fault) {
                   Require(fault == nullptr, "an exception left");
                   ended = true;
                 });
  io.run();
  Require(ended, "the connection hangs");
  Require(!transport.written_after_end(), "written after the end");
  told.answers = transport.written();
  for (size_t at = 0; (at = told.answers.find(kContinue, at)) != std::string::npos;) {
    told.answers.erase(at, kContinue.size());
  }
  return told;
}

int AnswersIn(std::string_view answers) {
  int count = 0;
  for (const std::string_view begin : {"HTTP/1.1 2", "HTTP/1.1 4", "HTTP/1.1 5"}) {
    for (size_t at = 0; (at = answers.find(begin, at)) != std::string_view::npos; ++at) ++count;
  }
  return count;
}

}  // namespace

// The first byte: how the connection takes what is written, and into which pieces the bytes are
// cut.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const bool sluggish = (bytes[0] & 1) != 0;
  const size_t piece = 1 + (bytes[0] >> 1) % 32;
  const std::string_view script(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const Told whole = Serve(script, {.sluggish = sluggish, .yields = false});
  const Told piecewise = Serve(script, {.piece = piece, .yields = false});
  Require(whole.requests == piecewise.requests, "requests differ by how they are cut",
          whole.requests + "\n--\n" + piecewise.requests);
  Require(whole.answers == piecewise.answers, "answers differ by how requests are cut",
          whole.answers + "\n--\n" + piecewise.answers);
  // What an echo says may look like anything.
  if (whole.answers.find("101 ") == std::string::npos) {
    const int answers = AnswersIn(whole.answers);
    Require(answers == whole.count || answers == whole.count + 1, "an answer too many or too few",
            whole.answers);
  }
  return 0;
}
