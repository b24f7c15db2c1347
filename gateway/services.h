// SPDX-License-Identifier: Apache-2.0
// Calls to the services from coroutines: the one place where a gRPC callback resumes a coroutine,
// on the executor that it was started on. Principal, tenant, request id and deadline come from the
// request; SQL statements are counted on it.
//   auto topic = Start(services.forum, "forium.forum.v1.ForumService.GetTopic", get, request);   //
//   runs already CO_ASSIGN_OR_RETURN(auto site, co_await Fetch<Site>(services.auth, "….GetSite",
//   {}, request)); rpc::Reply reply = co_await topic.Wait(request);
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "gateway/http/message.h"
#include "google/protobuf/message_lite.h"
#include "services/base/rpc/channel.h"
#include "services/base/status/status.h"

namespace forium::gateway {

struct Services {
  rpc::Channel& auth;
  rpc::Channel& forum;
  // Null: nothing can be searched here.
  rpc::Channel* search = nullptr;
};

// A call under way. Wait at most once; dropping it abandons the answer.
class PendingCall {
 public:
  boost::asio::awaitable<rpc::Reply> Wait(Request& request);

 private:
  friend PendingCall Start(rpc::Channel&, std::string_view, const google::protobuf::MessageLite&,
                           const Request&);
  struct State;
  explicit PendingCall(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

// Starts a call at once; the request message is serialised before it returns.
PendingCall Start(rpc::Channel& channel, std::string_view method,
                  const google::protobuf::MessageLite& message, const Request& request);

// Starts and waits.
inline boost::asio::awaitable<rpc::Reply> Call(rpc::Channel& channel, std::string_view method,
                                               const google::protobuf::MessageLite& message,
                                               Request& request) {
  PendingCall call = Start(channel, method, message, request);
  co_return co_await call.Wait(request);
}

// Calls whose answers are still out, in the whole process: what they resume must stay until it is
// 0.
int CallsUnderWay();

// The answer as a message.
template <typename T>
absl::StatusOr<T> Parsed(rpc::Reply reply) {
  if (!reply.status.ok()) return std::move(reply.status);
  T message;
  if (!message.ParseFromString(reply.body)) return status::Internal("an answer does not parse");
  return message;
}

template <typename T>
boost::asio::awaitable<absl::StatusOr<T>> Fetch(rpc::Channel& channel, std::string_view method,
                                                const google::protobuf::MessageLite& message,
                                                Request& request) {
  PendingCall call = Start(channel, method, message, request);
  co_return Parsed<T>(co_await call.Wait(request));
}

}  // namespace forium::gateway
