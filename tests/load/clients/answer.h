// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 answer as it comes: only its status and where it ends are looked at. Of a server that
// tells lengths; a chunked body is taken for an error. One connection.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace forium::load {

class Answer {
 public:
  enum class State { kMore, kDone, kBroken };
  // At most one answer at a time is under way.
  State Take(std::string_view bytes);
  int status() const { return status_; }
  bool closes() const { return closes_; }
  const std::string& head() const { return head_; }
  void Reset();

 private:
  State ReadHead();

  std::string head_;
  bool in_body_ = false;
  int status_ = 0;
  bool closes_ = false;
  int64_t left_ = 0;
};

}  // namespace forium::load
