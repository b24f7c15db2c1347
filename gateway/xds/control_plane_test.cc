// SPDX-License-Identifier: Apache-2.0
#include "gateway/xds/control_plane.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/xds/resources.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "proto/envoy/config/endpoint.pb.h"
#include "proto/envoy/service/discovery.grpc.pb.h"
#include "proto/forium/discovery/v1/registry.grpc.pb.h"
#include "services/base/observe/metrics.h"

namespace forium::gateway {
namespace {

using envoy::config::endpoint::v3::ClusterLoadAssignment;
using envoy::service::discovery::v3::AggregatedDiscoveryService;
using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;

constexpr auto kPatience = std::chrono::seconds(10);

// A client that says what it likes.
class RawClient {
 public:
  explicit RawClient(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(AggregatedDiscoveryService::NewStub(channel)) {
    context_.set_deadline(std::chrono::system_clock::now() + kPatience);
    stream_ = stub_->StreamAggregatedResources(&context_);
    request_.mutable_node()->set_id("raw");
    request_.set_type_url(TypeUrl(ResourceType::kEndpoints));
    request_.add_resource_names("forum");
  }
  ~RawClient() { context_.TryCancel(); }

  void ComeWithVersion(const std::string& version) { request_.set_version_info(version); }
  void Subscribe() { stream_->Write(request_); }
  void Accept(const DiscoveryResponse& response) {
    request_.set_version_info(response.version_info());
    request_.set_response_nonce(response.nonce());
    request_.clear_error_detail();
    stream_->Write(request_);
  }
  void Refuse(const DiscoveryResponse& response, const std::string& reason) {
    request_.set_response_nonce(response.nonce());
    request_.mutable_error_detail()->set_message(reason);
    stream_->Write(request_);
  }
  // The next response; its endpoints' count goes to `endpoints`.
  DiscoveryResponse Read(int* endpoints) {
    DiscoveryResponse response;
    *endpoints = -1;
    EXPECT_TRUE(stream_->Read(&response));
    ClusterLoadAssignment assignment;
    if (response.resources_size() == 1 && response.resources(0).UnpackTo(&assignment)) {
      *endpoints = assignment.endpoints_size();
    }
    return response;
  }

 private:
  std::unique_ptr<AggregatedDiscoveryService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<DiscoveryRequest, DiscoveryResponse>> stream_;
  DiscoveryRequest request_;
};

// A process that registers.
class RawProcess {
 public:
  RawProcess(const std::shared_ptr<grpc::Channel>& channel, const std::string& address)
      : stub_(discovery::v1::Registry::NewStub(channel)) {
    context_.set_deadline(std::chrono::system_clock::now() + kPatience);
    registration_.set_service("forum");
    registration_.set_instance(address);
    registration_.set_address(address);
    registration_.set_weight(1);
    registration_.set_healthy(true);
    stream_ = stub_->Register(&context_);
  }

  // Whether it was acknowledged.
  bool Say() {
    discovery::v1::Acknowledgement acknowledgement;
    return stream_->Write(registration_) && stream_->Read(&acknowledgement);
  }
  void Leave() {
    registration_.set_leaving(true);
    stream_->Write(registration_);
  }
  void Break() { context_.TryCancel(); }
  grpc::Status End() {
    stream_->WritesDone();
    return stream_->Finish();
  }

 private:
  std::unique_ptr<discovery::v1::Registry::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<discovery::v1::Registration, discovery::v1::Acknowledgement>>
      stream_;
  discovery::v1::Registration registration_;
};

class ControlPlaneTest : public testing::Test {
 protected:
  ControlPlaneTest() {
    auto started = ControlPlane::Start({.listen = "127.0.0.1:0", .grace = absl::Milliseconds(200)});
    EXPECT_TRUE(started.ok()) << started.status();
    control_plane_ = *std::move(started);
    channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", control_plane_->port()),
                                   grpc::InsecureChannelCredentials());
  }

  double Refusals() {
    const std::string text = observe::MetricsText();
    const std::string line = "forium_xds_nacks_total{type=\"EDS\"} ";
    const size_t found = text.find(line);
    return found == std::string::npos ? 0 : std::stod(text.substr(found + line.size()));
  }

  std::unique_ptr<ControlPlane> control_plane_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(ControlPlaneTest, ClientIsToldOfEachChange) {
  RawClient client(channel_);
  client.Subscribe();
  int endpoints = 0;
  client.Accept(client.Read(&endpoints));
  EXPECT_EQ(endpoints, 0);
  RawProcess process(channel_, "10.0.0.1:9102");
  ASSERT_TRUE(process.Say());
  client.Accept(client.Read(&endpoints));
  EXPECT_EQ(endpoints, 1);
  process.Leave();
  client.Accept(client.Read(&endpoints));
  EXPECT_EQ(endpoints, 0);
  EXPECT_TRUE(process.End().ok());
}

TEST_F(ControlPlaneTest, BrokenStreamLeavesAfterTheGrace) {
  RawProcess process(channel_, "10.0.0.1:9102");
  ASSERT_TRUE(process.Say());
  RawClient client(channel_);
  client.Subscribe();
  int endpoints = 0;
  client.Accept(client.Read(&endpoints));
  EXPECT_EQ(endpoints, 1);
  const absl::Time broken = absl::Now();
  process.Break();
  client.Read(&endpoints);
  EXPECT_EQ(endpoints, 0);
  EXPECT_GE(absl::Now() - broken, absl::Milliseconds(200));
}

TEST_F(ControlPlaneTest, RefusedResponseIsCountedAndTheNextOneComes) {
  RawClient client(channel_);
  client.Subscribe();
  int endpoints = 0;
  const DiscoveryResponse first = client.Read(&endpoints);
  const double refusals = Refusals();
  client.Refuse(first, "a test does not like it");
  RawProcess process(channel_, "10.0.0.1:9102");
  ASSERT_TRUE(process.Say());
  const DiscoveryResponse second = client.Read(&endpoints);
  EXPECT_EQ(endpoints, 1);
  EXPECT_NE(second.nonce(), first.nonce());
  EXPECT_EQ(Refusals(), refusals + 1);
}

TEST_F(ControlPlaneTest, ClientOfAnEarlierControlPlaneKeepsItsEndpointsUntilAllCouldRegister) {
  const absl::Time start = absl::Now();
  RawClient client(channel_);
  client.ComeWithVersion("17");
  client.Subscribe();
  RawProcess process(channel_, "10.0.0.1:9102");
  ASSERT_TRUE(process.Say());
  int endpoints = 0;
  client.Read(&endpoints);
  EXPECT_EQ(endpoints, 1) << "told to forget what it had";
  EXPECT_GE(absl::Now() - start, absl::Seconds(1));
}

TEST_F(ControlPlaneTest, AddressThatClientsCannotReadIsRefused) {
  RawProcess process(channel_, "forum:9102");
  EXPECT_FALSE(process.Say());
  const grpc::Status status = process.End();
  EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_TRUE(absl::StrContains(status.error_message(), "forum:9102"));
}

TEST_F(ControlPlaneTest, LocalSocketGivesEndpointsAndTakesNone) {
  const auto local =
      grpc::CreateChannel(control_plane_->local_target(), grpc::InsecureChannelCredentials());
  RawProcess process(local, "10.0.0.1:9102");
  EXPECT_FALSE(process.Say());
  EXPECT_EQ(process.End().error_code(), grpc::PERMISSION_DENIED);
  RawClient client(local);
  client.Subscribe();
  int endpoints = 0;
  client.Read(&endpoints);
  EXPECT_EQ(endpoints, 0);
}

TEST_F(ControlPlaneTest, AddressInUseIsToldAtTheStart) {
  const auto second =
      ControlPlane::Start({.listen = absl::StrCat("127.0.0.1:", control_plane_->port())});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace forium::gateway
