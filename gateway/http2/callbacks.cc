// SPDX-License-Identifier: Apache-2.0
#include "gateway/http2/callbacks.h"

#include <string_view>

#include "gateway/http2/limits.h"
#include "gateway/http2/session.h"

namespace forium::gateway {
namespace {

// nghttp2's limit of its own, behind ours, which leave a GOAWAY.
constexpr size_t kHardContinuations = 4 * kMostContinuations;
constexpr uint64_t kHardResets = 1000;

Http2Session& Of(void* user) { return *static_cast<Http2Session*>(user); }

std::string_view View(nghttp2_rcbuf* bytes) {
  const nghttp2_vec view = nghttp2_rcbuf_get_buf(bytes);
  return {reinterpret_cast<const char*>(view.base), view.len};
}

Http2Stream* StreamOf(nghttp2_session* session, int32_t id) {
  return static_cast<Http2Stream*>(nghttp2_session_get_stream_user_data(session, id));
}

}  // namespace

const nghttp2_session_callbacks* Http2Callbacks::Table() {
  static const nghttp2_session_callbacks* const table = [] {
    nghttp2_session_callbacks* made = nullptr;
    nghttp2_session_callbacks_new(&made);
    nghttp2_session_callbacks_set_on_begin_frame_callback(made, &FrameBegins);
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, &HeaderBegins);
    nghttp2_session_callbacks_set_on_header_callback2(made, &HeaderField);
    nghttp2_session_callbacks_set_on_invalid_header_callback2(made, &InvalidField);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, &BodyBytes);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, &FrameEnds);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(made, &InvalidFrame);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, &StreamCloses);
    nghttp2_session_callbacks_set_on_frame_send_callback(made, &FrameSent);
    nghttp2_session_callbacks_set_send_data_callback(made, &SendBody);
    nghttp2_session_callbacks_set_unpack_extension_callback(made, &PassOver);
    return made;
  }();
  return table;
}

const nghttp2_option* Http2Callbacks::Options() {
  static const nghttp2_option* const options = [] {
    nghttp2_option* made = nullptr;
    nghttp2_option_new(&made);
    nghttp2_option_set_no_auto_window_update(made, 1);
    nghttp2_option_set_no_closed_streams(made, 1);
    nghttp2_option_set_max_outbound_ack(made, kMostWaitingAcks);
    nghttp2_option_set_max_continuations(made, kHardContinuations);
    nghttp2_option_set_stream_reset_rate_limit(made, kHardResets, kHardResets / 10);
    nghttp2_option_set_builtin_recv_extension_type(made, NGHTTP2_PRIORITY_UPDATE);
    // The others are passed over, but seen, so that they can be counted.
    for (int type = NGHTTP2_CONTINUATION + 1; type <= 0xFF; ++type) {
      if (type == NGHTTP2_PRIORITY_UPDATE) continue;
      nghttp2_option_set_user_recv_extension_type(made, static_cast<uint8_t>(type));
    }
    return made;
  }();
  return options;
}

int Http2Callbacks::FrameBegins(nghttp2_session*, const nghttp2_frame_hd* head, void* user) {
  Http2Session& session = Of(user);
  session.OnFrameBegins(head->type, head->flags, head->stream_id, head->length);
  return session.dead_ ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
}

int Http2Callbacks::HeaderBegins(nghttp2_session* nghttp2, const nghttp2_frame* frame, void* user) {
  Http2Session& session = Of(user);
  session.trailer_bytes_ = 0;
  session.header_since_ = session.worker_.now;
  session.ExpectBy(session.header_since_ + session.worker_.config.header_timeout);
  if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
  Http2Stream& stream = session.Begin(frame->hd.stream_id);
  nghttp2_session_set_stream_user_data(nghttp2, frame->hd.stream_id, &stream);
  return 0;
}

int Http2Callbacks::HeaderField(nghttp2_session* nghttp2, const nghttp2_frame* frame,
                                nghttp2_rcbuf* name, nghttp2_rcbuf* value, uint8_t, void* user) {
  Http2Session& session = Of(user);
  const int64_t limit = session.worker_.config.max_header_bytes;
  int64_t bytes = 0;
  Http2Stream* stream = StreamOf(nghttp2, frame->hd.stream_id);
  if (frame->headers.cat == NGHTTP2_HCAT_REQUEST && stream != nullptr) {
    stream->header.Add(View(name), View(value), limit);
    bytes = stream->header.bytes();
  } else {  // trailers, which nothing here reads
    session.trailer_bytes_ += static_cast<int64_t>(View(name).size() + View(value).size() + 32);
    bytes = session.trailer_bytes_;
  }
  if (bytes <= kGrossHeader * limit) return 0;
  session.Punish(Abuse::kHeaderList);
  return NGHTTP2_ERR_CALLBACK_FAILURE;
}

// Left alone, nghttp2 would go on without the field.
int Http2Callbacks::InvalidField(nghttp2_session*, const nghttp2_frame*, nghttp2_rcbuf*,
                                 nghttp2_rcbuf*, uint8_t, void*) {
  return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

int Http2Callbacks::BodyBytes(nghttp2_session* nghttp2, uint8_t, int32_t id, const uint8_t* bytes,
                              size_t size, void* user) {
  nghttp2_session_consume_connection(nghttp2, size);
  Http2Stream* stream = StreamOf(nghttp2, id);
  if (stream != nullptr) {
    Of(user).OnBody(*stream, {reinterpret_cast<const char*>(bytes), size});
  }
  return 0;
}

int Http2Callbacks::FrameEnds(nghttp2_session* nghttp2, const nghttp2_frame* frame, void* user) {
  Http2Session& session = Of(user);
  const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  if (frame->hd.type == NGHTTP2_SETTINGS && (frame->hd.flags & NGHTTP2_FLAG_ACK) == 0) {
    session.settled_ = true;
  }
  if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
  if (frame->hd.type == NGHTTP2_HEADERS) session.header_since_ = absl::InfiniteFuture();
  Http2Stream* stream = StreamOf(nghttp2, frame->hd.stream_id);
  if (stream == nullptr) return 0;
  if (ends) stream->complete = true;
  if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
    session.OnHeader(*stream);
  }
  if (ends) session.OnRequestEnd(*stream);
  return 0;
}

int Http2Callbacks::InvalidFrame(nghttp2_session*, const nghttp2_frame* frame, int, void* user) {
  if (frame->hd.type == NGHTTP2_HEADERS) Of(user).header_since_ = absl::InfiniteFuture();
  return 0;
}

int Http2Callbacks::PassOver(nghttp2_session*, void**, const nghttp2_frame_hd*, void*) {
  return NGHTTP2_ERR_CANCEL;
}

int Http2Callbacks::StreamCloses(nghttp2_session* nghttp2, int32_t id, uint32_t, void* user) {
  if (Http2Stream* stream = StreamOf(nghttp2, id); stream != nullptr) Of(user).OnClose(*stream);
  return 0;
}

int Http2Callbacks::FrameSent(nghttp2_session* nghttp2, const nghttp2_frame* frame, void* user) {
  Http2Session& session = Of(user);
  switch (frame->hd.type) {
    case NGHTTP2_GOAWAY:
      if (frame->goaway.error_code != NGHTTP2_NO_ERROR) session.misbehaved_ = true;
      break;
    case NGHTTP2_RST_STREAM:
      session.OnResetSent(frame->hd.stream_id, frame->rst_stream.error_code);
      break;
    case NGHTTP2_HEADERS:
    case NGHTTP2_DATA:
      if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) break;
      if (Http2Stream* stream = StreamOf(nghttp2, frame->hd.stream_id); stream != nullptr)
        session.OnAnswerEnd(*stream);
      break;
    default:
      break;
  }
  return session.dead_ ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
}

ssize_t Http2Callbacks::ReadBody(nghttp2_session*, int32_t, uint8_t*, size_t most, uint32_t* flags,
                                 nghttp2_data_source* source, void*) {
  const Http2Stream& stream = *static_cast<const Http2Stream*>(source->ptr);
  const size_t size = std::min(most, stream.Available());
  if (stream.at_end(size)) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
  } else if (size == 0) {
    return NGHTTP2_ERR_DEFERRED;
  }
  *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  return static_cast<ssize_t>(size);
}

int Http2Callbacks::SendBody(nghttp2_session*, nghttp2_frame*, const uint8_t* head, size_t size,
                             nghttp2_data_source* source, void* user) {
  constexpr size_t kFrameHead = 9;
  Http2Session& session = Of(user);
  Http2Stream& stream = *static_cast<Http2Stream*>(source->ptr);
  session.batch_.Copy({reinterpret_cast<const char*>(head), kFrameHead});
  session.window_updates_.Earn(2);
  stream.sent += static_cast<int64_t>(size);
  while (size > 0) {
    const std::string_view bytes = stream.Take(size);
    if (stream.body_stays() && bytes.size() > kCopiedBytes) {
      session.batch_.Refer(bytes);
    } else {
      session.batch_.Copy(bytes);
    }
    size -= bytes.size();
  }
  if (stream.Available() == 0) stream.Wake();
  return session.batch_.size() >= kBatchBytes ? NGHTTP2_ERR_PAUSE : 0;
}

}  // namespace forium::gateway
