// SPDX-License-Identifier: Apache-2.0
// A server among clients that are not ours, and a client among servers that are not: gRPC's own,
// others that break the rules, some that say nothing.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "services/base/rpc/byte_buffer.h"
#include "services/base/rpc/metadata.h"
#include "services/base/rpc/rpc_fixture.h"
#include "services/base/rpc/wire/client_connection.h"

namespace forium::rpc {
namespace {

constexpr char kReadPath[] = "/forium.rpc.testing.Echo/Read";

int ConnectTo(int port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  return descriptor;
}

// A listening socket that is nobody's server yet.
struct Listener {
  Listener() {
    descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(descriptor, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(descriptor, 16), 0);
    EXPECT_EQ(getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port = ntohs(address.sin_port);
  }
  ~Listener() { close(descriptor); }
  int descriptor = -1;
  int port = 0;
};

class StrangersTest : public RpcTest {
 protected:
  Fields Head() const {
    return {{":method", "POST"},
            {":scheme", "http"},
            {":path", kReadPath},
            {":authority", "forium"},
            {"te", "trailers"},
            {"content-type", "application/grpc"},
            {kPrincipalKey, signer_.Sign(Member())},
            {kTenantKey, "default"}};
  }
  // What a call with these fields and this body ends with.
  Answer Send(const Fields& fields, const std::string& body) {
    Poller poller(1, absl::Seconds(1), [] {});
    const int descriptor = ConnectTo(server_->port());
    EXPECT_EQ(fcntl(descriptor, F_SETFL, O_NONBLOCK), 0);
    const auto connection = ClientConnection::Make(poller, std::make_unique<Socket>(descriptor));
    absl::Notification ready;
    connection->Open([&](ClientConnection::State state, const std::string&) {
      if (state == ClientConnection::State::kReady) ready.Notify();
    });
    ready.WaitForNotification();
    absl::Notification answered;
    Answer result;
    EXPECT_NE(connection->Start(fields, body,
                                [&](Answer answer) {
                                  result = std::move(answer);
                                  answered.Notify();
                                }),
              0);
    answered.WaitForNotification();
    connection->Cut("the test ends");
    return result;
  }
  Answer Send(const std::string& body) { return Send(Head(), body); }
};

TEST_P(StrangersTest, GrpcsOwnClientIsAnsweredAndToldErrorsWhole) {
  Serve([](const Call& call, const EchoRequest& request) -> absl::StatusOr<EchoResponse> {
    if (request.text() == "fail") {
      return status::Error(absl::StatusCode::kAborted, type::v1::EDIT_CONFLICT, "Ä, zu spät: 5 %");
    }
    EXPECT_LT(call.deadline, absl::Now() + absl::Seconds(6));
    EchoResponse response;
    response.set_text(call.principal.username() + request.text() + std::string(100'000, '.'));
    return response;
  });
  grpc::GenericStub stub(grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                             grpc::InsecureChannelCredentials()));
  Principal alice = Member();
  alice.set_username("alice");
  const auto ask = [&](const std::string& text, grpc::ClientContext& context,
                       EchoResponse* response) {
    context.AddMetadata(kPrincipalKey, signer_.Sign(alice));
    context.AddMetadata(kTenantKey, "default");
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
    EchoRequest request;
    request.set_text(text);
    const grpc::ByteBuffer bytes = Serialise(request);
    grpc::ByteBuffer answer;
    grpc::Status status;
    absl::Notification done;
    stub.UnaryCall(&context, kReadPath, grpc::StubOptions(), &bytes, &answer,
                   [&](const grpc::Status& end) {
                     status = end;
                     done.Notify();
                   });
    done.WaitForNotification();
    EXPECT_TRUE(!status.ok() || Parse(answer, response));
    return status;
  };
  EchoResponse response;
  grpc::ClientContext first;
  ASSERT_TRUE(ask("hello", first, &response).ok());
  EXPECT_EQ(response.text().substr(0, 10), "alicehello");
  EXPECT_EQ(response.text().size(), 100'010U);
  grpc::ClientContext second;
  const grpc::Status failed = ask("fail", second, &response);
  EXPECT_EQ(failed.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(failed.error_message(), "Ä, zu spät: 5 %");
  EXPECT_EQ(second.GetServerTrailingMetadata().count(kErrorKey), 1U);
}

TEST_P(StrangersTest, WhatIsNoGrpcCallIsRefusedByHttp) {
  Serve();
  EchoRequest request;
  Fields fields = Head();
  for (auto& [name, value] : fields) {
    if (name == "content-type") value = "application/grpcish";
  }
  EXPECT_EQ(Send(fields, Framed(request)).message, "HTTP status 415");
  fields = Head();
  fields[0].second = "PUT";
  EXPECT_EQ(Send(fields, Framed(request)).message, "HTTP status 405");
}

TEST_P(StrangersTest, WhatIsNotOneWholeMessageDoesNotRun) {
  std::atomic<int> runs = 0;
  Serve([&](const Call&, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
    ++runs;
    return EchoResponse();
  });
  const std::string message = Framed(EchoRequest());
  EXPECT_EQ(Send("").code, absl::StatusCode::kCancelled) << "nothing";
  EXPECT_EQ(Send(message.substr(0, 3)).code, absl::StatusCode::kCancelled) << "half a prefix";
  EXPECT_EQ(Send(std::string("\0\0\0\0\7abc", 8)).code, absl::StatusCode::kCancelled) << "short";
  EXPECT_EQ(Send(message + message).code, absl::StatusCode::kInvalidArgument) << "two";
  EXPECT_EQ(Send(std::string("\1\0\0\0\0", 5)).code, absl::StatusCode::kUnimplemented)
      << "compressed";
  EXPECT_EQ(Send(std::string("\0\xff\xff\xff\xff", 5)).code, absl::StatusCode::kResourceExhausted)
      << "four gigabytes";
  EXPECT_EQ(Send(std::string("\0\0\0\0\3\xff\xff\xff", 8)).code, absl::StatusCode::kInvalidArgument)
      << "nonsense";
  EXPECT_EQ(runs, 0);
  EXPECT_EQ(Send(message).code, absl::StatusCode::kOk);
}

TEST_P(StrangersTest, AMessageAboveTheBoundIsRefusedWhileItComes) {
  Server::Options options;
  options.max_message_bytes = 100'000;
  Serve(
      [](const Call&, const EchoRequest&) { return absl::StatusOr<EchoResponse>(EchoResponse()); },
      options);
  EchoRequest request;
  request.set_text(std::string(5'000'000, 'x'));
  EXPECT_EQ(Send(Framed(request)).code, absl::StatusCode::kResourceExhausted);
  request.set_text(std::string(99'000, 'x'));
  EXPECT_EQ(Send(Framed(request)).code, absl::StatusCode::kOk);
}

TEST_P(StrangersTest, NonsenseEndsItsConnectionOnly) {
  Serve();
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\nHost: forium\r\n\r\n"), std::string(5000, '\xff'),
        std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + std::string(9000, '\0')}) {
    const int descriptor = ConnectTo(server_->port());
    EXPECT_EQ(send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    char buffer[4096];
    while (recv(descriptor, buffer, sizeof(buffer), 0) > 0) {
    }
    close(descriptor);
  }
  EXPECT_TRUE(Echo("Read", As(Member())).ok());
}

TEST_P(StrangersTest, WhoSaysNothingIsShownTheDoor) {
  Serve();
  const int descriptor = ConnectTo(server_->port());
  const absl::Time start = absl::Now();
  char buffer[4096];
  while (recv(descriptor, buffer, sizeof(buffer), 0) > 0) {
  }
  close(descriptor);
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
}

TEST_P(StrangersTest, AnswersLargerThanAWindowArriveWhole) {
  Serve();
  EchoRequest request;
  request.set_bytes(40'000'000);
  CallOptions call = As(Member());
  const auto body =
      channel_->Call<google::api::HttpBody>("forium.rpc.testing.Echo.Bytes", request, call);
  ASSERT_TRUE(body.ok()) << body.status();
  EXPECT_EQ(body->data().size(), 40'000'000U);
}

TEST_P(StrangersTest, AServerThatIsNoneIsUnavailable) {
  const Listener listener;
  std::thread server([&] {
    pollfd waiting = {.fd = listener.descriptor, .events = POLLIN, .revents = 0};
    while (poll(&waiting, 1, 1000) == 1) {
      const int accepted = accept(listener.descriptor, nullptr, nullptr);
      const std::string answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
      send(accepted, answer.data(), answer.size(), MSG_NOSIGNAL);
      close(accepted);
    }
  });
  {
    Channel channel(rpc::Connect(absl::StrCat("127.0.0.1:", listener.port)));
    EXPECT_EQ(
        channel.CallBytes(std::string(kEcho) + "Read", EchoRequest(), As(Member())).status.code(),
        absl::StatusCode::kUnavailable);
  }
  server.join();
}

TEST_P(StrangersTest, AServerThatAcceptsAndIsSilentIsUnavailable) {
  const Listener listener;  // the kernel accepts
  Channel channel(rpc::Connect(absl::StrCat("127.0.0.1:", listener.port)));
  const absl::Time start = absl::Now();
  EXPECT_EQ(
      channel.CallBytes(std::string(kEcho) + "Read", EchoRequest(), As(Member())).status.code(),
      absl::StatusCode::kUnavailable);
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
}

TEST_P(StrangersTest, ACallOfAChannelThatEndsIsAnswered) {
  const Listener listener;
  auto channel = std::make_unique<Channel>(rpc::Connect(absl::StrCat("127.0.0.1:", listener.port)));
  absl::Notification answered;
  absl::Status status;
  channel->Start(std::string(kEcho) + "Read", EchoRequest(), As(Member()), [&](Reply reply) {
    status = reply.status;
    answered.Notify();
  });
  channel.reset();
  answered.WaitForNotification();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
}

INSTANTIATE_TEST_SUITE_P(Grpc, StrangersTest, ::testing::Values(Carrier::kGrpc));

}  // namespace
}  // namespace forium::rpc
