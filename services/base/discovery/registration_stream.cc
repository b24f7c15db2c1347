// SPDX-License-Identifier: Apache-2.0
#include "services/base/discovery/registration_stream.h"

#include <utility>

namespace forium::discovery {

std::shared_ptr<RegistrationStream> RegistrationStream::Open(v1::Registry::Stub& stub,
                                                             std::function<void()> changed) {
  std::shared_ptr<RegistrationStream> stream(new RegistrationStream(std::move(changed)));
  stream->self_ = stream;
  stream->context_->set_wait_for_ready(true);
  stub.async()->Register(stream->context_.get(), stream.get());
  // Writes come from outside of the reactions; released when the last read ends.
  stream->AddHold();
  stream->StartRead(&stream->acknowledgement_);
  stream->StartCall();
  return stream;
}

void RegistrationStream::Say(const v1::Registration& registration) {
  absl::MutexLock lock(&mutex_);
  next_ = registration;
  WriteNext();
}

void RegistrationStream::WriteNext() {
  if (closed_ || writing_ || !next_) return;
  saying_ = *std::exchange(next_, std::nullopt);
  writing_ = true;
  StartWrite(&saying_);
}

void RegistrationStream::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  writing_ = false;
  if (ok) WriteNext();
}

void RegistrationStream::OnReadDone(bool ok) {
  bool first = false;
  {
    absl::MutexLock lock(&mutex_);
    if (ok) {
      first = !std::exchange(acknowledged_, true);
    } else {
      closed_ = true;
    }
  }
  if (!ok) {
    RemoveHold();
    return;
  }
  if (first) changed_();
  StartRead(&acknowledgement_);
}

void RegistrationStream::OnDone(const grpc::Status& status) {
  const std::shared_ptr<RegistrationStream> self = std::move(self_);
  {
    absl::MutexLock lock(&mutex_);
    cause_ = status.error_message();
    ended_ = true;
  }
  changed_();
  absl::MutexLock lock(&mutex_);
  silent_ = true;
}

bool RegistrationStream::AwaitEnd(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  if (!mutex_.AwaitWithDeadline(absl::Condition(&silent_), deadline)) return false;
  context_.reset();
  return true;
}

bool RegistrationStream::acknowledged() const {
  absl::MutexLock lock(&mutex_);
  return acknowledged_;
}

bool RegistrationStream::ended() const {
  absl::MutexLock lock(&mutex_);
  return ended_;
}

std::string RegistrationStream::cause() const {
  absl::MutexLock lock(&mutex_);
  return cause_;
}

}  // namespace forium::discovery
