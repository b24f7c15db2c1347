// SPDX-License-Identifier: Apache-2.0
// Several servers behind one target: what becomes of calls when one of them leaves.
#include <atomic>
#include <thread>

#include "absl/synchronization/notification.h"
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

TEST_P(FailoverTest, NoRepeatableCallFailsWhileAServerLeaves) {
  auto one = NewServer(Named("one"));
  const auto other = NewServer(Named("other"));
  Channel channel(rpc::Connect(Both(*one, *other)));
  std::atomic<bool> stop = false;
  std::atomic<int> answered = 0;
  std::thread caller([&] {
    while (!stop) {
      const auto answer = Ask(channel, kRepeatable);
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

TEST_P(FailoverTest, AnyCallRunsElsewhereWhenItsServerHasNotBegun) {
  absl::Notification begun;
  absl::Notification end;
  const auto leaving = NewServer([&](const Call&, const EchoRequest&) {
    if (!begun.HasBeenNotified()) begun.Notify();
    end.WaitForNotification();
    return absl::StatusOr<EchoResponse>(EchoResponse());
  });
  Channel alone(rpc::Connect("127.0.0.1:" + std::to_string(leaving->port())));
  absl::StatusOr<EchoResponse> first = absl::UnknownError("");
  std::thread caller([&] { first = Ask(alone, kOnce); });
  begun.WaitForNotification();
  leaving->Drain(absl::ZeroDuration());  // in vain: it refuses, and stays for the call above
  const auto other = NewServer(Named("other"));
  Channel both(rpc::Connect(Both(*leaving, *other)));
  for (int i = 0; i < 50; ++i) {
    const auto answer = Ask(both, kOnce);
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->text(), "other");
  }
  end.Notify();
  caller.join();
  EXPECT_TRUE(first.ok()) << first.status();
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
