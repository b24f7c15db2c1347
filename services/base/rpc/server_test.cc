// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/server.h"

#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "services/base/database/database.h"
#include "services/base/observe/metrics.h"
#include "services/base/rpc/rpc_fixture.h"
#include "services/base/status/macros.h"

namespace forium::rpc {
namespace {

using absl::StatusCode;
using std::pair;

INSTANTIATE_TEST_SUITE_P(Carriers, RpcTest, ::testing::Values(Carrier::kWithin, Carrier::kGrpc),
                         [](const auto& info) {
                           return std::string(info.param == Carrier::kGrpc ? "Grpc" : "Within");
                         });

TEST_P(RpcTest, HandlersKnowTheirCall) {
  absl::Time deadline;
  Serve([&](const Call& call, const EchoRequest& request) -> absl::StatusOr<EchoResponse> {
    EchoResponse response;
    response.set_text(request.text() + " " + call.principal.username() + " " + call.tenant + " " +
                      call.request_id + " " + call.peer_address + " " + call.user_agent);
    deadline = call.deadline;
    return response;
  });
  Principal alice = Member();
  alice.set_username("alice");
  CallOptions call = As(alice);
  call.peer_address = "192.0.2.1";
  call.user_agent = "Browser\n/ü1";  // what no header may hold is left out
  const auto response = Echo("Read", call);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->text(), "hello alice default request-1 192.0.2.1 Browser/1");
  EXPECT_LT(absl::AbsDuration(deadline - call.deadline), absl::Seconds(1));
  call.deadline = absl::InfiniteFuture();
  ASSERT_TRUE(Echo("Read", call).ok());
  EXPECT_LT(deadline, absl::Now() + absl::Seconds(31)) << "the server's own bound";
}

TEST_P(RpcTest, StatementsAreCounted) {
  const database::Migration migrations[] = {
      {1, "create_t", "CREATE TABLE t (id BIGINT PRIMARY KEY)"}};
  const auto database = *database::OpenSqlite({}, migrations);
  Serve([&](const Call&, const EchoRequest& request) -> absl::StatusOr<EchoResponse> {
    static constexpr database::Statement kCount{"count", "SELECT COUNT(*) FROM t"};
    for (int i = 0; i < 3; ++i) {
      RETURN_IF_ERROR(database->Read([&](database::Transaction& tx) {
        return tx.Query(kCount, [](const database::Row&) {});
      }));
    }
    if (request.text() == "fail") return status::NotFound("It is not there.");
    return EchoResponse();
  });
  EchoRequest request;
  EXPECT_EQ(
      channel_->CallBytes("forium.rpc.testing.Echo.Read", request, As(Member())).sql_statements, 3);
  request.set_text("fail");
  EXPECT_EQ(
      channel_->CallBytes("forium.rpc.testing.Echo.Read", request, As(Member())).sql_statements, 3);
  EXPECT_EQ(
      channel_->CallBytes("forium.rpc.testing.Echo.Admin", request, As(Member())).sql_statements,
      0);
}

TEST_P(RpcTest, CallsAreMeteredByMethodAndCode) {
  Serve();
  const std::string metric =
      "forium_rpc_server_seconds_count{code=\"PERMISSION_DENIED\",method=\"forium.rpc.testing.Echo."
      "System\"} ";
  const auto count = [&] {
    const std::string text = observe::MetricsText();
    const size_t found = text.find(metric);
    return found == std::string::npos ? 0 : std::atoi(text.c_str() + found + metric.size());
  };
  const int before = count();
  (void)Echo("System", As(Member()));
  EXPECT_EQ(count(), before + 1);
}

// ---- Default deny -------------------------------------------------------------------------------

TEST_P(RpcTest, MethodWithoutPermissionDoesNotStart) {
  Server server({}, verifier_);
  for (const char* name : {"Decided", "Undecided"}) {
    server.Handle<EchoRequest, EchoResponse>(std::string("forium.rpc.testing.Careless.") + name,
                                             AnswerNothing);
  }
  EXPECT_EQ(server.Start().message(),
            "forium.rpc.testing.Careless.Undecided has no option (forium.type.v1.permission)");
}

TEST_P(RpcTest, MissingUnknownDoubledAndMistypedHandlersDoNotStart) {
  Server server({}, verifier_);
  HandleEcho(server, AnswerNothing);
  server.Handle<EchoRequest, EchoResponse>("forium.rpc.testing.Echo.Read", AnswerNothing);
  server.Handle<EchoRequest, EchoResponse>("forium.rpc.testing.Echo.Nonsense", AnswerNothing);
  server.Handle<EchoRequest, EchoRequest>(
      "forium.rpc.testing.Careless.Decided",
      [](const Call&, const EchoRequest& request) -> absl::StatusOr<EchoRequest> {
        return request;
      });
  EXPECT_EQ(server.Start().message(),
            "forium.rpc.testing.Careless.Decided answers forium.rpc.testing.EchoResponse, not what "
            "its handler answers; forium.rpc.testing.Careless.Undecided has no handler; "
            "forium.rpc.testing.Echo.Nonsense is in no proto; forium.rpc.testing.Echo.Read has two "
            "handlers");
}

TEST_P(RpcTest, AnAddressInUseIsAnError) {
  Server::Options options;
  options.listen = "127.0.0.1:0";
  Serve([](const Call&,
           const EchoRequest&) -> absl::StatusOr<EchoResponse> { return EchoResponse(); },
        options);
  options.listen = "127.0.0.1:" + std::to_string(server_->port());
  Server second(options, verifier_);
  HandleEcho(second, AnswerNothing);
  EXPECT_TRUE(absl::IsUnavailable(second.Start()));
}

TEST_P(RpcTest, CallsBeforeStartAreRefusedAndServedAfterIt) {
  server_ = std::make_unique<Server>(Server::Options(), verifier_);
  channel_ = std::make_unique<Channel>(server_->InProcessChannel());
  HandleEcho(*server_, AnswerNothing);
  EXPECT_EQ(Outcome("Read", As(Member())), pair(StatusCode::kUnavailable, type::v1::UNAVAILABLE));
  ASSERT_TRUE(server_->Start().ok());
  EXPECT_TRUE(Echo("Read", As(Member())).ok());
}

// ---- Who may ------------------------------------------------------------------------------------

TEST_P(RpcTest, CallsWithoutAValidPrincipalAreRefused) {
  Serve();
  const pair refused(StatusCode::kUnauthenticated, type::v1::SIGN_IN_REQUIRED);
  CallOptions options;
  EXPECT_EQ(Outcome("Read", options), refused) << "missing";
  options.signed_principal = "nonsense";
  EXPECT_EQ(Outcome("Read", options), refused) << "malformed";
  options.signed_principal = NewSigner().Sign(Member());
  EXPECT_EQ(Outcome("Read", options), refused) << "forged";
  Principal expired = Member();
  expired.set_expires_at(absl::ToUnixMicros(absl::Now() - absl::Seconds(1)));
  EXPECT_EQ(Outcome("Read", As(expired)), refused) << "expired";
  EXPECT_TRUE(Echo("Preauth", CallOptions()).ok()) << "needs none";
  EXPECT_TRUE(Echo("Read", As(Anonymous())).ok()) << "anonymous is somebody";
}

TEST_P(RpcTest, APrincipalOfAnotherTenantIsRefused) {
  Serve();
  CallOptions options = As(Member());
  options.tenant = "other";
  EXPECT_EQ(Outcome("Read", options),
            pair(StatusCode::kPermissionDenied, type::v1::PERMISSION_DENIED));
  options = As(System());
  options.tenant = "other";
  EXPECT_EQ(Outcome("System", options),
            pair(StatusCode::kPermissionDenied, type::v1::PERMISSION_DENIED));
}

TEST_P(RpcTest, ATenantThatIsNoNameIsRefusedEvenWithoutPrincipal) {
  Serve();
  for (const char* tenant : {"", "../default", "a b", "a/b"}) {
    CallOptions options;
    options.tenant = tenant;
    EXPECT_EQ(Outcome("Preauth", options),
              pair(StatusCode::kInvalidArgument, type::v1::INVALID_FIELD))
        << tenant;
  }
}

TEST_P(RpcTest, EachPermissionAdmitsWhoHasItAndNobodyElse) {
  Serve();
  constexpr int kAnonymous = 0, kMember = 1, kModerator = 2, kAdmin = 3, kSystem = 4;
  const Principal callers[] = {Anonymous(), Member(), User(type::v1::MODERATOR_ROLE),
                               User(type::v1::ADMIN_ROLE), System()};
  const pair<const char*, int> methods[] = {{"Read", kAnonymous},
                                            {"Member", kMember},
                                            {"Moderator", kModerator},
                                            {"Admin", kAdmin},
                                            {"System", kSystem}};
  for (const auto& [method, least] : methods) {
    for (int caller = kAnonymous; caller <= kSystem; ++caller) {
      const auto outcome = Outcome(method, As(callers[caller]));
      if (caller >= least) {
        EXPECT_EQ(outcome.first, StatusCode::kOk) << method << " as " << caller;
      } else if (caller == kAnonymous && least != kSystem) {
        EXPECT_EQ(outcome, pair(StatusCode::kUnauthenticated, type::v1::SIGN_IN_REQUIRED))
            << method;
      } else {
        EXPECT_EQ(outcome, pair(StatusCode::kPermissionDenied, type::v1::PERMISSION_DENIED))
            << method << " as " << caller;
      }
    }
  }
}

TEST_P(RpcTest, SuspendedUsersReadAndDoNothingElse) {
  Serve();
  Principal suspended = User(type::v1::ADMIN_ROLE);
  suspended.set_suspended(true);
  EXPECT_TRUE(Echo("Read", As(suspended)).ok());
  for (const char* method : {"Member", "Moderator", "Admin"}) {
    EXPECT_EQ(Outcome(method, As(suspended)),
              pair(StatusCode::kPermissionDenied, type::v1::SUSPENDED))
        << method;
  }
}

// ---- Errors -------------------------------------------------------------------------------------

TEST_P(RpcTest, ReasonsComeBackWhole) {
  Serve([](const Call&, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
    status::ErrorDetail detail;
    detail.set_reason(type::v1::EDIT_CONFLICT);
    detail.set_field("raw");
    detail.set_retry_after(7);
    (*detail.mutable_metadata())["current_version"] = "4";
    return status::Error(StatusCode::kAborted, detail, "Jemand war schneller; lädt neu.");
  });
  const absl::Status status = Echo("Read", As(Member())).status();
  EXPECT_EQ(status.code(), StatusCode::kAborted);
  EXPECT_EQ(status.message(), "Jemand war schneller; lädt neu.");
  const status::ErrorDetail detail = status::DetailOf(status);
  EXPECT_EQ(detail.reason(), type::v1::EDIT_CONFLICT);
  EXPECT_EQ(detail.field(), "raw");
  EXPECT_EQ(detail.retry_after(), 7);
  EXPECT_EQ(detail.metadata().at("current_version"), "4");
}

TEST_P(RpcTest, CausesStayInTheLog) {
  std::atomic<int> round = 0;
  Serve([&](const Call&, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
    switch (round++) {
      case 0:
        return status::Internal("secret cause");
      case 1:
        return absl::InternalError("secret cause");
      case 2:
        throw std::runtime_error("secret cause");
      case 3:
        throw 17;
      default:
        return absl::NotFoundError("secret cause");
    }
  });
  for (int i = 0; i < 4; ++i) {
    ::testing::internal::CaptureStderr();
    const absl::Status status = Echo("Read", As(Member())).status();
    const std::string log = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(status.code(), StatusCode::kInternal);
    EXPECT_EQ(status::ReasonOf(status), type::v1::INTERNAL);
    EXPECT_EQ(status.ToString().find("secret"), std::string::npos) << status;
    EXPECT_NE(log.find(R"("request_id":"request-1")"), std::string::npos) << log;
    EXPECT_NE(log.find(i < 3 ? "secret cause" : "unknown type"), std::string::npos) << log;
  }
  const absl::Status status = Echo("Read", As(Member())).status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_EQ(status::ReasonOf(status), type::v1::NOT_FOUND);
  EXPECT_EQ(status.ToString().find("secret"), std::string::npos) << status;
}

TEST_P(RpcTest, AnUnknownMethodIsUnimplemented) {
  Serve();
  EXPECT_EQ(Outcome("Nonsense", As(Member())),
            pair(StatusCode::kUnimplemented, type::v1::NOT_FOUND));
}

TEST_P(RpcTest, AServerThatIsGoneIsUnavailable) {
  channel_ = std::make_unique<Channel>(rpc::Connect("127.0.0.1:1"));
  const absl::Status status = Echo("Read", As(Member())).status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(status::ReasonOf(status), type::v1::UNAVAILABLE);
  EXPECT_EQ(status.ToString().find("127.0.0.1"), std::string::npos) << status;
}

TEST_P(RpcTest, LargeAnswersArriveWhole) {
  Serve();
  EchoRequest request;
  request.set_bytes(9'000'000);
  const auto body =
      channel_->Call<google::api::HttpBody>("forium.rpc.testing.Echo.Bytes", request, As(Member()));
  ASSERT_TRUE(body.ok()) << body.status();
  EXPECT_EQ(body->data(), std::string(9'000'000, 'x'));
}

// ---- Load ---------------------------------------------------------------------------------------

// Holds handlers until the test lets them go.
struct Gate {
  absl::Notification entered;
  absl::Notification open;
  std::atomic<int> runs = 0;
  absl::StatusOr<EchoResponse> operator()(const Call&, const EchoRequest&) {
    if (runs++ == 0) {
      entered.Notify();
      open.WaitForNotification();
    }
    return EchoResponse();
  }
};

class LoadTest : public RpcTest {
 protected:
  void ServeOne(int queue) {
    Server::Options options;
    options.workers = 1;
    options.queue = queue;
    Serve([this](const Call& call, const EchoRequest& request) { return gate_(call, request); },
          options);
  }
  // While what the handlers use is still there.
  void TearDown() override { server_.reset(); }
  void Start(absl::Notification* done, Reply* reply, CallOptions options) {
    channel_->Start("forium.rpc.testing.Echo.Read", EchoRequest(), options, [=](Reply result) {
      *reply = std::move(result);
      done->Notify();
    });
  }

  Gate gate_;
  absl::Notification first_done_, second_done_;
  Reply first_, second_;
};

INSTANTIATE_TEST_SUITE_P(Carriers, LoadTest, ::testing::Values(Carrier::kWithin, Carrier::kGrpc),
                         [](const auto& info) {
                           return std::string(info.param == Carrier::kGrpc ? "Grpc" : "Within");
                         });

TEST_P(LoadTest, NobodyWaitsLongerThanTheirDeadline) {
  ServeOne(10);
  CallOptions hurried = As(Member());
  hurried.deadline = absl::Now() + absl::Milliseconds(50);
  EXPECT_EQ(Outcome("Read", hurried), pair(StatusCode::kDeadlineExceeded, type::v1::DEADLINE));
  EXPECT_LT(absl::Now(), hurried.deadline + absl::Seconds(5)) << "the handler still runs";
  gate_.open.Notify();
}

TEST_P(LoadTest, ACallThatExpiresInTheQueueDoesNotRun) {
  ServeOne(10);
  Start(&first_done_, &first_, As(Member()));
  gate_.entered.WaitForNotification();
  CallOptions hurried = As(Member());
  hurried.deadline = absl::Now() + absl::Milliseconds(50);
  Start(&second_done_, &second_, hurried);
  second_done_.WaitForNotification();
  EXPECT_EQ(second_.status.code(), StatusCode::kDeadlineExceeded) << "told while it still waits";
  EXPECT_EQ(status::ReasonOf(second_.status), type::v1::DEADLINE);
  // Over gRPC the time runs from when the server read the call.
  absl::SleepFor(absl::Milliseconds(500));
  gate_.open.Notify();
  first_done_.WaitForNotification();
  EXPECT_TRUE(first_.status.ok()) << first_.status;
  server_->Drain(absl::Seconds(20));
  EXPECT_EQ(gate_.runs, 1);
}

TEST_P(LoadTest, AFullQueueAnswersUnavailableAtOnce) {
  ServeOne(1);
  Start(&first_done_, &first_, As(Member()));
  gate_.entered.WaitForNotification();
  Start(&second_done_, &second_, As(Member()));  // fills the queue
  absl::Status overload;
  // The call above is in the queue when one after it is refused.
  for (int i = 0; i < 1000 && overload.ok(); ++i) {
    CallOptions hurried = As(Member());
    hurried.deadline = absl::Now() + absl::Milliseconds(10);
    overload = Echo("Read", hurried).status();
    if (absl::IsDeadlineExceeded(overload)) overload = absl::OkStatus();
  }
  EXPECT_EQ(overload.code(), StatusCode::kUnavailable) << overload;
  EXPECT_EQ(status::DetailOf(overload).retry_after(), 1);
  gate_.open.Notify();
  first_done_.WaitForNotification();
  second_done_.WaitForNotification();
  EXPECT_TRUE(first_.status.ok()) << first_.status;
  // Over gRPC a hurried call may have taken its place in the queue.
  EXPECT_TRUE(second_.status.ok() || absl::IsUnavailable(second_.status)) << second_.status;
}

TEST_P(LoadTest, DrainRefusesNewCallsAndWaitsForRunningOnes) {
  ServeOne(10);
  Start(&first_done_, &first_, As(Member()));
  gate_.entered.WaitForNotification();
  server_->Drain(absl::Milliseconds(20));  // in vain
  EXPECT_EQ(Outcome("Read", As(Member())), pair(StatusCode::kUnavailable, type::v1::UNAVAILABLE));
  EXPECT_FALSE(first_done_.HasBeenNotified());
  std::thread later([&] { gate_.open.Notify(); });
  server_->Drain(absl::Seconds(20));
  later.join();
  first_done_.WaitForNotification();
  EXPECT_TRUE(first_.status.ok()) << first_.status;
  EXPECT_EQ(gate_.runs, 1);
}

TEST_P(RpcTest, AChannelOutlivesItsServer) {
  Serve();
  ASSERT_TRUE(Echo("Read", As(Member())).ok());
  server_.reset();
  EXPECT_EQ(Outcome("Read", As(Member())), pair(StatusCode::kUnavailable, type::v1::UNAVAILABLE));
}

TEST_P(RpcTest, ManyCallersAreAllAnswered) {
  std::atomic<int> runs = 0;
  Serve([&](const Call&, const EchoRequest& request) -> absl::StatusOr<EchoResponse> {
    ++runs;
    EchoResponse response;
    response.set_text(request.text());
    return response;
  });
  std::atomic<int> wrong = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 8; ++caller) {
    callers.emplace_back([&, caller] {
      for (int i = 0; i < 200; ++i) {
        const std::string text = std::to_string(caller * 1000 + i);
        const auto response = Echo("Read", As(Member()), text);
        if (!response.ok() || response->text() != text) ++wrong;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(runs, 1600);
}

}  // namespace
}  // namespace forium::rpc
