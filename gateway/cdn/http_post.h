// SPDX-License-Identifier: Apache-2.0
// One POST to a configured address, http or https, on the calling thread: for a thread of its own.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace boost::asio {
class io_context;
}

namespace forium::gateway {

struct PostAddress {
  bool tls = false;
  std::string host;
  std::string port;
  std::string target;  // begins with `/`
  // Errors: InvalidArgument, with what an address looks like.
  static absl::StatusOr<PostAddress> Parse(std::string_view url);
};

class HttpPost {
 public:
  explicit HttpPost(absl::Duration timeout) : timeout_(timeout) {}

  // The status of the answer; its body is not read. The host of an https address is verified
  // against the system's authorities. Errors: Unavailable with what happened, DeadlineExceeded,
  // Cancelled after Stop. `token`: sent as bearer token unless it is empty.
  absl::StatusOr<int> Send(const PostAddress& address, std::string_view token,
                           std::string_view json);
  // The call that runs and all later ones end at once. From any thread.
  void Stop();

 private:
  const absl::Duration timeout_;
  std::mutex mutex_;
  bool stopped_ = false;
  boost::asio::io_context* running_ = nullptr;
};

}  // namespace forium::gateway
