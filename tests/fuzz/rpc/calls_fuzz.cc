// SPDX-License-Identifier: Apache-2.0
// Whatever comes on a connection between processes: a server hands on whole messages within their
// bound, a caller is answered exactly once, and all that was begun ends with the connection.
#include <nghttp2/nghttp2.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/base/rpc/wire/client_connection.h"
#include "services/base/rpc/wire/server_connection.h"
#include "tests/fuzz/require.h"

namespace {

using namespace forium::rpc;
using forium::fuzz::Require;

constexpr size_t kMostMessage = 3000;
constexpr std::string_view kEmptySettings("\0\0\0\4\0\0\0\0\0", 9);
// Above what a socket takes at once.
constexpr size_t kMostInput = 64 << 10;

// Without threads: the test calls OnReady.
Poller& Nobody() {
  static Poller& poller = *new Poller(0, absl::Hours(1), [] {});
  return poller;
}

// The far end of a connection under test.
class FarEnd {
 public:
  FarEnd() {
    int ends[2] = {};
    Require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0, "no sockets");
    near_ = ends[0];
    far_ = ends[1];
    const int room = 1 << 20;
    setsockopt(far_, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
  }
  ~FarEnd() { close(far_); }
  std::unique_ptr<Socket> TakeNear() const { return std::make_unique<Socket>(near_); }

  void Say(std::string_view bytes) const {
    (void)!send(far_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  void Leave() const { shutdown(far_, SHUT_WR); }
  void Drain() const {
    char buffer[4096];
    while (recv(far_, buffer, sizeof(buffer), 0) > 0) {
    }
  }

 private:
  int near_ = -1;
  int far_ = -1;
};

// Says back what it is told, and ends when it is told nothing.
class Parrot final : public Conversation {
 public:
  Reply OnMessage(std::string_view message) override {
    Require(message.size() <= kMostMessage, "a message beyond the bound");
    if (message.empty()) return {.end = absl::NotFoundError("nothing")};
    std::string framed(kPrefixBytes, '\0');
    framed[3] = static_cast<char>(message.size() >> 8);
    framed[4] = static_cast<char>(message.size());
    return {.framed = framed.append(message)};
  }
};

class Handler final : public ServerConnection::Handler {
 public:
  void OnCalls(std::vector<ArrivedCall> calls) override {
    for (ArrivedCall& call : calls) {
      Require(!closed, "a call after the end");
      Require(call.message.size() <= kMostMessage, "a message beyond the bound");
      Require(call.refusal.ok() || call.message.empty(), "a refused call has a message");
      for (const auto& [name, value] : call.fields) {
        Require(!name.empty() && name[0] != ':', "a field of HTTP/2 was handed on");
      }
      std::string framed(kPrefixBytes, '\0');
      call.connection->Waits(call.stream);
      call.connection->Reply(call.stream, call.refusal, call.refusal.ok() ? framed : std::string(),
                             {{"forium-error-bin", call.message}});
      call.connection->Reply(call.stream, call.refusal, framed, {});  // too late
    }
  }
  std::unique_ptr<Conversation> Converse(const std::string& path) override {
    if (path != "/talk") return nullptr;
    return std::make_unique<Parrot>();
  }
  void OnConnectionClosed(ServerConnection*) override {
    Require(!std::exchange(closed, true), "closed twice");
  }
  bool closed = false;
};

// Until it has seen the end; it sees what was said before that first.
void Finish(Connection& connection, const FarEnd& far, const bool& closed) {
  far.Leave();
  for (int i = 0; i < 100 && !closed; ++i) {
    far.Drain();
    connection.OnReady();
  }
  Require(closed, "the connection outlives its other end");
}

void Serve(std::string_view script) {
  const FarEnd far;
  Handler handler;
  const auto connection = ServerConnection::Make(Nobody(), far.TakeNear(), handler, kMostMessage);
  connection->Open();
  far.Say({NGHTTP2_CLIENT_MAGIC, NGHTTP2_CLIENT_MAGIC_LEN});
  far.Say(kEmptySettings);
  far.Say(script);
  connection->OnReady();
  connection->Change();
  Finish(*connection, far, handler.closed);
}

void Call(std::string_view script) {
  const FarEnd far;
  const auto connection = ClientConnection::Make(Nobody(), far.TakeNear());
  bool closed = false;
  connection->Open([&](ClientConnection::State state, const std::string&) {
    Require(!closed, "a change after the end");
    closed = state == ClientConnection::State::kClosed;
  });
  far.Say(kEmptySettings);
  connection->OnReady();
  int begun = 0;
  int answered = 0;
  for (int i = 0; i < 2; ++i) {
    const Fields fields = {{":method", "POST"},   {":scheme", "http"},
                           {":path", "/a.B/C"},   {":authority", "forium"},
                           {"te", "trailers"},    {"content-type", "application/grpc"},
                           {"grpc-timeout", "1S"}};
    const int32_t stream =
        connection->Start(fields, std::string(kPrefixBytes, '\0'), [&](Answer answer) {
          ++answered;
          Require(answer.code == absl::StatusCode::kOk || answer.body.empty(),
                  "a failed call has an answer");
        });
    begun += stream != 0 ? 1 : 0;
  }
  Require(begun == 2, "no calls are taken");
  far.Say(script);
  connection->OnReady();
  Finish(*connection, far, closed);
  Require(answered == begun, "not answered once each");
}

}  // namespace

// The first byte: which end is tested.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0 || size > kMostInput) return 0;
  const std::string_view script(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  (bytes[0] & 1) == 0 ? Serve(script) : Call(script);
  return 0;
}
