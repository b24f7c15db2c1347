// SPDX-License-Identifier: Apache-2.0
#include "gateway/xds/registry_service.h"

#include <string>

#include "absl/strings/match.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"

namespace forium::gateway {
namespace {

using discovery::v1::Acknowledgement;
using discovery::v1::Registration;

prometheus::Gauge& Registrations() {
  static prometheus::Gauge& gauge =
      observe::Gauge("forium_xds_registrations", "Processes that are registered here.");
  return gauge;
}

// Reads a message, takes it in, acknowledges it, and only then reads the next.
class RegistryStream final : public grpc::ServerBidiReactor<Registration, Acknowledgement> {
 public:
  RegistryStream(Endpoints& endpoints, uint64_t id) : endpoints_(endpoints), id_(id) {
    Registrations().Increment();
  }

  void Start(bool allowed) {
    if (!allowed) return Finish({grpc::PERMISSION_DENIED, "not over the local socket"});
    StartRead(&registration_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      endpoints_.Break(id_);
      Finish(grpc::Status::OK);
      return;
    }
    if (registration_.leaving()) {
      Log("process left");
      endpoints_.Leave(id_);
      Finish(grpc::Status::OK);
      return;
    }
    const absl::StatusOr<uint64_t> version = endpoints_.Put(id_, registration_);
    if (!version.ok()) {
      endpoints_.Break(id_);
      Finish({grpc::INVALID_ARGUMENT, std::string(version.status().message())});
      return;
    }
    Log("process registered");
    acknowledgement_.set_version(*version);
    StartWrite(&acknowledgement_);
  }

  void OnWriteDone(bool) override { StartRead(&registration_); }

  void OnDone() override {
    Registrations().Decrement();
    delete this;
  }

 private:
  void Log(const char* what) const {
    observe::Log(observe::Level::kInfo, what,
                 {{"service", registration_.service()},
                  {"address", registration_.address()},
                  {"zone", registration_.zone()},
                  {"healthy", registration_.healthy() ? 1 : 0}});
  }

  Endpoints& endpoints_;
  const uint64_t id_;
  Registration registration_;
  Acknowledgement acknowledgement_;
};

}  // namespace

grpc::ServerBidiReactor<Registration, Acknowledgement>* RegistryService::Register(
    grpc::CallbackServerContext* context) {
  auto* const stream = new RegistryStream(endpoints_, ++last_stream_);
  // The socket for clients of the same process is open to the whole host, and without TLS.
  stream->Start(!absl::StartsWith(context->peer(), "unix"));
  return stream;
}

}  // namespace forium::gateway
