// SPDX-License-Identifier: Apache-2.0
// Ends what takes too long: calls `expire` on the executor's thread unless it goes before, or is
// asked for more time. One thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "absl/time/time.h"

namespace forium::gateway {

class TimeLimit {
 public:
  TimeLimit(const boost::asio::any_io_executor& executor, absl::Duration limit,
            std::function<void()> expire)
      : state_(std::make_shared<State>(executor, std::move(expire))) {
    Extend(limit);
  }
  ~TimeLimit() {
    state_->expire = nullptr;
    state_->timer.cancel();
  }
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;

  // So long from now.
  void Extend(absl::Duration limit) {
    state_->timer.expires_after(absl::ToChronoNanoseconds(limit));
    state_->timer.async_wait([state = state_](boost::system::error_code error) {
      if (error || state->expire == nullptr) return;
      state->over = true;
      state->expire();
    });
  }
  bool over() const { return state_->over; }

 private:
  // Outlives this by the handler that is queued already.
  struct State {
    State(const boost::asio::any_io_executor& executor, std::function<void()> expire)
        : timer(executor), expire(std::move(expire)) {}
    boost::asio::steady_timer timer;
    std::function<void()> expire;
    bool over = false;
  };
  const std::shared_ptr<State> state_;
};

}  // namespace forium::gateway
