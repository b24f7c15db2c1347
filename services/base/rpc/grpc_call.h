// SPDX-License-Identifier: Apache-2.0
// The gRPC side of a server: one generic service for all methods, one object a call. Read on gRPC's
// thread, handled and answered on a worker.
#pragma once

#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/support/byte_buffer.h"
#include "services/base/rpc/dispatcher.h"
#include "services/base/rpc/reflection.h"
#include "services/base/rpc/running_calls.h"
#include "services/base/rpc/worker_pool.h"

namespace forium::rpc {

class GrpcCall final : public grpc::ServerGenericBidiReactor, public WorkerPool::Task {
 public:
  GrpcCall(grpc::GenericCallbackServerContext* context, const Dispatcher& dispatcher,
           RunningCalls& running);

  void OnReadDone(bool ok) override;
  void OnDone() override;
  void Run() override;

 private:
  void ReadMetadata();
  // Ends the call; OnDone, which deletes this object, may run before this returns.
  void Answer(Outcome outcome);

  grpc::GenericCallbackServerContext& context_;
  const Dispatcher& dispatcher_;
  RunningCalls& running_;
  Arrival arrival_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
};

class GrpcService final : public grpc::CallbackGenericService {
 public:
  GrpcService(const Dispatcher& dispatcher, RunningCalls& running)
      : dispatcher_(dispatcher), running_(running) {}
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    if (IsReflection(context->method())) {
      return NewReflectionStream(dispatcher_.methods().services());
    }
    return new GrpcCall(context, dispatcher_, running_);
  }

 private:
  const Dispatcher& dispatcher_;
  RunningCalls& running_;
};

}  // namespace forium::rpc
