// SPDX-License-Identifier: Apache-2.0
// Several servers behind one target: what becomes of calls when one of them leaves.
#include <atomic>
#include <thread>

#include "gtest/gtest.h"
#include "services/base/rpc/rpc_fixture.h"

namespace forium::rpc {
namespace {

constexpr char kRepeatable[] = "forium.rpc.testing.Echo.Read";
constexpr char kOnce[] = "forium.rpc.testing.Echo.Member";

class FailoverTest : public RpcTest {
 protected:
  std::unique_ptr<Server> NewServer(EchoHandler handler, int port = 0) {
    auto server = std::make_unique<Server>(
        Server::Options{.listen = "127.0.0.1:" + std::to_string(port)}, verifier_);
    HandleEcho(*server, std::move(handler));
    const absl::Status started = server->Start();
    EXPECT_TRUE(started.ok()) << started;
    return server;
  }
  static EchoHandler Named(std::string name) {
    return [name](const Call&, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
      EchoResponse response;
      response.set_text(name);
      return response;
    };
  }
  absl::StatusOr<EchoResponse> Ask(Channel& channel, const char* method) const {
    CallOptions options = As(Member());
    options.deadline = absl::Now() + absl::Seconds(5);
    return channel.Call<EchoResponse>(method, EchoRequest(), options);
  }
  static std::string Both(const Server& one, const Server& other) {
    return "127.0.0.1:" + std::to_string(one.port()) + ",127.0.0.1:" + std::to_string(other.port());
  }
};

TEST_P(FailoverTest, CallsTakeTurnsAmongServers) {
  const auto one = NewServer(Named("one"));
  const auto other = NewServer(Named("other"));
  Channel channel(rpc::Connect(Both(*one, *other)));
  int heard = 0;
  for (int i = 0; i < 400 && heard != 3; ++i) {
    const auto answer = Ask(channel, kRepeatable);
    ASSERT_TRUE(answer.ok()) << answer.status();
    heard |= answer->text() == "one" ? 1 : 2;
  }
  EXPECT_EQ(heard, 3);
}

TEST_P(FailoverTest, NoCallFailsWhileAServerDrains) {
  auto one = NewServer(Named("one"));
  const auto other = NewServer(Named("other"));
  Channel channel(rpc::Connect(Both(*one, *other)));
  std::atomic<bool> stop = false;
  std::atomic<int> answered = 0;
  std::thread caller([&] {
    while (!stop) {
      // Also calls that must not run twice: a server that leaves has not begun them.
      const auto answer = Ask(channel, kOnce);
      EXPECT_TRUE(answer.ok()) << answer.status();
      ++answered;
    }
  });
  while (answered < 50) std::this_thread::yield();
  one->Drain(absl::Seconds(5));
  one.reset();
  const int before = answered;
  while (answered < before + 50) std::this_thread::yield();
  stop = true;
  caller.join();
}

TEST_P(FailoverTest, AnAbsentServerIsWaitedForBriefly) {
  int port = 0;
  {
    const auto gone = NewServer(Named("gone"));
    port = gone->port();
  }
  Channel channel(rpc::Connect("127.0.0.1:" + std::to_string(port)));
  const absl::Time start = absl::Now();
  EXPECT_EQ(Ask(channel, kRepeatable).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_LT(absl::Now() - start, absl::Seconds(4));
  const auto back = NewServer(Named("back"), port);
  absl::StatusOr<EchoResponse> answer;
  const absl::Time until = absl::Now() + absl::Seconds(5);
  while (!answer.ok() && absl::Now() < until) answer = Ask(channel, kRepeatable);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->text(), "back");
}

INSTANTIATE_TEST_SUITE_P(Grpc, FailoverTest, ::testing::Values(Carrier::kGrpc));

}  // namespace
}  // namespace forium::rpc
