// SPDX-License-Identifier: Apache-2.0
// One stream to one control plane, from its start to its end. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "proto/forium/discovery/v1/registry.grpc.pb.h"

namespace forium::discovery {

class RegistrationStream final
    : public grpc::ClientBidiReactor<v1::Registration, v1::Acknowledgement> {
 public:
  // Opens when the control plane can be reached. `changed` is called when the stream was
  // acknowledged first and when it ended.
  static std::shared_ptr<RegistrationStream> Open(v1::Registry::Stub& stub,
                                                  std::function<void()> changed);

  // Of several said while one is on its way, the last goes.
  void Say(const v1::Registration& registration);
  // Ends it without a word. Before AwaitEnd said that it ended.
  void Cancel() { context_->TryCancel(); }
  // Whether it ended by then. `changed` is not called any more after that, and nothing of the
  // stream holds the channel: gRPC 1.51 breaks when a channel ends on a thread of its own, where
  // the stream itself may end.
  bool AwaitEnd(absl::Time deadline);

  bool acknowledged() const;
  bool ended() const;
  // Why it ended.
  std::string cause() const;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  explicit RegistrationStream(std::function<void()> changed) : changed_(std::move(changed)) {}
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::function<void()> changed_;
  std::unique_ptr<grpc::ClientContext> context_ = std::make_unique<grpc::ClientContext>();
  std::shared_ptr<RegistrationStream> self_;  // until OnDone
  v1::Acknowledgement acknowledgement_;       // belongs to the read under way

  mutable absl::Mutex mutex_;
  v1::Registration saying_ ABSL_GUARDED_BY(mutex_);
  std::optional<v1::Registration> next_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool acknowledged_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;  // nothing more may be written
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool silent_ ABSL_GUARDED_BY(mutex_) = false;  // `changed_` was called for the last time
  std::string cause_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace forium::discovery
