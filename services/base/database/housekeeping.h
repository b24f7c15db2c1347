// SPDX-License-Identifier: Apache-2.0
// One thread of the process that looks after all of its databases, four times a second: idle
// connections, and the memory that they hold. Thread-safe.
#pragma once

#include <functional>
#include <memory>

namespace forium::database {

class Housekeeping {
 public:
  class Task {
   public:
    explicit Task(std::function<void()> run) : run(std::move(run)) {}
    // Does not run any more when this returns.
    ~Task();
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    const std::function<void()> run;
  };
  // Runs `run` now and then until the task is destroyed.
  static std::unique_ptr<Task> Add(std::function<void()> run);
};

}  // namespace forium::database
