// SPDX-License-Identifier: Apache-2.0
#include "gateway/http2/memory_transport.h"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstring>
#include <utility>

#include "gateway/http/application.h"
#include "gateway/http/byte_stream.h"
#include "gateway/http/worker.h"
#include "gateway/http2/http2.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

// Every kind of answer there is, by the path's first letter.
asio::awaitable<Response> Handle(Request& request) {
  Response response = Response::Text(std::string(request.path) + request.body);
  if (request.path.starts_with("/s") || !request.upgrade.empty()) {
    if (!request.upgrade.empty()) response.status = 101;
    response.stream = [](ByteStream& stream) -> asio::awaitable<bool> {
      std::array<char, 64> buffer;
      const std::array<std::string_view, 2> parts = {"some ", "words"};
      if (!co_await stream.Write(parts)) co_return false;
      while (true) {
        const size_t bytes = co_await stream.Read(buffer.data(), buffer.size());
        if (bytes == 0) co_return true;
        const std::array<std::string_view, 1> echo = {std::string_view(buffer.data(), bytes)};
        if (!co_await stream.Write(echo)) co_return false;
      }
    };
  }
  co_return response;
}

}  // namespace

MemoryTransport::MemoryTransport(asio::io_context& io, std::string_view input, size_t piece)
    : Transport(Socket(io)), input_(input), piece_(piece) {}

asio::awaitable<bool> MemoryTransport::Handshake() { co_return true; }

asio::awaitable<size_t> MemoryTransport::Read(char* into, size_t most) {
  const size_t bytes = std::min({most, piece_, input_.size()});
  if (bytes == 0) co_return 0;
  std::memcpy(into, input_.data(), bytes);
  input_.remove_prefix(bytes);
  co_return bytes;
}

std::optional<size_t> MemoryTransport::TryWrite(std::span<const std::string_view> parts) {
  size_t bytes = 0;
  for (const std::string_view part : parts) {
    output_ += part;
    bytes += part.size();
  }
  return bytes;
}

asio::awaitable<size_t> MemoryTransport::Write(std::span<const std::string_view> parts) {
  co_return *TryWrite(parts);
}

std::string AnswerTo(std::string_view input, size_t piece) {
  const Config config;
  Application application;
  application.quick = [](Request& request, Response& response) {
    if (!request.path.starts_with("/q")) return false;
    response = Response::Text("quick");
    return true;
  };
  application.handle = &Handle;
  application.refuse = [](int status, std::string_view detail) {
    return Response::Text(std::string(detail), status);
  };
  asio::io_context io{1};
  Worker worker{config, application};
  MemoryTransport transport(io, input, piece);
  Watch watch(transport);
  asio::co_spawn(io, ServeHttp2(worker, transport, watch, Peer{}, std::string()),
                 [](const std::exception_ptr&) {});
  io.run();
  return transport.output();
}

}  // namespace forium::gateway
