// SPDX-License-Identifier: Apache-2.0
// One call with its attempts, until it is answered. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/rpc/channel.h"
#include "services/base/rpc/servers.h"
#include "services/base/rpc/wire/client_connection.h"

namespace forium::rpc {

class OutgoingCall : public std::enable_shared_from_this<OutgoingCall> {
 public:
  OutgoingCall(std::shared_ptr<Servers> servers, std::string_view method,
               const google::protobuf::MessageLite& request, const CallOptions& options);
  // Before the first attempt: what is told how it ended, once, without a lock.
  void OnEnd(std::function<void(Reply)> done) { done_ = std::move(done); }

  // Sends it to the next server; without any it waits.
  void Attempt();
  // If it waits for a server.
  void AttemptIfWaiting();
  // Whatever is due: the deadline, the end of a pause, of the patience for a server.
  void Tick(absl::Time now);
  // Its channel ends.
  void Abandon();

 private:
  void OnAnswer(int attempt, Answer answer);
  // Whether the call may run on another server after this answer.
  bool MayRepeat(const Answer& answer) const;
  // False: there is no time left.
  bool RepeatLater() ABSL_LOCKS_EXCLUDED(mutex_);
  // Without an answer, unless it has ended already.
  void End(absl::StatusCode code) ABSL_LOCKS_EXCLUDED(mutex_);
  void Finish(Answer answer);
  Fields FieldsNow() const;
  Reply ReplyOf(Answer answer) const;

  const std::shared_ptr<Servers> servers_;
  const std::string path_;
  const absl::Time deadline_;
  const absl::Time try_until_;
  const std::string request_id_;
  const std::string framed_;
  Fields fields_;  // but the time that is left
  std::function<void(Reply)> done_;

  mutable absl::Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;  // for a server
  absl::Time pause_until_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  int attempts_ ABSL_GUARDED_BY(mutex_) = 0;
  // Of the attempt under way.
  std::shared_ptr<ClientConnection> connection_ ABSL_GUARDED_BY(mutex_);
  int32_t stream_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace forium::rpc
