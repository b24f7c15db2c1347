// SPDX-License-Identifier: Apache-2.0
// The life of a stream: header, body, application, answer, release.
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <utility>

#include "gateway/cache/page_cache.h"
#include "gateway/http2/limits.h"
#include "gateway/http2/session.h"

namespace forium::gateway {

namespace asio = boost::asio;

Http2Stream& Http2Session::Begin(int32_t id) {
  std::unique_ptr<Http2Stream> stream;
  if (spare_.empty()) {
    stream = std::make_unique<Http2Stream>(*this, id);
  } else {
    stream = std::move(spare_.back());
    spare_.pop_back();
    stream->Reuse(id);
  }
  Http2Stream& begun = *stream;
  streams_.emplace_hint(streams_.end(), id, std::move(stream));
  watch_.idle = false;
  return begun;
}

void Http2Session::OnHeader(Http2Stream& stream) {
  Request& request = stream.request;
  if (const auto breach = stream.header.Fill(request); breach.has_value())
    return Refuse(stream, *breach);
  request.remote_address = peer_.address;
  request.secure = peer_.secure;
  if (stream.header.content_length().value_or(0) > worker_.config.max_body_bytes)
    return Refuse(stream, {413, "The request's body is too large."});
  if (!request.upgrade.empty()) return HandOver(stream);
  if (stream.complete) return;
  stream.body_since = worker_.now;
  ExpectBy(worker_.now + worker_.config.body_timeout);
  if (!stream.header.expects_continue()) return;
  uint8_t name[] = {':', 's', 't', 'a', 't', 'u', 's'}, value[] = {'1', '0', '0'};
  const nghttp2_nv status = {name, value, sizeof name, sizeof value, NGHTTP2_NV_FLAG_NONE};
  nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream.id, nullptr, &status, 1, nullptr);
}

void Http2Session::OnBody(Http2Stream& stream, std::string_view bytes) {
  if (stream.handed_over && (stream.request.upgrade.empty() || stream.ended)) {  // refused
    nghttp2_session_consume_stream(session_, stream.id, bytes.size());
    stream.dropped += static_cast<int64_t>(bytes.size());
    if (stream.ended && stream.dropped > kMostDropped) {
      stream.dropped = 0;
      Reset(stream, NGHTTP2_NO_ERROR);
    }
    return;
  }
  if (stream.handed_over) {
    stream.received += bytes;  // its window bounds it
    stream.Wake();
    return;
  }
  std::string& body = stream.request.body;
  if (static_cast<int64_t>(body.size() + bytes.size()) > worker_.config.max_body_bytes) {
    nghttp2_session_consume_stream(session_, stream.id, bytes.size());
    return Refuse(stream, {413, "The request's body is too large."});
  }
  body += bytes;
  stream.in_memory += bytes.size();
  body_bytes_ += bytes.size();
  GiveWindowBack(stream, bytes.size());
}

void Http2Session::OnRequestEnd(Http2Stream& stream) {
  stream.body_since = absl::InfiniteFuture();
  if (!stream.handed_over) HandOver(stream);
  stream.Wake();
}

void Http2Session::HandOver(Http2Stream& stream) {
  stream.handed_over = true;
  // Requests that were cancelled still run: cancelling makes no room for more.
  if (running_ >= static_cast<int>(kMostStreams)) return Reset(stream, NGHTTP2_REFUSED_STREAM);
  if (!worker_.application.quick(stream.request, stream.response))
    return Run(stream, Handle(stream));
  Answer(stream);
  if (stream.streams()) Run(stream, WriteBody(stream));
}

void Http2Session::Run(Http2Stream& stream, asio::awaitable<void> handler) {
  ++running_;
  stream.running = true;
  const auto ended = [self = shared_from_this(), &stream](const std::exception_ptr& fault) {
    self->HandlerEnded(stream, fault);
  };
  asio::co_spawn(executor_, std::move(handler), ended);
}

asio::awaitable<void> Http2Session::Handle(Http2Stream& stream) {
  stream.request.hint = [this, &stream](std::span<const std::string> links) {
    SubmitHints(stream, links);
    FlushSoon();
  };
  stream.response = co_await worker_.application.handle(stream.request);
  if (!stream.open || dead_ || over_) co_return;
  Answer(stream);
  FlushSoon();
  if (stream.streams()) co_await WriteBody(stream);
}

asio::awaitable<void> Http2Session::WriteBody(Http2Stream& stream) {
  const bool whole = co_await stream.response.stream(stream);
  if (!stream.open || dead_ || over_) co_return;
  if (!whole) {
    Reset(stream, NGHTTP2_INTERNAL_ERROR);
  } else {
    stream.ShutdownWrite();
  }
}

void Http2Session::HandlerEnded(Http2Stream& stream, const std::exception_ptr& fault) {
  --running_;
  stream.running = false;
  if (fault != nullptr && stream.open && !dead_ && !over_) Reset(stream, NGHTTP2_INTERNAL_ERROR);
  if (!stream.open) {
    const auto found =
        std::find_if(orphans_.begin(), orphans_.end(),
                     [&stream](const auto& orphan) { return orphan.get() == &stream; });
    if (found != orphans_.end()) {
      std::unique_ptr<Http2Stream> orphan = std::move(*found);
      orphans_.erase(found);
      Release(std::move(orphan));
    }
  }
  FlushSoon();
  ended_.Notify();
}

void Http2Session::Refuse(Http2Stream& stream, Breach breach) {
  stream.handed_over = true;
  stream.body_since = absl::InfiniteFuture();
  stream.response = worker_.application.refuse(breach.status, breach.detail);
  Answer(stream);
}

void Http2Session::Answer(Http2Stream& stream) {
  Response& response = stream.response;
  const bool tunnel = !stream.request.upgrade.empty();
  const int status = response.cached != nullptr ? response.cached->status : response.status;
  // A client that asked for another protocol takes any 2xx for its beginning; and 101 has no
  // meaning here beside it.
  if ((tunnel && status >= 200 && status < 300) || (tunnel && status == 304)) {
    response = worker_.application.refuse(501, "Nothing here speaks that protocol.");
  } else if (status == 101 && (!tunnel || !response.stream)) {
    response = worker_.application.refuse(500, "The answer makes no sense in HTTP/2.");
  }
  Submit(stream);
  stream.answered = true;
  if (!stream.body.empty()) ExpectBy(worker_.now + worker_.config.write_timeout / 4);
}

// The client need not send the rest of a request that is answered (RFC 9113, 8.1).
void Http2Session::OnAnswerEnd(Http2Stream& stream) {
  stream.ended = true;
  resets_.Earn(0.25);
  if (stream.complete) return;
  if (!stream.request.upgrade.empty()) return Reset(stream, NGHTTP2_NO_ERROR);
  stream.reset_at = worker_.now + absl::Seconds(kDropSeconds);
  ExpectBy(stream.reset_at);
}

void Http2Session::OnClose(Http2Stream& stream) {
  stream.open = false;
  header_since_ = absl::InfiniteFuture();
  const auto found = streams_.find(stream.id);
  if (found == streams_.end()) return;
  std::unique_ptr<Http2Stream> closed = std::move(found->second);
  streams_.erase(found);
  if (streams_.empty()) {
    watch_.idle = true;
    idle_since_ = worker_.now;
    ExpectBy(idle_since_ + worker_.config.keep_alive_timeout);
  }
  if (!closed->running) return Release(std::move(closed));
  closed->Wake();
  orphans_.push_back(std::move(closed));
}

void Http2Session::Release(std::unique_ptr<Http2Stream> stream) {
  body_bytes_ -= stream->in_memory;
  stream->in_memory = 0;
  closed_.push_back(std::move(stream));
  if (!over_ && !dead_) GiveWithheld();
}

void Http2Session::Reset(Http2Stream& stream, uint32_t error) {
  if (dead_ || over_ || !stream.open) return;
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id, error);
  FlushSoon();
}

// A body's bytes make room for others at once while there is memory, or if it is the oldest: one
// upload at least always goes on.
void Http2Session::GiveWindowBack(Http2Stream& stream, size_t bytes) {
  stream.uncredited += bytes;
  if (body_bytes_ > kBodyMemory) return GiveWithheld();
  nghttp2_session_consume_stream(session_, stream.id, std::exchange(stream.uncredited, 0));
}

void Http2Session::GiveWithheld() {
  for (const auto& [id, stream] : streams_) {
    if (stream->handed_over) continue;
    if (stream->uncredited > 0)
      nghttp2_session_consume_stream(session_, id, std::exchange(stream->uncredited, 0));
    if (body_bytes_ > kBodyMemory) return;
  }
}

void Http2Session::Resume(Http2Stream& stream) {
  if (dead_ || over_ || !stream.answered) return;
  nghttp2_session_resume_data(session_, stream.id);
  FlushSoon();
}

void Http2Session::Credit(Http2Stream& stream, size_t bytes) {
  if (dead_ || over_ || !stream.open) return;
  nghttp2_session_consume_stream(session_, stream.id, bytes);
  FlushSoon();
}

void Http2Session::Cancel(Http2Stream& stream) { Reset(stream, NGHTTP2_CANCEL); }

}  // namespace forium::gateway
