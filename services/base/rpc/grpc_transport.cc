// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/grpc_transport.h"

#include <atomic>
#include <utility>

#include "absl/time/clock.h"
#include "services/base/rpc/deadlock_detection.h"
#include "services/base/rpc/outgoing_call.h"

namespace forium::rpc {
namespace {

// How late a deadline may be noticed while calls are out, and how often connections are looked
// after otherwise.
constexpr absl::Duration kBusyTick = absl::Milliseconds(25);
constexpr absl::Duration kIdleTick = absl::Milliseconds(250);
// Without a call for so many ticks it is idle.
constexpr int kBusyTicks = 40;

// What all channels of the process share: the thread that reads answers, the time. Lives as long as
// the process.
class Sharing {
 public:
  static Sharing& Get() {
    static Sharing& sharing = *new Sharing;
    return sharing;
  }

  Poller& poller() { return poller_; }

  void Add(const std::shared_ptr<OutgoingCalls>& calls) {
    absl::MutexLock lock(&mutex_);
    all_.push_back(calls);
  }

  void ExpectCalls() {
    if (busy_.load(std::memory_order_relaxed) || busy_.exchange(true)) return;
    poller_.TickEvery(kBusyTick);
  }

 private:
  Sharing() : poller_(1, kIdleTick, [this] { Tick(); }) {}

  void Tick() {
    std::vector<std::shared_ptr<OutgoingCalls>> all;
    {
      absl::MutexLock lock(&mutex_);
      for (size_t i = 0; i < all_.size();) {
        if (auto calls = all_[i].lock()) {
          all.push_back(std::move(calls));
          ++i;
        } else {
          all_[i] = std::move(all_.back());
          all_.pop_back();
        }
      }
    }
    const absl::Time now = absl::Now();
    bool busy = false;
    for (const auto& calls : all) busy = calls->Tick(now) || busy;
    idle_ticks_ = busy ? 0 : idle_ticks_ + 1;
    if (busy) {
      ExpectCalls();
    } else if (idle_ticks_ > kBusyTicks && busy_.exchange(false)) {
      poller_.TickEvery(kIdleTick);
    }
  }

  std::atomic<bool> busy_ = false;
  int idle_ticks_ = 0;  // of the one thread
  absl::Mutex mutex_;
  std::vector<std::weak_ptr<OutgoingCalls>> all_ ABSL_GUARDED_BY(mutex_);
  Poller poller_;
};

}  // namespace

std::shared_ptr<OutgoingCalls> OutgoingCalls::To(const std::string& target,
                                                 const Security& security) {
  TurnOffDeadlockDetection();
  const std::shared_ptr<OutgoingCalls> calls(new OutgoingCalls);
  const std::weak_ptr<OutgoingCalls> weak = calls;
  calls->servers_ = std::make_shared<Servers>(
      Sharing::Get().poller(), security.enabled() ? std::make_unique<TlsFiles>(security) : nullptr,
      CertifiedName(target),
      Servers::Events{[weak] {
                        if (const auto self = weak.lock()) self->RetryWaiting();
                      },
                      [weak] {
                        if (const auto self = weak.lock()) self->Doubt();
                      }});
  Sharing::Get().Add(calls);
  const std::weak_ptr<Servers> servers = calls->servers_;
  std::unique_ptr<Resolver> resolver = Resolve(target, [servers](std::vector<Backend> backends) {
    if (const auto self = servers.lock()) self->Set(std::move(backends));
  });
  absl::MutexLock lock(&calls->mutex_);
  calls->resolver_ = std::move(resolver);
  return calls;
}

void OutgoingCalls::Start(std::string_view method, const google::protobuf::MessageLite& request,
                          const CallOptions& options, std::function<void(Reply)> done) {
  const auto call = std::make_shared<OutgoingCall>(servers_, method, request, options);
  Entry entry;
  {
    absl::MutexLock lock(&mutex_);
    entry = calls_.insert(calls_.end(), call);
  }
  call->OnEnd([self = shared_from_this(), entry, done = std::move(done)](Reply reply) {
    self->Forget(entry);
    done(std::move(reply));
  });
  Sharing::Get().ExpectCalls();
  call->Attempt();
}

void OutgoingCalls::Forget(Entry entry) {
  std::shared_ptr<OutgoingCall> last;  // may end here, outside the lock
  absl::MutexLock lock(&mutex_);
  last = std::move(*entry);
  calls_.erase(entry);
}

std::vector<std::shared_ptr<OutgoingCall>> OutgoingCalls::All() {
  absl::MutexLock lock(&mutex_);
  return {calls_.begin(), calls_.end()};
}

void OutgoingCalls::RetryWaiting() {
  for (const auto& call : All()) call->AttemptIfWaiting();
}

void OutgoingCalls::Doubt() {
  absl::MutexLock lock(&mutex_);
  if (resolver_ != nullptr) resolver_->Doubt();
}

bool OutgoingCalls::Tick(absl::Time now) {
  servers_->Tick(now);
  const auto calls = All();
  for (const auto& call : calls) call->Tick(now);
  return !calls.empty();
}

void OutgoingCalls::End() {
  std::unique_ptr<Resolver> resolver;
  {
    absl::MutexLock lock(&mutex_);
    resolver = std::move(resolver_);
  }
  resolver.reset();
  servers_->End();
  for (const auto& call : All()) call->Abandon();
}

}  // namespace forium::rpc
