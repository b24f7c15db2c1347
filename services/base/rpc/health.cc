// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/health.h"

#include <algorithm>
#include <optional>

#include "proto/grpc/health/v1/health.pb.h"

namespace forium::rpc {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

std::string Saying(HealthCheckResponse::ServingStatus status) {
  HealthCheckResponse response;
  response.set_status(status);
  return Framed(response);
}

HealthCheckResponse::ServingStatus StatusOf(bool serving) {
  return serving ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

std::optional<std::string> ServiceOf(std::string_view message) {
  HealthCheckRequest request;
  if (!request.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    return std::nullopt;
  }
  return request.service();
}

Conversation::Reply NoMessage() {
  return {.end = absl::InvalidArgumentError("the request does not parse")};
}

}  // namespace

class Health::Check final : public Conversation {
 public:
  explicit Check(const Health& health) : health_(health) {}

  Reply OnMessage(std::string_view message) override {
    const std::optional<std::string> service = ServiceOf(message);
    if (!service.has_value()) return NoMessage();
    if (!health_.Knows(*service)) return {.end = absl::NotFoundError("no such service")};
    return {.framed = Saying(StatusOf(health_.serving_)), .end = absl::OkStatus()};
  }
  Reply OnEnd() override { return {.end = absl::InvalidArgumentError("no request came")}; }

 private:
  const Health& health_;
};

// Until the caller leaves.
class Health::Watch final : public Conversation {
 public:
  explicit Watch(const Health& health) : health_(health) {}

  Reply OnMessage(std::string_view message) override {
    const std::optional<std::string> service = ServiceOf(message);
    if (!service.has_value()) return NoMessage();
    if (!health_.Knows(*service)) return {.framed = Saying(HealthCheckResponse::SERVICE_UNKNOWN)};
    told_ = health_.serving_;
    return {.framed = Saying(StatusOf(*told_))};
  }
  Reply OnEnd() override { return {}; }
  Reply OnChange() override {
    const bool serving = health_.serving_;
    if (!told_.has_value() || *told_ == serving) return {};
    told_ = serving;
    return {.framed = Saying(StatusOf(serving))};
  }

 private:
  const Health& health_;
  std::optional<bool> told_;  // nothing: of no known service
};

std::unique_ptr<Conversation> Health::Converse(const std::string& path) const {
  if (path == "/grpc.health.v1.Health/Check") return std::make_unique<Check>(*this);
  if (path == "/grpc.health.v1.Health/Watch") return std::make_unique<Watch>(*this);
  return nullptr;
}

bool Health::Knows(const std::string& service) const {
  return service.empty() ||
         std::find(services_.begin(), services_.end(), service) != services_.end();
}

}  // namespace forium::rpc
