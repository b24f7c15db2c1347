// SPDX-License-Identifier: Apache-2.0
// What the client's frames cost, and when it is too much.
#include <nghttp2/nghttp2.h>

#include <algorithm>

#include "gateway/http2/limits.h"
#include "gateway/http2/session.h"

namespace forium::gateway {

// nghttp2 passes over a header for a stream that is no more, since it may have crossed our reset.
// It cannot have crossed anything else (RFC 9113, 5.1).
bool Http2Session::ComesTooLate(int32_t id) {
  const bool late = id <= newest_ && !streams_.contains(id) &&
                    std::find(cut_off_.begin(), cut_off_.end(), id) == cut_off_.end();
  newest_ = std::max(newest_, id);
  return late;
}

void Http2Session::OnFrameBegins(uint8_t type, uint8_t flags, int32_t id, size_t length) {
  const absl::Time now = worker_.now;
  const auto charge = [this, now](Allowance& allowance, Abuse abuse) {
    if (!allowance.Take(now)) Punish(abuse);
  };
  // Headers are never interleaved: what is not their continuation comes after their end.
  if (type != NGHTTP2_CONTINUATION) header_since_ = absl::InfiniteFuture();
  const bool ack = (flags & NGHTTP2_FLAG_ACK) != 0;
  switch (type) {
    case NGHTTP2_HEADERS:
      continuations_ = 0;
      if (ComesTooLate(id)) Fail(NGHTTP2_STREAM_CLOSED);
      break;
    case NGHTTP2_CONTINUATION:
      if (++continuations_ > kMostContinuations) Punish(Abuse::kContinuation);
      break;
    case NGHTTP2_DATA:
      // Padding is no body: up to 256 bytes of it count as nothing.
      if ((flags & NGHTTP2_FLAG_END_STREAM) == 0 &&
          (length == 0 || ((flags & NGHTTP2_FLAG_PADDED) != 0 && length <= 256)))
        charge(empty_data_, Abuse::kEmptyData);
      break;
    case NGHTTP2_RST_STREAM:
      charge(resets_, Abuse::kRapidReset);
      break;
    case NGHTTP2_SETTINGS:
      if (!ack) charge(settings_, Abuse::kSettings);
      break;
    case NGHTTP2_PING:
      charge(pings_, Abuse::kPing);
      break;
    case NGHTTP2_PRIORITY:
      if (id == 0) return Fail(NGHTTP2_PROTOCOL_ERROR);
      [[fallthrough]];
    case NGHTTP2_PRIORITY_UPDATE:
      charge(priorities_, Abuse::kPriority);
      break;
    case NGHTTP2_WINDOW_UPDATE:
      charge(window_updates_, Abuse::kWindowUpdate);
      break;
    case NGHTTP2_PUSH_PROMISE:
    case NGHTTP2_GOAWAY:
      break;
    default:
      charge(unknown_frames_, Abuse::kUnknownFrame);
  }
}

// Resets that the client provokes cost what its own cost.
void Http2Session::OnResetSent(int32_t id, uint32_t error) {
  cut_off_[next_cut_off_++ % cut_off_.size()] = id;
  const bool ours =
      error == NGHTTP2_NO_ERROR || error == NGHTTP2_CANCEL || error == NGHTTP2_INTERNAL_ERROR;
  if (!ours && !made_resets_.Take(worker_.now)) Punish(Abuse::kMadeReset);
}

}  // namespace forium::gateway
