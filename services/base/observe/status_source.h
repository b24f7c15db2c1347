// SPDX-License-Identifier: Apache-2.0
// What GET /status on the admin port answers while it lives, as JSON; the newest one when there are
// several. Thread-safe.
#pragma once

#include <functional>
#include <string>

namespace forium::observe {

class StatusSource {
 public:
  // `json` is called on the admin port's thread.
  explicit StatusSource(std::function<std::string()> json);
  // Waits for a call that is under way.
  ~StatusSource();
  StatusSource(const StatusSource&) = delete;
  StatusSource& operator=(const StatusSource&) = delete;

  std::string Json() const { return json_(); }

 private:
  const std::function<std::string()> json_;
};

}  // namespace forium::observe
