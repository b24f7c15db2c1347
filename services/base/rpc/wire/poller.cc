// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/wire/poller.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace forium::rpc {
namespace {

// Names of what the poller watches itself.
constexpr uint64_t kTimer = 1;
constexpr uint64_t kStop = 2;

// A process that gets no descriptor when it starts cannot go on.
int Made(int descriptor) {
  if (descriptor < 0) std::abort();
  return descriptor;
}

void Control(int epoll, int operation, int descriptor, uint32_t events, uint64_t name) {
  epoll_event event = {};
  event.events = events;
  event.data.u64 = name;
  epoll_ctl(epoll, operation, descriptor, &event);
}

}  // namespace

Poller::Poller(int threads, absl::Duration period, std::function<void()> tick)
    : tick_(std::move(tick)),
      epoll_(Made(epoll_create1(EPOLL_CLOEXEC))),
      timer_(Made(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC))),
      stop_(Made(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))),
      last_name_(kStop) {
  TickEvery(period);
  Control(epoll_, EPOLL_CTL_ADD, timer_, EPOLLIN | EPOLLONESHOT, kTimer);
  Control(epoll_, EPOLL_CTL_ADD, stop_, EPOLLIN, kStop);
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

Poller::~Poller() {
  const uint64_t one = 1;
  // Never read, so that every thread sees it.
  while (write(stop_, &one, sizeof(one)) < 0 && errno == EINTR) {
  }
  for (std::thread& thread : threads_) thread.join();
  close(stop_);
  close(timer_);
  close(epoll_);
}

uint64_t Poller::Add(int descriptor, std::shared_ptr<Watched> watched) {
  uint64_t name = 0;
  {
    absl::MutexLock lock(&mutex_);
    name = ++last_name_;
    watched_[name] = std::move(watched);
  }
  Control(epoll_, EPOLL_CTL_ADD, descriptor, EPOLLONESHOT, name);
  return name;
}

void Poller::Arm(int descriptor, uint64_t name, bool writing) {
  const uint32_t events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT | (writing ? EPOLLOUT : 0U);
  Control(epoll_, EPOLL_CTL_MOD, descriptor, events, name);
}

void Poller::Remove(int descriptor, uint64_t name) {
  Control(epoll_, EPOLL_CTL_DEL, descriptor, 0, name);
  std::shared_ptr<Watched> last;  // may end here, outside the lock
  absl::MutexLock lock(&mutex_);
  const auto found = watched_.find(name);
  if (found == watched_.end()) return;
  last = std::move(found->second);
  watched_.erase(found);
}

void Poller::TickEvery(absl::Duration period) {
  itimerspec times = {};
  times.it_interval = absl::ToTimespec(period);
  times.it_value = times.it_interval;
  timerfd_settime(timer_, 0, &times, nullptr);
}

std::shared_ptr<Poller::Watched> Poller::WatchedOf(uint64_t name) {
  absl::MutexLock lock(&mutex_);
  const auto found = watched_.find(name);
  return found == watched_.end() ? nullptr : found->second;
}

void Poller::Work() {
  while (true) {
    // One at a time: the next one is for another thread, while this one is busy.
    epoll_event event = {};
    if (epoll_wait(epoll_, &event, 1, -1) != 1) continue;
    if (event.data.u64 == kStop) return;
    if (event.data.u64 == kTimer) {
      uint64_t passed = 0;
      if (read(timer_, &passed, sizeof(passed)) > 0) tick_();
      Control(epoll_, EPOLL_CTL_MOD, timer_, EPOLLIN | EPOLLONESHOT, kTimer);
    } else if (const auto watched = WatchedOf(event.data.u64)) {
      watched->OnReady();
    }
  }
}

}  // namespace forium::rpc
