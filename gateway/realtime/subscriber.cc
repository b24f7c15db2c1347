// SPDX-License-Identifier: Apache-2.0
#include "gateway/realtime/subscriber.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "gateway/websocket/frame_writer.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

constexpr size_t kWrittenAtOnce = 16;
// Time for the close frame to leave and the other side's to come.
constexpr absl::Duration kFarewell = absl::Seconds(3);

}  // namespace

std::string_view Subscriber::BytesOf(const Waiting& waiting) const {
  if (waiting.message == nullptr) return waiting.raw;
  switch (wire) {
    case Wire::kWebSocket:
      return waiting.message->frame();
    case Wire::kDeflatedWebSocket:
      return waiting.message->deflated();
    case Wire::kEventStream:
      return waiting.message->json();
  }
  return {};
}

void Subscriber::Send(MessagePointer message) {
  if (closing_ || broken_) return;
  meters_.events.Increment();
  Queue({std::move(message), {}});
}

void Subscriber::SendRaw(std::string bytes) {
  if (closing_ || broken_) return;
  Queue({nullptr, std::move(bytes)});
}

void Subscriber::Queue(Waiting waiting) {
  const auto bytes = static_cast<int64_t>(BytesOf(waiting).size());
  if (writing_ && (queued_bytes_ + bytes > config_.queue_bytes ||
                   static_cast<int64_t>(queue_.size()) >= config_.queue_messages)) {
    meters_.slow.Increment();
    Close(CloseCode::kTooSlow, Pending::kDropped);
    return;
  }
  queued_bytes_ += bytes;
  queue_.push_back(std::move(waiting));
  StartWriter();
}

void Subscriber::StartWriter() {
  if (writing_) return;
  writing_ = true;
  const auto ended = [this](const std::exception_ptr& thrown) {
    if (thrown == nullptr) return;  // it may be gone
    Break();
    writing_ = false;
    Wake();
  };
  asio::co_spawn(executor_, Write(), ended);
}

void Subscriber::Close(CloseCode code, Pending pending) {
  if (closing_ || broken_) return;
  closing_ = true;
  if (pending == Pending::kDropped) {
    queue_.clear();
    queued_bytes_ = 0;
  }
  stream_.Expect(kFarewell);
  // Server-sent events know no codes: the client comes back by itself.
  if (wire != Wire::kEventStream) {
    queue_.push_back({nullptr, EncodeClose(code)});
    StartWriter();
  }
  Wake();
}

void Subscriber::Break() {
  if (broken_) return;
  broken_ = true;
  queue_.clear();
  queued_bytes_ = 0;
  stream_.Close();
  Wake();
}

asio::awaitable<void> Subscriber::Write() {
  std::vector<Waiting> batch;
  std::vector<std::string> ids;  // of server-sent events
  std::vector<std::string_view> parts;
  while (!queue_.empty() && !broken_) {
    const size_t count = std::min(queue_.size(), kWrittenAtOnce);
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
    batch.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
    queue_.erase(queue_.begin(), end);
    parts.clear();
    ids.clear();
    ids.reserve(count);
    int64_t bytes = 0;
    for (const Waiting& waiting : batch) {
      bytes += static_cast<int64_t>(BytesOf(waiting).size());
      const bool event = wire == Wire::kEventStream && waiting.message != nullptr;
      if (event && !waiting.message->position().empty()) {
        ids.push_back("id: " + waiting.message->position() + "\n");
        parts.push_back(ids.back());
      }
      if (event) parts.push_back("data: ");
      parts.push_back(BytesOf(waiting));
      if (event) parts.push_back("\n\n");
    }
    if (!co_await stream_.Write(parts)) {
      Break();
      break;
    }
    meters_.bytes.Increment(static_cast<double>(bytes));
    queued_bytes_ = std::max<int64_t>(queued_bytes_ - bytes, 0);
  }
  if (closing_ && !broken_) {
    stream_.ShutdownWrite();
    stream_.Expect(kFarewell);  // what was written last may have taken its time
  }
  std::vector<Waiting>().swap(queue_);
  queued_bytes_ = 0;
  // From here on another one may start.
  writing_ = false;
  Wake();
}

asio::awaitable<void> Subscriber::Park() {
  if (parked_ == nullptr) {
    parked_ = std::make_unique<asio::steady_timer>(executor_);
    parked_->expires_at(asio::steady_timer::time_point::max());
  }
  co_await parked_->async_wait(asio::as_tuple(asio::use_awaitable));
}

asio::awaitable<void> Subscriber::AwaitWriter() {
  while (writing_) co_await Park();
}

asio::awaitable<void> Subscriber::AwaitEnd() {
  while (!closing_ && !broken_) co_await Park();
}

}  // namespace forium::gateway
