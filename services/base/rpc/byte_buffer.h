// SPDX-License-Identifier: Apache-2.0
// Messages in and out of gRPC's buffers, with one copy at most.
#pragma once

#include <string>

#include "google/protobuf/message_lite.h"
#include "grpcpp/support/byte_buffer.h"

namespace forium::rpc {

grpc::ByteBuffer Serialise(const google::protobuf::MessageLite& message);
bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite* message);
std::string ToString(const grpc::ByteBuffer& bytes);

}  // namespace forium::rpc
