// SPDX-License-Identifier: Apache-2.0
// What ends a connection or a stream by time. The watch's deadline is never later than the next of
// them; when it comes too early, the tick just sets the next.
#include <nghttp2/nghttp2.h>

#include <algorithm>

#include "gateway/http2/limits.h"
#include "gateway/http2/session.h"

namespace forium::gateway {
namespace {

// How long the client may take to take our GOAWAY.
constexpr absl::Duration kFarewell = absl::Seconds(2);

}  // namespace

void Http2Session::ExpectBy(absl::Time time) { watch_.deadline = std::min(watch_.deadline, time); }

void Http2Session::Expect(Http2Stream& stream, absl::Duration timeout) {
  stream.expected_by = worker_.now + timeout;
  ExpectBy(stream.expected_by);
}

// An answer waits, and the window is shut.
bool Http2Session::Stalled(Http2Stream& stream, absl::Time& next) {
  if (!stream.answered || stream.ended || stream.Available() == 0) return false;
  const absl::Duration most = worker_.config.write_timeout;
  const bool shut = nghttp2_session_get_stream_remote_window_size(session_, stream.id) <= 0 ||
                    nghttp2_session_get_remote_window_size(session_) <= 0;
  if (stream.stalled_since == absl::InfiniteFuture() ||
      stream.sent - stream.sent_at_stall >= kLeastProgress) {
    stream.stalled_since = shut ? worker_.now : absl::InfiniteFuture();
    stream.sent_at_stall = stream.sent;
  }
  if (stream.stalled_since == absl::InfiniteFuture()) {
    next = std::min(next, worker_.now + most / 4);
    return false;
  }
  next = std::min(next, stream.stalled_since + most);
  return worker_.now >= stream.stalled_since + most;
}

void Http2Session::TickStream(Http2Stream& stream, absl::Time& next) {
  const absl::Time now = worker_.now;
  if (stream.body_since != absl::InfiniteFuture()) {
    const int64_t received = static_cast<int64_t>(stream.request.body.size());
    const absl::Time by = stream.body_since + worker_.config.body_timeout +
                          absl::Seconds(received / kSlowestBytesPerSecond);
    if (by <= now) {
      CountAbuse(Abuse::kSlowBody);
      return Refuse(stream, {408, "The request's body took too long to arrive."});
    }
    next = std::min(next, by);
  }
  if (stream.reset_at <= now) {
    stream.reset_at = absl::InfiniteFuture();
    return Reset(stream, NGHTTP2_NO_ERROR);
  }
  next = std::min(next, stream.reset_at);
  if (stream.expected_by <= now) {
    stream.expected_by = absl::InfiniteFuture();
    stream.Close();
    return;
  }
  next = std::min(next, stream.expected_by);
  if (!Stalled(stream, next)) return;
  if (nghttp2_session_get_remote_window_size(session_) <= 0) return Punish(Abuse::kSlowRead);
  CountAbuse(Abuse::kSlowRead);
  stream.stalled_since = absl::InfiniteFuture();
  Reset(stream, NGHTTP2_ENHANCE_YOUR_CALM);
}

void Http2Session::Tick() {
  ++ticks_;
  if (over_) return;
  const absl::Time now = worker_.now;
  const Config& config = worker_.config;
  watch_.deadline = absl::InfiniteFuture();
  if (give_up_at_ <= now || (writing_ && blocked_since_ + config.write_timeout <= now)) {
    if (give_up_at_ > now) CountAbuse(Abuse::kSlowRead);
    return Leave();
  }
  if (!dead_ && header_since_ + config.header_timeout <= now) Punish(Abuse::kSlowHeader);
  if (!dead_ && !settled_ && idle_since_ + config.header_timeout <= now) Punish(Abuse::kSlowHeader);
  absl::Time next = absl::InfiniteFuture();
  // What a tick does to a stream may close it, and others never.
  for (auto at = streams_.begin(); !dead_ && at != streams_.end();) {
    Http2Stream& stream = *(at++)->second;
    TickStream(stream, next);
  }
  if (dead_) {
    give_up_at_ = now + kFarewell;
    next = give_up_at_;
  } else if (streams_.empty()) {
    const absl::Time idle_until = idle_since_ + config.keep_alive_timeout;
    if (worker_.closing_idle || idle_until <= now) {
      nghttp2_session_terminate_session(session_, NGHTTP2_NO_ERROR);
      give_up_at_ = now + kFarewell;
      next = give_up_at_;
    } else {
      spare_.clear();
      next = std::min(next, idle_until);
    }
  }
  if (!settled_) next = std::min(next, idle_since_ + config.header_timeout);
  next = std::min({next, header_since_ + config.header_timeout,
                   blocked_since_ + config.write_timeout, give_up_at_});
  ExpectBy(next);
  Drain();
  Flush();
}

// First the notice that no new requests are welcome, which may cross some on their way; when the
// others have had time to hear it, the end (RFC 9113, 6.8).
void Http2Session::Drain() {
  if (!worker_.draining || dead_ || over_) return;
  if (!notice_sent_) {
    notice_sent_ = true;
    nghttp2_submit_shutdown_notice(session_);
  }
  if (!worker_.closing_idle || goaway_sent_) return;
  goaway_sent_ = true;
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                        nullptr, 0);
}

}  // namespace forium::gateway
