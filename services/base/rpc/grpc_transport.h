// SPDX-License-Identifier: Apache-2.0
// Carries calls to servers of other processes, and again to another one where that is safe. Speaks
// gRPC over HTTP/2. Thread-safe.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/rpc/channel.h"
#include "services/base/rpc/resolver.h"
#include "services/base/rpc/servers.h"

namespace forium::rpc {

class OutgoingCall;

// The calls of a channel that are out. Lives as long as the last of them.
class OutgoingCalls : public std::enable_shared_from_this<OutgoingCalls> {
 public:
  static std::shared_ptr<OutgoingCalls> To(const std::string& target, const Security& security);

  void Start(std::string_view method, const google::protobuf::MessageLite& request,
             const CallOptions& options, std::function<void(Reply)> done);
  // True: calls are out.
  bool Tick(absl::Time now);
  // Those that are out are answered.
  void End();

 private:
  friend class OutgoingCall;
  using Entry = std::list<std::shared_ptr<OutgoingCall>>::iterator;

  OutgoingCalls() = default;
  void Forget(Entry entry);
  void RetryWaiting();
  void Doubt();
  std::vector<std::shared_ptr<OutgoingCall>> All();

  std::shared_ptr<Servers> servers_;
  absl::Mutex mutex_;
  std::unique_ptr<Resolver> resolver_ ABSL_GUARDED_BY(mutex_);
  std::list<std::shared_ptr<OutgoingCall>> calls_ ABSL_GUARDED_BY(mutex_);
};

class GrpcTransport final : public Transport {
 public:
  GrpcTransport(const std::string& target, const Security& security)
      : calls_(OutgoingCalls::To(target, security)) {}
  ~GrpcTransport() override { calls_->End(); }
  void Start(std::string_view method, const google::protobuf::MessageLite& request,
             const CallOptions& options, std::function<void(Reply)> done) override {
    calls_->Start(method, request, options, std::move(done));
  }

 private:
  const std::shared_ptr<OutgoingCalls> calls_;
};

}  // namespace forium::rpc
