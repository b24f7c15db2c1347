// SPDX-License-Identifier: Apache-2.0
// A server with the echo service, and callers of every kind, for tests.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "proto/google/api/httpbody.pb.h"
#include "services/base/rpc/channel.h"
#include "services/base/rpc/principal.h"
#include "services/base/rpc/server.h"
#include "services/base/rpc/testing/testing.pb.h"
#include "services/base/status/status.h"

namespace forium::rpc {

using testing::EchoRequest;
using testing::EchoResponse;
using type::v1::Principal;

inline constexpr char kEcho[] = "forium.rpc.testing.Echo.";

inline Principal Anonymous() {
  Principal principal;
  principal.set_tenant("default");
  principal.set_expires_at(absl::ToUnixMicros(absl::Now() + absl::Minutes(1)));
  return principal;
}
inline Principal User(type::v1::Role role) {
  Principal principal = Anonymous();
  principal.set_user_id(17);
  principal.set_role(role);
  return principal;
}
inline Principal Member() { return User(type::v1::MEMBER_ROLE); }
inline Principal System() {
  Principal principal = Anonymous();
  principal.set_system(true);
  return principal;
}

inline absl::StatusOr<EchoResponse> AnswerNothing(const Call&, const EchoRequest&) {
  return EchoResponse();
}

inline PrincipalSigner NewSigner() {
  return *PrincipalSigner::Create(PrincipalSigner::NewPrivateKey());
}

// How calls get to the server.
enum class Carrier { kWithin, kGrpc };

class RpcTest : public ::testing::TestWithParam<Carrier> {
 protected:
  using EchoHandler = std::function<absl::StatusOr<EchoResponse>(const Call&, const EchoRequest&)>;

  RpcTest() { EXPECT_TRUE(verifier_.AddKey(signer_.public_key()).ok()); }

  // A started server whose methods all do the same, and a channel to it.
  void Serve(EchoHandler handler, Server::Options options = {}) {
    if (GetParam() == Carrier::kGrpc) options.listen = "127.0.0.1:0";
    server_ = std::make_unique<Server>(std::move(options), verifier_);
    HandleEcho(*server_, std::move(handler));
    const absl::Status started = server_->Start();
    ASSERT_TRUE(started.ok()) << started;
    channel_ = Connect();
  }
  std::unique_ptr<Channel> Connect() const {
    return std::make_unique<Channel>(
        GetParam() == Carrier::kWithin
            ? server_->InProcessChannel()
            : rpc::Connect("127.0.0.1:" + std::to_string(server_->port())));
  }
  void Serve() {
    Serve([](const Call&, const EchoRequest& request) -> absl::StatusOr<EchoResponse> {
      EchoResponse response;
      response.set_text(request.text());
      return response;
    });
  }
  static void HandleEcho(Server& server, const EchoHandler& handler) {
    for (const char* name : {"Preauth", "Read", "Member", "Moderator", "Admin", "System"}) {
      server.Handle<EchoRequest, EchoResponse>(std::string(kEcho) + name, handler);
    }
    server.Handle<EchoRequest, google::api::HttpBody>(
        std::string(kEcho) + "Bytes",
        [](const Call&, const EchoRequest& request) -> absl::StatusOr<google::api::HttpBody> {
          google::api::HttpBody body;
          body.mutable_data()->assign(static_cast<size_t>(request.bytes()), 'x');
          return body;
        });
  }

  CallOptions As(const Principal& principal) const {
    CallOptions options;
    options.signed_principal = signer_.Sign(principal);
    options.request_id = "request-1";
    options.deadline = absl::Now() + absl::Seconds(20);
    return options;
  }

  absl::StatusOr<EchoResponse> Echo(const std::string& method, const CallOptions& options,
                                    const std::string& text = "hello") {
    EchoRequest request;
    request.set_text(text);
    return channel_->Call<EchoResponse>(kEcho + method, request, options);
  }
  // The code and reason that a call ends with.
  std::pair<absl::StatusCode, type::v1::Reason> Outcome(const std::string& method,
                                                        const CallOptions& options) {
    const absl::Status status = Echo(method, options).status();
    return {status.code(), status::ReasonOf(status)};
  }

  const PrincipalSigner signer_ = NewSigner();
  PrincipalVerifier verifier_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Channel> channel_;
};

}  // namespace forium::rpc
