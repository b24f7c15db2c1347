// SPDX-License-Identifier: Apache-2.0
#include "gateway/preview/preview_maker.h"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "services/base/observe/metrics.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

struct Meters {
  prometheus::Counter& made =
      observe::Counter("forium_gateway_previews_made_total", "Preview images drawn.");
  prometheus::Counter& refused = observe::Counter("forium_gateway_previews_refused_total",
                                                  "Preview images refused: too many were waiting.");
};

Meters& meters() {
  static Meters meters;
  return meters;
}

// Who waits, where it belongs, and what it gets.
struct Waiter {
  asio::any_io_executor home;
  asio::any_completion_handler<void()> resume;
  std::shared_ptr<PreviewMaker::Image> result;

  void Answer(PreviewMaker::Image image) {
    *result = std::move(image);
    const asio::any_io_executor executor = home;
    asio::post(executor, std::move(resume));
  }
};

absl::Status Busy() {
  status::ErrorDetail detail;
  detail.set_reason(type::v1::UNAVAILABLE);
  detail.set_retry_after(1);
  return status::Error(absl::StatusCode::kUnavailable, detail,
                       "Too many images are being made. Try again in a moment.");
}

}  // namespace

struct PreviewMaker::State {
  explicit State(PreviewLimits limits) : limits(limits) {}

  const PreviewLimits limits;
  std::mutex mutex;
  std::list<std::pair<std::string, Image>> kept;  // the last asked for first
  size_t bytes = 0;
  std::map<std::string, std::vector<Waiter>> waiting;  // by version
  std::unique_ptr<Typeface> typeface;                  // of the thread
  std::optional<asio::thread_pool> thread;             // the last: ends first

  Image Find(const std::string& version) {
    for (auto each = kept.begin(); each != kept.end(); ++each) {
      if (each->first != version) continue;
      kept.splice(kept.begin(), kept, each);
      return each->second;
    }
    return nullptr;
  }

  void Keep(const std::string& version, const Image& image) {
    kept.emplace_front(version, image);
    bytes += image->size();
    while (bytes > limits.kept_bytes) {
      bytes -= kept.back().second->size();
      kept.pop_back();
    }
  }

  // On the thread.
  void Draw(const PreviewCard& card, const std::string& version) {
    if (typeface == nullptr) typeface = std::make_unique<Typeface>(FontsOfIdeographs());
    const auto image = std::make_shared<const std::string>(DrawPreview(card, *typeface));
    meters().made.Increment();
    std::vector<Waiter> waiters;
    {
      const std::lock_guard lock(mutex);
      Keep(version, image);
      waiters.swap(waiting[version]);
      waiting.erase(version);
    }
    for (Waiter& waiter : waiters) waiter.Answer(image);
  }
};

PreviewMaker::PreviewMaker(PreviewLimits limits) : state_(new State(limits)) {}

PreviewMaker::~PreviewMaker() {
  if (!state_->thread.has_value()) return;
  state_->thread->stop();
  state_->thread->join();
  for (auto& [version, waiters] : state_->waiting) {
    for (Waiter& waiter : waiters) waiter.Answer(nullptr);
  }
}

size_t PreviewMaker::kept_bytes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->bytes;
}

asio::awaitable<absl::StatusOr<PreviewMaker::Image>> PreviewMaker::Make(PreviewCard card,
                                                                        std::string version) {
  Waiter waiter;
  waiter.home = co_await asio::this_coro::executor;
  waiter.result = std::make_shared<Image>();
  const auto result = waiter.result;
  const auto start = [this, &card, &version, &waiter](auto handler) {
    asio::any_completion_handler<void()>(std::move(handler)).swap(waiter.resume);
    State& state = *state_;
    const std::lock_guard lock(state.mutex);
    const Image image = state.Find(version);
    const bool known = state.waiting.contains(version);
    if (image != nullptr || (!known && state.waiting.size() >= state.limits.waiting)) {
      waiter.Answer(image);
      return;
    }
    state.waiting[version].push_back(std::move(waiter));
    if (known) return;
    if (!state.thread.has_value()) state.thread.emplace(1);
    asio::post(*state.thread,
               [&state, card = std::move(card), version] { state.Draw(card, version); });
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(start, asio::use_awaitable);
  if (*result != nullptr) co_return *result;
  meters().refused.Increment();
  co_return Busy();
}

}  // namespace forium::gateway
