// SPDX-License-Identifier: Apache-2.0
// auth and forum as real RPC servers in the process, whose methods do what a test says. Without
// more, any token `member-5` is user 5, `admin-1` an administrator, everything else is void.
#pragma once

#include <any>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "gateway/services.h"
#include "services/base/rpc/channel.h"
#include "services/base/rpc/principal.h"
#include "services/base/rpc/server.h"

namespace forium::gateway {

class FakeServices {
 public:
  FakeServices();
  ~FakeServices();

  // What a method does from now on: `On<Request, Response>("forium.….GetTopic", [](const Call&,
  // const Request&) {…})`.
  template <typename Request, typename Response, typename Fn>
  void On(const std::string& method, Fn fn) {
    const std::lock_guard lock(mutex_);
    handlers_[method] =
        std::function<absl::StatusOr<Response>(const rpc::Call&, const Request&)>(std::move(fn));
  }
  Services services() { return {*auth_, *forum_}; }
  int resolved() const { return resolved_; }

 private:
  template <typename Request, typename Response>
  void Add(rpc::Server& server, const std::string& method);
  void ResolveTokens();

  const rpc::PrincipalSigner signer_;
  rpc::PrincipalVerifier verifier_;
  std::mutex mutex_;
  std::map<std::string, std::any> handlers_;
  int resolved_ = 0;
  std::unique_ptr<rpc::Server> auth_server_;
  std::unique_ptr<rpc::Server> forum_server_;
  std::unique_ptr<rpc::Channel> auth_;
  std::unique_ptr<rpc::Channel> forum_;
};

}  // namespace forium::gateway
