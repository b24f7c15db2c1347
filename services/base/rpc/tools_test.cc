// SPDX-License-Identifier: Apache-2.0
// What tools ask every gRPC server: its health and what it serves.
#include <string>
#include <vector>

#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "proto/grpc/reflection/v1/reflection.pb.h"
#include "services/base/rpc/byte_buffer.h"
#include "services/base/rpc/reflection.h"
#include "services/base/rpc/rpc_fixture.h"

namespace forium::rpc {
namespace {

using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

class ToolsTest : public RpcTest {
 protected:
  std::shared_ptr<grpc::Channel> Raw() const {
    return grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()),
                               grpc::InsecureChannelCredentials());
  }
  // The bytes that the health service answers for a service's name: field 1 is the status.
  grpc::Status AskHealth(const std::string& service, std::string* answer) const {
    grpc::GenericStub stub(Raw());
    grpc::ClientContext context;
    std::string bytes;
    if (!service.empty())
      bytes = "\x0a" + std::string(1, static_cast<char>(service.size())) + service;
    grpc::Slice slice(bytes);
    grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::CompletionQueue queue;
    auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", request, &queue);
    call->StartCall();
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    *answer = status.ok() ? ToString(response) : "";
    return status;
  }
};

TEST_P(ToolsTest, HealthIsToldForTheServerAndItsServices) {
  Serve();
  for (const char* service : {"", "forium.rpc.testing.Echo"}) {
    std::string answer;
    const grpc::Status status = AskHealth(service, &answer);
    ASSERT_TRUE(status.ok()) << service << ": " << status.error_message();
    EXPECT_EQ(answer, "\x08\x01") << service;  // SERVING
    server_->SetServing(false);
    ASSERT_TRUE(AskHealth(service, &answer).ok());
    EXPECT_EQ(answer, "\x08\x02") << service;  // NOT_SERVING
    server_->SetServing(true);
  }
  std::string answer;
  EXPECT_EQ(AskHealth("forium.Nobody", &answer).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_P(ToolsTest, ReflectionListsServicesAndTheirFiles) {
  ServerReflectionRequest list;
  list.set_list_services("");
  const ServerReflectionResponse services = Reflect(list, {"forium.rpc.testing.Echo"});
  ASSERT_EQ(services.list_services_response().service_size(), 1);
  EXPECT_EQ(services.list_services_response().service(0).name(), "forium.rpc.testing.Echo");

  ServerReflectionRequest symbol;
  symbol.set_file_containing_symbol("forium.rpc.testing.Echo.Read");
  const auto files = Reflect(symbol, {}).file_descriptor_response();
  ASSERT_GT(files.file_descriptor_proto_size(), 1);  // with what it imports
  google::protobuf::FileDescriptorProto file;
  ASSERT_TRUE(file.ParseFromString(files.file_descriptor_proto(0)));
  EXPECT_EQ(file.package(), "forium.rpc.testing");

  symbol.set_file_containing_symbol("forium.Nothing");
  EXPECT_EQ(Reflect(symbol, {}).error_response().error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Reflect(ServerReflectionRequest(), {}).error_response().error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_P(ToolsTest, ReflectionAnswersOverTheWire) {
  Serve();
  for (const char* version : {"v1", "v1alpha"}) {
    grpc::GenericStub stub(Raw());
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const auto stream = stub.PrepareCall(
        &context,
        std::string("/grpc.reflection.") + version + ".ServerReflection/ServerReflectionInfo",
        &queue);
    const auto next = [&] {
      void* tag = nullptr;
      bool ok = false;
      return queue.Next(&tag, &ok) && ok;
    };
    stream->StartCall(nullptr);
    ASSERT_TRUE(next());
    ServerReflectionRequest request;
    request.set_list_services("*");
    stream->Write(Serialise(request), nullptr);
    ASSERT_TRUE(next());
    grpc::ByteBuffer bytes;
    stream->Read(&bytes, nullptr);
    ASSERT_TRUE(next());
    ServerReflectionResponse response;
    ASSERT_TRUE(Parse(bytes, &response));
    ASSERT_EQ(response.list_services_response().service_size(), 1);
    EXPECT_EQ(response.list_services_response().service(0).name(), "forium.rpc.testing.Echo");
    stream->WritesDone(nullptr);
    ASSERT_TRUE(next());
    grpc::Status status;
    stream->Finish(&status, nullptr);
    ASSERT_TRUE(next());
    EXPECT_TRUE(status.ok());
  }
}

INSTANTIATE_TEST_SUITE_P(Grpc, ToolsTest, ::testing::Values(Carrier::kGrpc));

}  // namespace
}  // namespace forium::rpc
