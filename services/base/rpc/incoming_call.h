// SPDX-License-Identifier: Apache-2.0
// One call on the server, from the first byte to the last: read on gRPC's thread, checked and
// handled on a worker.
#pragma once

#include <atomic>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/support/byte_buffer.h"
#include "services/base/rpc/call.h"
#include "services/base/rpc/methods.h"
#include "services/base/rpc/principal.h"
#include "services/base/rpc/worker_pool.h"

namespace forium::rpc {

// Calls that run, so that a drain can wait for them. Thread-safe.
class RunningCalls {
 public:
  // False: the server starts, drains or ended, and the call is to be refused. End follows in any
  // case.
  bool Begin();
  void End();
  void Open() { open_.store(true); }
  void Close() { open_.store(false); }
  // False: `timeout` passed first.
  bool AwaitNone(absl::Duration timeout);

 private:
  std::atomic<int> running_ = 0;
  std::atomic<bool> open_ = false;
  absl::Mutex mutex_;
  absl::CondVar ended_;
};

// What all calls of a server share.
struct Dispatch {
  const Methods& methods;
  const PrincipalVerifier& verifier;
  absl::Duration default_deadline;
  RunningCalls& running;
  WorkerPool& workers;
};

class IncomingCall final : public grpc::ServerGenericBidiReactor, public WorkerPool::Task {
 public:
  IncomingCall(grpc::GenericCallbackServerContext* context, const Dispatch& dispatch);

  void OnReadDone(bool ok) override;
  void OnDone() override;
  void Run() override;

 private:
  void ReadMetadata();
  absl::Status Admit(absl::Time now);
  absl::StatusOr<grpc::ByteBuffer> Handle(int* statements);
  void Answer(absl::StatusOr<grpc::ByteBuffer> response, int statements);

  grpc::GenericCallbackServerContext& context_;
  const Dispatch& dispatch_;
  const Method* const method_;
  const absl::Time start_;
  Call call_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
};

}  // namespace forium::rpc
