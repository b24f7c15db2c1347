// SPDX-License-Identifier: Apache-2.0
#include "gateway/services.h"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>
#include <optional>

#include "gateway/http/under_way.h"

namespace forium::gateway {

// The gRPC thread fills `reply`, the coroutine takes it; whoever comes second resumes the
// coroutine.
struct PendingCall::State {
  observe::Span span;
  std::mutex mutex;
  std::optional<rpc::Reply> reply;
  boost::asio::any_completion_handler<void()> waiter;
  boost::asio::any_io_executor executor;

  void Finish(rpc::Reply answer) {
    if (!answer.status.ok()) span.Fail();
    span.Set(observe::Attribute::kRpcCode, static_cast<int64_t>(answer.status.code()));
    span.End();
    boost::asio::any_completion_handler<void()> resume;
    {
      const std::lock_guard lock(mutex);
      reply = std::move(answer);
      resume.swap(waiter);  // move assignment of Boost 1.81 calls itself for ever
    }
    if (resume) boost::asio::post(executor, std::move(resume));
    // Only now may the gateway and its executors go.
    work_under_way.fetch_sub(1, std::memory_order_release);
  }

  // False: the answer is there already.
  bool WaitWith(boost::asio::any_completion_handler<void()>& handler,
                boost::asio::any_io_executor where) {
    const std::lock_guard lock(mutex);
    if (reply.has_value()) return false;
    executor = std::move(where);
    waiter.swap(handler);
    return true;
  }
};

PendingCall Start(rpc::Channel& channel, std::string_view method,
                  const google::protobuf::MessageLite& message, const Request& request) {
  rpc::CallOptions options;
  if (request.identity != nullptr) options.signed_principal = request.identity->signed_principal;
  options.tenant = request.tenant;
  options.request_id = request.request_id;
  options.peer_address = request.remote_address;
  options.user_agent = std::string(request.Header("user-agent").substr(0, 256));
  options.deadline = request.deadline;
  auto state = std::make_shared<PendingCall::State>();
  if (request.span.context().valid()) {
    state->span = observe::Span(observe::SpanKind::kClient, method, request.span.context());
    options.traceparent = observe::Traceparent(state->span.context());
  }
  work_under_way.fetch_add(1, std::memory_order_relaxed);
  channel.Start(method, message, options,
                [state](rpc::Reply reply) { state->Finish(std::move(reply)); });
  return PendingCall(std::move(state));
}

boost::asio::awaitable<rpc::Reply> PendingCall::Wait(Request& request) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto wait = [state = state_, executor](auto handler) {
    boost::asio::any_completion_handler<void()> resume(std::move(handler));
    if (!state->WaitWith(resume, executor)) boost::asio::post(executor, std::move(resume));
  };
  co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void()>(
      wait, boost::asio::use_awaitable);
  rpc::Reply reply = *std::move(state_->reply);
  request.sql_statements += reply.sql_statements;
  co_return reply;
}

int CallsUnderWay() { return work_under_way.load(std::memory_order_acquire); }

}  // namespace forium::gateway
