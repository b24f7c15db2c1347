// SPDX-License-Identifier: Apache-2.0
// One request and its answer on an HTTP/2 connection, and the bytes of the stream for an answer
// that writes its body as it comes. Belongs to its session; on the session's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "gateway/http/byte_stream.h"
#include "gateway/http/message.h"
#include "gateway/http2/header_block.h"
#include "gateway/http2/signal.h"

namespace forium::gateway {

class Http2Session;

class Http2Stream final : public ByteStream {
 public:
  Http2Stream(Http2Session& session, int32_t id) : id(id), session_(session) {}

  // Of ByteStream. Read waits for DATA of an extended CONNECT; of other requests, whose body is
  // complete, for the client to leave.
  boost::asio::awaitable<size_t> Read(char* into, size_t most) override;
  boost::asio::awaitable<bool> Write(std::span<const std::string_view> parts) override;
  void Expect(absl::Duration timeout) override;
  void ShutdownWrite() override;
  void Close() override;

  // As good as new, with its memory kept.
  void Reuse(int32_t new_id);
  // Read and Write that wait return.
  void Wake();
  // The next bytes of the answer's body, at most `most`.
  size_t Available() const;
  bool at_end(size_t taken) const;  // of the answer's body, once so many more are taken
  // The client asked for another protocol, and the application speaks it.
  bool tunnel_accepted() const { return !request.upgrade.empty() && response.status == 101; }
  // The answer's body is written as it comes.
  bool streams() const { return static_cast<bool>(response.stream) && !request.head; }
  // The body lies where it stays until the stream is released: it may be sent from there.
  bool body_stays() const { return !response.stream; }
  std::string_view Take(size_t most);

  // The rest is the session's.
  int32_t id;
  HeaderBlock header;
  Request request;
  Response response;
  std::string_view body;                            // of the answer, what is not sent
  bool open = true;                                 // nghttp2 knows it
  bool running = false;                             // its handler runs
  bool complete = false;                            // the request has ended
  bool handed_over = false;                         // to the application, or refused
  bool answered = false;                            // the answer's header is submitted
  bool ended = false;                               // END_STREAM is sent
  absl::Time body_since = absl::InfiniteFuture();   // the header had come
  absl::Time expected_by = absl::InfiniteFuture();  // Expect
  absl::Time stalled_since = absl::InfiniteFuture();
  absl::Time reset_at = absl::InfiniteFuture();  // answered, but the request goes on
  int64_t dropped = 0;                           // bytes of a body that nobody wants
  int64_t sent = 0;                              // bytes of the body
  int64_t sent_at_stall = 0;
  size_t in_memory = 0;   // bytes of the request's body that the session counts
  size_t uncredited = 0;  // received bytes whose window is not given back yet
  std::string received;   // of a tunnel, unread
  size_t read = 0;        // of `received`

 private:
  Http2Session& session_;
  std::span<const std::string_view> writing_;  // parts of the Write that waits
  size_t written_ = 0;                         // of writing_.front()
  bool write_ended_ = false;                   // ShutdownWrite
  bool over_ = false;                          // Close, or too late
  std::optional<Signal> changed_;

  friend class Http2Session;
};

}  // namespace forium::gateway
