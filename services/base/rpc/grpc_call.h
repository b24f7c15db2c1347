// SPDX-License-Identifier: Apache-2.0
// A call that came over the network, handled and answered by whoever runs it.
#pragma once

#include "services/base/rpc/dispatcher.h"
#include "services/base/rpc/running_calls.h"
#include "services/base/rpc/wire/server_connection.h"
#include "services/base/rpc/worker_pool.h"

namespace forium::rpc {

// Deletes itself when it is answered.
class GrpcCall final : public WorkerPool::Task {
 public:
  GrpcCall(ArrivedCall call, const Dispatcher& dispatcher, RunningCalls& running);

  // Whether it may run. False: it is answered and gone.
  bool Admit();
  void Run() override;
  // Answers that there is no worker for it.
  void RefuseBusy() { Answer(dispatcher_.Refuse(arrival_, Dispatcher::Busy())); }

 private:
  void ReadFields();
  void Answer(const Outcome& outcome, Fields trailer = {});

  ArrivedCall call_;
  const Dispatcher& dispatcher_;
  RunningCalls& running_;
  Arrival arrival_;
};

}  // namespace forium::rpc
