// SPDX-License-Identifier: Apache-2.0
#include "services/base/flusher/flusher.h"

#include <utility>

#include "services/base/observe/log.h"
#include "services/base/status/status.h"

namespace forium {

Flusher::Flusher(std::string failure, absl::Duration every, std::function<absl::Status()> flush)
    : failure_(std::move(failure)),
      every_(every),
      flush_(std::move(flush)),
      thread_([this] { Run(); }) {}

Flusher::~Flusher() { Close(); }

void Flusher::Run() {
  bool closed = false;
  while (!closed) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(&closed_), every_);
      closed = closed_;
    }
    if (const absl::Status status = flush_(); !status.ok()) {
      observe::Log(observe::Level::kWarning, failure_,
                   {{"cause", status::CauseOf(status)}, {"error", std::string(status.message())}});
    }
  }
}

void Flusher::Close() {
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

}  // namespace forium
