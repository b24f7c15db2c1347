// SPDX-License-Identifier: Apache-2.0
// Tells tools and load balancers whether a server serves: gRPC's health checking protocol.
// Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "services/base/rpc/wire/server_connection.h"

namespace forium::rpc {

class Health {
 public:
  // Full names of the services, which outlive this.
  explicit Health(const std::vector<std::string>& services) : services_(services) {}

  // Whoever watches is told by Conversation::OnChange.
  void SetServing(bool serving) { serving_ = serving; }
  // nullptr: the path is of none of its methods. The conversation must not outlive this.
  std::unique_ptr<Conversation> Converse(const std::string& path) const;

 private:
  class Check;
  class Watch;
  bool Knows(const std::string& service) const;

  const std::vector<std::string>& services_;
  std::atomic<bool> serving_ = false;
};

}  // namespace forium::rpc
