// SPDX-License-Identifier: Apache-2.0
// What a server does with a call, whatever carried it: decide, handle, map the error, meter, log.
// Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "services/base/rpc/call.h"
#include "services/base/rpc/methods.h"
#include "services/base/rpc/principal.h"
#include "services/base/rpc/worker_pool.h"

namespace forium::rpc {

// A call as it came in.
struct Arrival {
  const Method* method = nullptr;  // nullptr: unknown
  Call call;                       // without principal; deadline as the caller asked
  std::string signed_principal;
  absl::Time time;
};

// How it ended. The status is fit for the public.
struct Outcome {
  absl::Status status;
  std::unique_ptr<google::protobuf::Message> response;  // if OK
  int sql_statements = 0;
};

class Dispatcher {
 public:
  Dispatcher(const Methods& methods, const PrincipalVerifier& verifier,
             absl::Duration default_deadline, WorkerPool& workers)
      : methods_(methods),
        verifier_(verifier),
        default_deadline_(default_deadline),
        workers_(workers) {}

  using Parse = absl::FunctionRef<bool(google::protobuf::Message*)>;

  // Runs the handler if the caller may call it; blocks, so on a worker.
  Outcome Handle(Arrival& arrival, Parse parse) const;
  // Answers a call without running it.
  Outcome Refuse(const Arrival& arrival, const absl::Status& status) const;

  const Methods& methods() const { return methods_; }
  WorkerPool& workers() const { return workers_; }

  static absl::Status Closed();
  static absl::Status Busy();
  static absl::Status UnknownMethod();

 private:
  absl::Status Admit(Arrival& arrival) const;
  absl::Status Run(Arrival& arrival, Parse parse, Outcome& outcome) const;
  Outcome Finish(const Arrival& arrival, const absl::Status& status, Outcome outcome) const;

  const Methods& methods_;
  const PrincipalVerifier& verifier_;
  const absl::Duration default_deadline_;
  WorkerPool& workers_;
};

}  // namespace forium::rpc
