// SPDX-License-Identifier: Apache-2.0
// One thread of the process that looks after all of its databases, four times a second: idle
// connections, and memory that they freed, which the allocator alone would keep. Thread-safe.
#pragma once

#include <cstdint>
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

  // For tasks: so many bytes of caches were freed. Once that is much, and nobody frees any more for
  // a moment, the system gets back what no allocation holds: one walk through the heaps for all.
  static void NoteFreed(int64_t bytes);
};

}  // namespace forium::database
