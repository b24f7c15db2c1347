// SPDX-License-Identifier: Apache-2.0
// Calls a second through client, server and back, in one process: prints a line per case. The
// numbers are in README.md.
//   rpc_benchmark [SECONDS]
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "proto/google/api/httpbody.pb.h"
#include "services/base/rpc/channel.h"
#include "services/base/rpc/principal.h"
#include "services/base/rpc/server.h"
#include "services/base/rpc/testing/testing.pb.h"

namespace forium::rpc {
namespace {

using testing::EchoRequest;
using testing::EchoResponse;

struct Rate {
  double calls_per_second;
  double cpu_us;  // of the whole process, a call
};

double CpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Keeps `outstanding` calls in the air until the time is over.
Rate Measure(Channel& channel, const CallOptions& options, const std::string& method, int bytes,
             int outstanding, absl::Duration time) {
  EchoRequest request;
  request.set_bytes(bytes);
  std::atomic<int64_t> calls = 0;
  const absl::Time start = absl::Now();
  const double cpu = CpuSeconds();
  absl::BlockingCounter finished(outstanding);
  std::function<void(Reply)> next = [&](Reply reply) {
    if (!reply.status.ok()) {
      std::fprintf(stderr, "%s\n", reply.status.ToString().c_str());
      std::exit(1);
    }
    calls.fetch_add(1, std::memory_order_relaxed);
    if (absl::Now() - start < time) {
      channel.Start(method, request, options, next);
    } else {
      finished.DecrementCount();
    }
  };
  for (int i = 0; i < outstanding; ++i) channel.Start(method, request, options, next);
  finished.Wait();
  const auto count = static_cast<double>(calls);
  return {count / absl::ToDoubleSeconds(absl::Now() - start), (CpuSeconds() - cpu) * 1e6 / count};
}

// As many threads, each with one call at a time.
Rate MeasureBlocking(Channel& channel, const CallOptions& options, const std::string& method,
                     int bytes, int threads, absl::Duration time) {
  EchoRequest request;
  request.set_bytes(bytes);
  std::atomic<int64_t> calls = 0;
  const absl::Time start = absl::Now();
  const double cpu = CpuSeconds();
  std::vector<std::thread> callers;
  for (int i = 0; i < threads; ++i) {
    callers.emplace_back([&] {
      while (absl::Now() - start < time) {
        if (channel.CallBytes(method, request, options).status.ok()) ++calls;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  const auto count = static_cast<double>(calls);
  return {count / absl::ToDoubleSeconds(absl::Now() - start), (CpuSeconds() - cpu) * 1e6 / count};
}

int Main(absl::Duration time) {
  const PrincipalSigner signer = *PrincipalSigner::Create(PrincipalSigner::NewPrivateKey());
  PrincipalVerifier verifier;
  if (!verifier.AddKey(signer.public_key()).ok()) return 1;
  Server::Options server_options;
  server_options.listen = "127.0.0.1:0";
  Server server(server_options, verifier);
  for (const char* name : {"Preauth", "Read", "Member", "Moderator", "Admin", "System"}) {
    server.Handle<EchoRequest, EchoResponse>(
        std::string("forium.rpc.testing.Echo.") + name,
        [](const Call&, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
          return EchoResponse();
        });
  }
  server.Handle<EchoRequest, google::api::HttpBody>(
      "forium.rpc.testing.Echo.Bytes",
      [](const Call&, const EchoRequest& request) -> absl::StatusOr<google::api::HttpBody> {
        google::api::HttpBody body;
        body.set_content_type("application/json");
        body.mutable_data()->assign(static_cast<size_t>(request.bytes()), 'x');
        return body;
      });
  if (!server.Start().ok()) return 1;

  type::v1::Principal principal;
  principal.set_tenant("default");
  principal.set_user_id(17);
  principal.set_role(type::v1::MEMBER_ROLE);
  principal.set_expires_at(absl::ToUnixMicros(absl::Now() + absl::Hours(1)));
  CallOptions options;
  options.signed_principal = signer.Sign(principal);
  options.request_id = "0123456789abcdef";
  options.deadline = absl::Now() + absl::Hours(1);

  Channel inside(server.InProcessChannel());
  Channel outside(Connect("127.0.0.1:" + std::to_string(server.port())));
  const auto print = [](const char* where, const char* how, int outstanding, Rate small,
                        Rate large) {
    std::printf(
        "%-10s %-8s %3d outstanding: small %7.0f/s %5.1f us CPU, 20 kB %7.0f/s %5.1f us CPU\n",
        where, how, outstanding, small.calls_per_second, small.cpu_us, large.calls_per_second,
        large.cpu_us);
  };
  const std::string small = "forium.rpc.testing.Echo.Read", large = "forium.rpc.testing.Echo.Bytes";
  for (const auto& [where, channel] : {std::pair{"in process", &inside}, {"loopback", &outside}}) {
    for (const int outstanding : {1, 8, 64}) {
      print(where, "chained", outstanding, Measure(*channel, options, small, 0, outstanding, time),
            Measure(*channel, options, large, 20'000, outstanding, time));
      print(where, "blocking", outstanding,
            MeasureBlocking(*channel, options, small, 0, outstanding, time),
            MeasureBlocking(*channel, options, large, 20'000, outstanding, time));
    }
  }
  return 0;
}

}  // namespace
}  // namespace forium::rpc

int main(int argc, char** argv) {
  return forium::rpc::Main(absl::Seconds(argc > 1 ? std::atof(argv[1]) : 2));
}
