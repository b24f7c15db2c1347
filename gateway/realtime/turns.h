// SPDX-License-Identifier: Apache-2.0
// Waiting in coroutines of one thread: a door that opens once, and places of which there are few.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <memory>
#include <utility>

namespace forium::gateway {

class Door {
 public:
  explicit Door(const boost::asio::any_io_executor& executor) : timer_(executor) {
    timer_.expires_at(boost::asio::steady_timer::time_point::max());
  }
  boost::asio::awaitable<void> Wait() {
    while (!open_) {
      co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
  }
  void Open() {
    open_ = true;
    timer_.cancel();
  }

 private:
  bool open_ = false;
  boost::asio::steady_timer timer_;
};

class Turns {
  struct State {
    int free;
    std::deque<std::shared_ptr<Door>> waiting;
  };

 public:
  Turns(boost::asio::any_io_executor executor, int places)
      : executor_(std::move(executor)), state_(std::make_shared<State>(State{places, {}})) {}

  // Holds a place until it goes; also when its coroutine ends with its thread, after this.
  class Turn {
   public:
    explicit Turn(std::shared_ptr<State> state) : state_(std::move(state)) {}
    Turn(Turn&&) noexcept = default;
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (state_ == nullptr) return;
      if (state_->waiting.empty()) {
        ++state_->free;
        return;
      }
      state_->waiting.front()->Open();  // the place is his
      state_->waiting.pop_front();
    }

   private:
    std::shared_ptr<State> state_;
  };
  boost::asio::awaitable<Turn> Take() {
    const std::shared_ptr<State> state = state_;
    if (state->free > 0) {
      --state->free;
    } else {
      const auto door = std::make_shared<Door>(executor_);
      state->waiting.push_back(door);
      co_await door->Wait();
    }
    co_return Turn(state);
  }

 private:
  const boost::asio::any_io_executor executor_;
  const std::shared_ptr<State> state_;
};

}  // namespace forium::gateway
