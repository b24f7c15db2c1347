// SPDX-License-Identifier: Apache-2.0
#include "gateway/http2/stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "gateway/http2/session.h"

namespace forium::gateway {

namespace asio = boost::asio;

void Http2Stream::Reuse(int32_t new_id) {
  id = new_id;
  header.Clear();
  std::vector<Request::HeaderField> headers = std::move(request.headers);
  request = Request();
  request.headers = std::move(headers);
  response = Response();
  body = {};
  open = true;
  running = complete = handed_over = answered = ended = false;
  body_since = expected_by = stalled_since = absl::InfiniteFuture();
  reset_at = absl::InfiniteFuture();
  dropped = 0;
  sent = sent_at_stall = 0;
  in_memory = uncredited = 0;
  received.clear();
  read = 0;
  writing_ = {};
  written_ = 0;
  write_ended_ = over_ = false;
  changed_.reset();
}

void Http2Stream::Wake() {
  if (changed_.has_value()) changed_->Notify();
}

asio::awaitable<size_t> Http2Stream::Read(char* into, size_t most) {
  if (!changed_.has_value()) changed_.emplace(session_.executor());
  while (true) {
    if (read < received.size()) {
      const size_t taken = std::min(most, received.size() - read);
      std::memcpy(into, received.data() + read, taken);
      read += taken;
      if (read == received.size()) {
        received.clear();
        read = 0;
      }
      session_.Credit(*this, taken);
      co_return taken;
    }
    if (over_ || !open || (complete && tunnel_accepted())) co_return 0;
    co_await changed_->Wait();
  }
}

asio::awaitable<bool> Http2Stream::Write(std::span<const std::string_view> parts) {
  if (!changed_.has_value()) changed_.emplace(session_.executor());
  if (over_ || !open || write_ended_) co_return false;
  writing_ = parts;
  written_ = 0;
  if (Available() == 0) co_return true;
  session_.Resume(*this);
  while (open && !over_ && Available() > 0) co_await changed_->Wait();
  const bool whole = Available() == 0;
  writing_ = {};
  written_ = 0;
  co_return whole;
}

void Http2Stream::Expect(absl::Duration timeout) { session_.Expect(*this, timeout); }

void Http2Stream::ShutdownWrite() {
  write_ended_ = true;
  if (open) session_.Resume(*this);
}

void Http2Stream::Close() {
  if (over_) return;
  over_ = true;
  session_.Cancel(*this);
  Wake();
}

size_t Http2Stream::Available() const {
  if (!response.stream) return body.size();
  size_t bytes = 0;
  for (const std::string_view part : writing_) bytes += part.size();
  return bytes - written_;
}

bool Http2Stream::at_end(size_t taken) const {
  return Available() == taken && (!response.stream || write_ended_);
}

std::string_view Http2Stream::Take(size_t most) {
  if (!response.stream) {
    const std::string_view taken = body.substr(0, most);
    body.remove_prefix(taken.size());
    return taken;
  }
  while (written_ >= writing_.front().size()) {
    written_ -= writing_.front().size();
    writing_ = writing_.subspan(1);
  }
  const std::string_view taken = writing_.front().substr(written_, most);
  written_ += taken.size();
  return taken;
}

}  // namespace forium::gateway
