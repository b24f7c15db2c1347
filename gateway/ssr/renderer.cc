// SPDX-License-Identifier: Apache-2.0
#include "gateway/ssr/renderer.h"

#include <pthread.h>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <deque>
#include <latch>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "gateway/http/under_way.h"
#include "gateway/ssr/vm.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

// One render, from the call to its answer. Belongs to the coroutine that waits for it.
struct Job {
  std::string_view props;
  std::string_view shared;
  absl::Time asked;
  absl::Time begin_by;
  absl::StatusOr<std::string> html = absl::UnknownError("");
  asio::any_io_executor home;
  asio::any_completion_handler<void()> resume;
};

void Finish(Job& job, absl::StatusOr<std::string> html) {
  job.html = std::move(html);
  // The job may be gone as soon as the coroutine goes on.
  const asio::any_io_executor home = job.home;
  asio::post(home, std::move(job.resume));
  work_under_way.fetch_sub(1, std::memory_order_release);
}

absl::Status Busy() {
  status::ErrorDetail detail;
  detail.set_reason(type::v1::UNAVAILABLE);
  detail.set_retry_after(1);
  return status::Error(absl::StatusCode::kUnavailable, detail,
                       "The server is busy. Try again in a moment.");
}

}  // namespace

struct Renderer::State {
  State(std::string_view bundle, RendererOptions options) : bundle(bundle), options(options) {}

  const std::string_view bundle;
  const RendererOptions options;
  prometheus::Histogram& seconds = observe::Latency(
      "forium_gateway_render_seconds", "Time of a render, without the wait for a machine.");
  prometheus::Histogram& waits = observe::Latency("forium_gateway_render_wait_seconds",
                                                  "Time that a page waited for a machine.");
  prometheus::Gauge& queued =
      observe::Gauge("forium_gateway_renders_waiting", "Pages that wait for a machine.");
  prometheus::Counter& ended = observe::Counter("forium_gateway_renders_ended_total",
                                                "Renders that were ended by the watchdog.");
  prometheus::Counter& refused =
      observe::Counter("forium_gateway_renders_refused_total",
                       "Renders that found the queue full or waited too long.");

  std::mutex mutex;
  std::condition_variable arrived;
  std::deque<Job*> waiting;  // guarded by mutex
  bool stopping = false;     // guarded by mutex
  std::vector<std::thread> threads;

  // The next job, or null: idle (then `stop` is false) or the end.
  Job* Next(bool may_idle, bool& stop) {
    std::unique_lock lock(mutex);
    const auto ready = [this] { return stopping || !waiting.empty(); };
    if (may_idle) {
      arrived.wait_for(lock, absl::ToChronoMilliseconds(options.idle), ready);
    } else {
      arrived.wait(lock, ready);
    }
    stop = stopping;
    if (stop || waiting.empty()) return nullptr;
    Job* job = waiting.front();
    waiting.pop_front();
    queued.Decrement();
    return job;
  }

  absl::StatusOr<std::unique_ptr<Vm>> MakeVm() const {
    return Vm::Create(bundle, options.render_limit);
  }

  void Serve(std::unique_ptr<Vm> vm) {
    bool used = false;  // since the last collection
    bool stop = false;
    while (true) {
      Job* job = Next(used, stop);
      if (stop) return;
      if (job == nullptr) {
        vm->CollectGarbage();
        used = false;
        continue;
      }
      const absl::Time begin = absl::Now();
      waits.Observe(absl::ToDoubleSeconds(begin - job->asked));
      if (begin > job->begin_by) {
        refused.Increment();
        Finish(*job, Busy());
        continue;
      }
      used = true;
      absl::StatusOr<std::string> html = vm->Render(job->props, job->shared);
      seconds.Observe(absl::ToDoubleSeconds(absl::Now() - begin));
      if (vm->spent()) {
        ended.Increment();
        observe::Log(observe::Level::kError, "a render took too long and was ended",
                     {{"props_bytes", static_cast<int64_t>(job->props.size())}});
        Finish(*job, std::move(html));
        vm.reset();
        // The bundle ran before, so it runs again.
        if (auto fresh = MakeVm(); fresh.ok()) {
          vm = *std::move(fresh);
        } else {
          std::abort();
        }
        continue;
      }
      Finish(*job, std::move(html));
    }
  }
};

Renderer::Renderer(std::unique_ptr<State> state) : state_(std::move(state)) {}

absl::StatusOr<std::unique_ptr<Renderer>> Renderer::Create(std::string_view bundle,
                                                           RendererOptions options) {
  std::unique_ptr<Renderer> renderer(new Renderer(std::make_unique<State>(bundle, options)));
  State& state = *renderer->state_;
  // A machine belongs to the thread that makes it.
  std::vector<absl::Status> made(static_cast<size_t>(options.machines));
  std::latch ready(options.machines);
  for (absl::Status& status : made) {
    state.threads.emplace_back([&state, &status, &ready] {
      pthread_setname_np(pthread_self(), "render");
      auto vm = state.MakeVm();
      status = vm.status();
      ready.count_down();
      if (vm.ok()) state.Serve(*std::move(vm));
    });
  }
  ready.wait();
  for (absl::Status& status : made) {
    if (!status.ok()) return status;
  }
  return renderer;
}

Renderer::~Renderer() {
  std::deque<Job*> left;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    left.swap(state_->waiting);
  }
  state_->queued.Decrement(static_cast<double>(left.size()));
  state_->arrived.notify_all();
  for (Job* job : left) Finish(*job, Busy());
  for (std::thread& thread : state_->threads) thread.join();
}

asio::awaitable<absl::StatusOr<std::string>> Renderer::Render(std::string_view props,
                                                              std::string_view shared,
                                                              absl::Time deadline) {
  // Member by member: GCC 12 destroys twice what stands beside a co_await in braces.
  Job job;
  job.props = props;
  job.shared = shared;
  job.asked = absl::Now();
  job.begin_by = std::min(deadline, job.asked + state_->options.wait_limit);
  job.home = co_await asio::this_coro::executor;
  const auto start = [&job, state = state_.get()](auto handler) {
    work_under_way.fetch_add(1, std::memory_order_relaxed);
    // Not by assignment: Boost 1.81's recurses without end.
    asio::any_completion_handler<void()>(std::move(handler)).swap(job.resume);
    {
      const std::lock_guard lock(state->mutex);
      if (!state->stopping && state->waiting.size() < state->options.queue) {
        state->waiting.push_back(&job);
        state->queued.Increment();
        state->arrived.notify_one();
        return;
      }
    }
    state->refused.Increment();
    Finish(job, Busy());
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(start, asio::use_awaitable);
  co_return std::move(job.html);
}

}  // namespace forium::gateway
