// SPDX-License-Identifier: Apache-2.0
#include "gateway/http2/session.h"

#include <nghttp2/nghttp2.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <new>
#include <utility>

#include "gateway/http2/callbacks.h"
#include "gateway/http2/limits.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

// GOAWAY (RFC 9113, 6.8) as bytes, for when nghttp2 has given up.
std::string GoAway(int32_t last_stream, uint32_t error) {
  std::string frame("\0\0\x08\x07\0\0\0\0\0", 9);
  for (const uint32_t word : {static_cast<uint32_t>(last_stream), error}) {
    for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(word >> shift);
  }
  return frame;
}

uint32_t ErrorOf(ssize_t fault) {
  switch (fault) {
    case NGHTTP2_ERR_BAD_CLIENT_MAGIC:
      return NGHTTP2_PROTOCOL_ERROR;
    case NGHTTP2_ERR_FLOODED:
    case NGHTTP2_ERR_TOO_MANY_CONTINUATIONS:
      return NGHTTP2_ENHANCE_YOUR_CALM;
    default:
      return NGHTTP2_INTERNAL_ERROR;
  }
}

}  // namespace

Http2Session::Http2Session(Worker& worker, Transport& transport, Watch& watch, Peer peer,
                           asio::any_io_executor executor)
    : worker_(worker),
      transport_(transport),
      watch_(watch),
      peer_(std::move(peer)),
      executor_(std::move(executor)),
      idle_since_(worker.now),
      // At once: what a browser that leaves a page full of pictures does. A second: what nobody
      // needs for long.
      resets_(200, 20),
      made_resets_(200, 10),
      settings_(20, 1),
      pings_(50, 5),
      priorities_(500, 50),
      window_updates_(1000, 100),
      empty_data_(50, 5),
      unknown_frames_(100, 5),
      room_(executor_),
      ended_(executor_) {}

// The transport and the watch may be gone by now.
Http2Session::~Http2Session() { nghttp2_session_del(session_); }

void Http2Session::Open() {
  if (nghttp2_session_server_new2(&session_, Http2Callbacks::Table(), this,
                                  Http2Callbacks::Options()) != 0)
    throw std::bad_alloc();
  const std::array<nghttp2_settings_entry, 5> settings = {{
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, kMostStreams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
       static_cast<uint32_t>(worker_.config.max_header_bytes)},
      {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  }};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
  watch_.deadline = worker_.now + worker_.config.header_timeout;
  watch_.expired = false;
  watch_.idle = true;
  Flush();  // SETTINGS are first whatever comes (RFC 9113, 3.4)
}

void Http2Session::Receive(std::string_view bytes) {
  if (over_ || dead_) return;
  const ssize_t taken = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  if (taken < 0 && !dead_) {
    if (taken == NGHTTP2_ERR_FLOODED) CountAbuse(Abuse::kAnswers);
    if (taken == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS) CountAbuse(Abuse::kContinuation);
    Fail(ErrorOf(taken));
  }
  Drain();
  Flush();
}

// The client hears why, if it listens; nghttp2 is asked nothing any more.
void Http2Session::Fail(uint32_t error) {
  last_words_ = GoAway(nghttp2_session_get_last_proc_stream_id(session_), error);
  dead_ = true;
  misbehaved_ = true;
}

void Http2Session::Punish(Abuse abuse) {
  CountAbuse(abuse);
  Fail(NGHTTP2_ENHANCE_YOUR_CALM);
}

void Http2Session::Leave() {
  misbehaved_ = false;
  Finish();
}

void Http2Session::Finish() {
  if (over_) return;
  over_ = true;
  transport_.Cancel();
}

bool Http2Session::congested() const {
  return writing_ && !dead_ &&
         nghttp2_session_get_outbound_queue_size(session_) > kMostWaitingFrames;
}

asio::awaitable<void> Http2Session::WaitForRoom() {
  while (!over_ && congested()) co_await room_.Wait();
}

asio::awaitable<void> Http2Session::End() {
  while (!streams_.empty()) {
    Http2Stream& stream = *streams_.begin()->second;
    OnClose(stream);
  }
  for (const auto& stream : orphans_) stream->Wake();
  while (running_ > 0 || writing_) co_await ended_.Wait();
}

bool Http2Session::FillBatch() {
  if (dead_) {
    batch_.Copy(std::exchange(last_words_, std::string()));
    return !batch_.empty();
  }
  while (batch_.size() < kBatchBytes) {
    const uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
    if (size < 0 && !dead_) Fail(ErrorOf(size));
    if (size < 0) {
      batch_.Copy(std::exchange(last_words_, std::string()));
      break;
    }
    if (size == 0) break;  // nothing to send, or the batch is full
    batch_.Copy({reinterpret_cast<const char*>(bytes), static_cast<size_t>(size)});
  }
  return !batch_.empty();
}

void Http2Session::Flush() {
  if (writing_ || over_) return;
  while (FillBatch()) {
    while (!batch_.empty()) {
      const std::optional<size_t> bytes = transport_.TryWrite(batch_.Unsent());
      if (!bytes.has_value()) return Leave();
      if (*bytes == 0) {
        writing_ = true;
        blocked_since_ = worker_.now;
        ExpectBy(worker_.now + worker_.config.write_timeout);
        const auto ended = [self = shared_from_this()](const std::exception_ptr&) {
          self->WriterEnded();
        };
        asio::co_spawn(executor_, WriteOut(), ended);
        return;
      }
      batch_.Sent(*bytes);
    }
    DropSent();
  }
  if (dead_ ||
      (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0))
    Finish();
}

// Answers that are ready at about the same time share a write.
void Http2Session::FlushSoon() {
  if (flush_soon_ || writing_ || over_) return;
  flush_soon_ = true;
  asio::post(executor_, [self = shared_from_this()] {
    self->flush_soon_ = false;
    self->Flush();
  });
}

// Writes the batch, waiting. Nothing is added to it meanwhile.
asio::awaitable<void> Http2Session::WriteOut() {
  while (!batch_.empty() && !over_) {
    const int ticks = ticks_;
    const size_t bytes = co_await transport_.Write(batch_.Unsent());
    if (over_) co_return;
    if (bytes > 0) {
      batch_.Sent(bytes);
      blocked_since_ = worker_.now;
      continue;
    }
    // A tick of the watch ends every wait: the reader knows of it by now, unless it waits for us.
    co_await asio::post(executor_, asio::use_awaitable);
    if (over_) co_return;
    if (watch_.expired) {
      watch_.expired = false;
      Tick();
    } else if (ticks_ == ticks) {
      Leave();
    }
  }
}

void Http2Session::WriterEnded() {
  writing_ = false;
  blocked_since_ = absl::InfiniteFuture();
  if (!over_) {
    DropSent();
    Flush();
  }
  room_.Notify();
  ended_.Notify();
}

// What the batch referred to is written.
void Http2Session::DropSent() {
  for (auto& stream : closed_) {
    if (spare_.size() >= kMostSpareStreams) break;
    stream->Reuse(0);
    spare_.push_back(std::move(stream));
  }
  closed_.clear();
}

}  // namespace forium::gateway
