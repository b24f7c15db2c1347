// SPDX-License-Identifier: Apache-2.0
// Work for another pool, awaited: `fn` runs on a thread of the pool, the coroutine goes on on its
// own executor. (A plain `co_await post(pool)` would not do: it resumes where the coroutine
// belongs.)
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <type_traits>
#include <utility>

namespace forium::gateway {

// `fn` must not throw, and lives in the coroutine that awaits. The pool ends before the coroutine's
// executor.
template <typename Fn>
boost::asio::awaitable<std::invoke_result_t<Fn&>> Offload(boost::asio::thread_pool& pool, Fn& fn) {
  namespace asio = boost::asio;
  const asio::any_io_executor home = co_await asio::this_coro::executor;
  std::optional<std::invoke_result_t<Fn&>> result;
  const auto start = [&pool, &fn, &result, home](auto handler) {
    asio::any_completion_handler<void()> resume(std::move(handler));
    asio::post(pool, [&fn, &result, home, resume = std::move(resume)]() mutable {
      result.emplace(fn());
      asio::post(home, std::move(resume));
    });
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(start, asio::use_awaitable);
  co_return *std::move(result);
}

}  // namespace forium::gateway
