// SPDX-License-Identifier: Apache-2.0
// A page being made, and who waits for it on whatever thread. It lands once: with the page or the
// failure for all, or abandoned, when the coroutine that made it ended early; then one of those who
// wait has to make it. Thread-safe.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/cache/cached_page.h"

namespace forium::gateway {

class Flight {
 public:
  using Page = absl::StatusOr<std::shared_ptr<const CachedPage>>;

  // Steps of the logs of drops and agings, and the time, when it began.
  struct Start {
    uint64_t dropped;
    uint64_t aged;
    absl::Time time;
  };
  explicit Flight(Start start) : start(start) {}

  // nullopt: abandoned.
  void Land(std::optional<Page> page);
  static boost::asio::awaitable<std::optional<Page>> Wait(std::shared_ptr<Flight> flight);

  const Start start;

 private:
  std::mutex mutex_;
  bool landed_ = false;
  std::optional<Page> page_;
  std::vector<std::pair<boost::asio::any_io_executor, boost::asio::any_completion_handler<void()>>>
      waiters_;
};

}  // namespace forium::gateway
