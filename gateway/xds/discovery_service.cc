// SPDX-License-Identifier: Apache-2.0
#include "gateway/xds/discovery_service.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/xds/subscription.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"

namespace forium::gateway {

using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;

// One client. Held by the service and, until gRPC is done with it, by itself.
class DiscoveryStream final : public grpc::ServerBidiReactor<DiscoveryRequest, DiscoveryResponse> {
 public:
  DiscoveryStream(DiscoveryService& service, std::string peer)
      : service_(service), peer_(std::move(peer)) {}

  void Open(std::shared_ptr<DiscoveryStream> self) {
    self_ = std::move(self);
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Close();
      return;
    }
    Take();
    StartRead(&request_);
    Tell();
  }

  // Sends what the client does not know; one response at a time.
  void Tell() {
    const std::shared_ptr<const Snapshot> snapshot = service_.endpoints_.snapshot();
    absl::MutexLock lock(&mutex_);
    if (closed_ || writing_) return;
    for (Subscription& subscription : subscriptions_) {
      if (subscription.had_before() && absl::Now() < service_.settled_ &&
          subscription.type() == ResourceType::kEndpoints) {
        continue;
      }
      std::optional<DiscoveryResponse> next = subscription.Next(*snapshot, zone_);
      if (!next) continue;
      response_ = *std::move(next);
      writing_ = true;
      StartWrite(&response_);
      return;
    }
  }

  void OnWriteDone(bool ok) override {
    {
      absl::MutexLock lock(&mutex_);
      writing_ = false;
    }
    if (ok) Tell();
  }

  void OnDone() override {
    const std::shared_ptr<DiscoveryStream> self = std::move(self_);
    service_.Remove(self);
  }

 private:
  void Take() {
    absl::MutexLock lock(&mutex_);
    if (request_.has_node()) {
      node_ = request_.node().id();
      zone_ = request_.node().locality().zone();
      observe::Log(observe::Level::kDebug, "discovery client came",
                   {{"client", node_}, {"zone", zone_}, {"peer", peer_}});
    }
    for (Subscription& subscription : subscriptions_) {
      if (TypeUrl(subscription.type()) != request_.type_url()) continue;
      if (subscription.Take(request_) == Subscription::Meaning::kRefused) Complain(subscription);
      return;
    }
  }

  void Complain(const Subscription& subscription) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const char* type = ShortName(subscription.type());
    observe::Counter("forium_xds_nacks_total", "Responses that clients refused.", {{"type", type}})
        .Increment();
    observe::Log(observe::Level::kError, "discovery response refused",
                 {{"client", node_},
                  {"type", type},
                  {"kept", request_.version_info()},
                  {"cause", request_.error_detail().message()}});
  }

  // Only from reads, so once.
  void Close() {
    {
      absl::MutexLock lock(&mutex_);
      closed_ = true;
    }
    Finish(grpc::Status::OK);
  }

  DiscoveryService& service_;
  const std::string peer_;
  std::shared_ptr<DiscoveryStream> self_;
  DiscoveryRequest request_;  // belongs to the read under way

  absl::Mutex mutex_;
  std::string node_ ABSL_GUARDED_BY(mutex_);
  std::string zone_ ABSL_GUARDED_BY(mutex_);
  std::array<Subscription, 4> subscriptions_ ABSL_GUARDED_BY(mutex_) = {
      Subscription(kResourceTypes[0]), Subscription(kResourceTypes[1]),
      Subscription(kResourceTypes[2]), Subscription(kResourceTypes[3])};
  DiscoveryResponse response_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

namespace {

prometheus::Gauge& Clients() {
  static prometheus::Gauge& gauge =
      observe::Gauge("forium_xds_clients", "Processes that follow this control plane.");
  return gauge;
}

}  // namespace

grpc::ServerBidiReactor<DiscoveryRequest, DiscoveryResponse>*
DiscoveryService::StreamAggregatedResources(grpc::CallbackServerContext* context) {
  auto stream = std::make_shared<DiscoveryStream>(*this, context->peer());
  {
    absl::MutexLock lock(&mutex_);
    streams_.insert(stream);
  }
  Clients().Increment();
  DiscoveryStream* const reactor = stream.get();
  reactor->Open(std::move(stream));
  return reactor;
}

void DiscoveryService::Tell() {
  std::set<std::shared_ptr<DiscoveryStream>> streams;
  {
    absl::MutexLock lock(&mutex_);
    streams = streams_;
  }
  for (const std::shared_ptr<DiscoveryStream>& stream : streams) stream->Tell();
}

void DiscoveryService::Remove(const std::shared_ptr<DiscoveryStream>& stream) {
  Clients().Decrement();
  absl::MutexLock lock(&mutex_);
  streams_.erase(stream);
}

}  // namespace forium::gateway
