// SPDX-License-Identifier: Apache-2.0
// What nghttp2 tells a session, put into the session's words.
#pragma once

#include <nghttp2/nghttp2.h>

namespace forium::gateway {

struct Http2Callbacks {
  // Made once, for all sessions.
  static const nghttp2_session_callbacks* Table();
  static const nghttp2_option* Options();

  static int FrameBegins(nghttp2_session*, const nghttp2_frame_hd* head, void* user);
  static int HeaderBegins(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int HeaderField(nghttp2_session*, const nghttp2_frame* frame, nghttp2_rcbuf* name,
                         nghttp2_rcbuf* value, uint8_t flags, void* user);
  static int InvalidField(nghttp2_session*, const nghttp2_frame* frame, nghttp2_rcbuf* name,
                          nghttp2_rcbuf* value, uint8_t flags, void* user);
  static int BodyBytes(nghttp2_session*, uint8_t flags, int32_t id, const uint8_t* bytes,
                       size_t size, void* user);
  static int FrameEnds(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int InvalidFrame(nghttp2_session*, const nghttp2_frame* frame, int error, void* user);
  static int PassOver(nghttp2_session*, void** payload, const nghttp2_frame_hd* head, void* user);
  static int StreamCloses(nghttp2_session*, int32_t id, uint32_t error, void* user);
  static int FrameSent(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int SendBody(nghttp2_session*, nghttp2_frame* frame, const uint8_t* head, size_t size,
                      nghttp2_data_source* source, void* user);
  static ssize_t ReadBody(nghttp2_session*, int32_t id, uint8_t* into, size_t most, uint32_t* flags,
                          nghttp2_data_source* source, void* user);
};

}  // namespace forium::gateway
