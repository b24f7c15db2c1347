// SPDX-License-Identifier: Apache-2.0
#include "gateway/cache/flight.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace forium::gateway {

namespace asio = boost::asio;

void Flight::Land(std::optional<Page> page) {
  decltype(waiters_) resumed;
  {
    const std::lock_guard lock(mutex_);
    landed_ = true;
    page_ = std::move(page);
    resumed.swap(waiters_);
  }
  for (auto& [executor, waiter] : resumed) asio::post(executor, std::move(waiter));
}

asio::awaitable<std::optional<Flight::Page>> Flight::Wait(std::shared_ptr<Flight> flight) {
  const auto executor = co_await asio::this_coro::executor;
  const auto wait = [flight, executor](auto handler) {
    asio::any_completion_handler<void()> resume(std::move(handler));
    {
      const std::lock_guard lock(flight->mutex_);
      if (!flight->landed_) {
        flight->waiters_.emplace_back(executor, std::move(resume));
        return;
      }
    }
    asio::post(executor, std::move(resume));
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(wait, asio::use_awaitable);
  co_return flight->page_;
}

}  // namespace forium::gateway
