// SPDX-License-Identifier: Apache-2.0
// Carries calls to a server of the same process: bytes go to a worker, and the answer comes back on
// it. gRPC's own in-process transport does the same through four more threads. Thread-safe;
// outlives its server.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string_view>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/base/rpc/channel.h"
#include "services/base/rpc/dispatcher.h"
#include "services/base/rpc/running_calls.h"
#include "services/base/rpc/worker_pool.h"

namespace forium::rpc {

class LocalTransport final : public Transport, public std::enable_shared_from_this<LocalTransport> {
 public:
  // `dispatcher` is not touched any more when `running` was closed and counts none.
  LocalTransport(const Dispatcher& dispatcher, std::shared_ptr<RunningCalls> running);
  ~LocalTransport() override;
  void Start(std::string_view method, const google::protobuf::MessageLite& request,
             const CallOptions& options, std::function<void(Reply)> done) override;

 private:
  using Done = std::function<void(Reply)>;
  class LocalCall;
  // A call that was not answered yet.
  struct Waiting {
    absl::Time deadline;
    Done done;
  };
  using Entry = std::list<Waiting>::iterator;

  // Takes the right to answer a call; empty if its deadline took it.
  Done Take(Entry entry);
  bool IsAnswered(Entry entry);
  // Answers calls at their deadlines, whatever their handlers do.
  void WatchDeadlines();
  // Waits until it is time to look again. False: at the end.
  bool AwaitNextLook() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Dispatcher& dispatcher_;
  const std::shared_ptr<RunningCalls> running_;
  absl::Mutex mutex_;
  std::list<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  // Whether the watch looks at the clock; it sleeps while nothing waits.
  bool watching_ ABSL_GUARDED_BY(mutex_) = true;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::CondVar wake_watch_;
  std::thread watch_;
};

}  // namespace forium::rpc
