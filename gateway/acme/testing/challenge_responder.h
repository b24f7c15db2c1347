// SPDX-License-Identifier: Apache-2.0
// A plain HTTP server for tests that answers /.well-known/acme-challenge/TOKEN on a free port, on a
// thread of its own. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace forium::gateway {

class ChallengeResponder {
 public:
  // nullopt: 404.
  using Answer = std::function<std::optional<std::string>(std::string_view token)>;
  explicit ChallengeResponder(Answer answer);
  ~ChallengeResponder();
  ChallengeResponder(const ChallengeResponder&) = delete;
  ChallengeResponder& operator=(const ChallengeResponder&) = delete;

  int port() const { return port_; }
  int asked() const { return asked_; }

 private:
  void Run();

  const Answer answer_;
  int socket_ = -1;
  int port_ = 0;
  std::atomic<int> asked_ = 0;
  std::thread thread_;
};

}  // namespace forium::gateway
