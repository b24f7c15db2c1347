// SPDX-License-Identifier: Apache-2.0
// The state of one HTTP/2 connection: bytes in, streams, bytes out. Knows no sockets but through
// the Transport's writing. Reading, and its end, are of ServeHttp2. On the connection's thread.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <exception>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "gateway/http/strict.h"
#include "gateway/http/transport.h"
#include "gateway/http/worker.h"
#include "gateway/http2/abuse.h"
#include "gateway/http2/batch.h"
#include "gateway/http2/signal.h"
#include "gateway/http2/stream.h"

struct nghttp2_session;

namespace forium::gateway {

class Http2Session : public std::enable_shared_from_this<Http2Session> {
 public:
  Http2Session(Worker& worker, Transport& transport, Watch& watch, Peer peer,
               boost::asio::any_io_executor executor);
  ~Http2Session();

  // ---- What ServeHttp2 calls
  void Open();
  // Takes what was read, answers what can be answered at once, writes what can be written.
  void Receive(std::string_view bytes);
  // The watch's deadline has passed: ends what took too long, and sets the next.
  void Tick();
  // The other side is gone.
  void Leave();
  // Nothing will be read or written any more.
  bool over() const { return over_; }
  // An error was told to the client, who may not have read it yet.
  bool misbehaved() const { return misbehaved_; }
  // So many answers wait for the connection that reading on would only add to them.
  bool congested() const;
  boost::asio::awaitable<void> WaitForRoom();
  // Waits for handlers that still run.
  boost::asio::awaitable<void> End();

  // ---- What streams call
  const boost::asio::any_io_executor& executor() const { return executor_; }
  // There is something to send on it again.
  void Resume(Http2Stream& stream);
  // Gives window back for bytes that were read.
  void Credit(Http2Stream& stream, size_t bytes);
  void Expect(Http2Stream& stream, absl::Duration timeout);
  void Cancel(Http2Stream& stream);

 private:
  friend struct Http2Callbacks;

  // ---- Frames (frames.cc)
  void OnFrameBegins(uint8_t type, uint8_t flags, int32_t id, size_t length);
  bool ComesTooLate(int32_t id);
  void OnResetSent(int32_t id, uint32_t error);
  void Punish(Abuse abuse);

  // ---- Streams (streams.cc)
  Http2Stream& Begin(int32_t id);
  void OnHeader(Http2Stream& stream);
  void OnBody(Http2Stream& stream, std::string_view bytes);
  void OnRequestEnd(Http2Stream& stream);
  void OnAnswerEnd(Http2Stream& stream);
  void OnClose(Http2Stream& stream);
  void HandOver(Http2Stream& stream);
  void Refuse(Http2Stream& stream, Breach breach);
  void Answer(Http2Stream& stream);
  void Run(Http2Stream& stream, boost::asio::awaitable<void> handler);
  boost::asio::awaitable<void> Handle(Http2Stream& stream);
  boost::asio::awaitable<void> WriteBody(Http2Stream& stream);
  void HandlerEnded(Http2Stream& stream, const std::exception_ptr& fault);
  void Reset(Http2Stream& stream, uint32_t error);
  void Release(std::unique_ptr<Http2Stream> stream);
  void GiveWindowBack(Http2Stream& stream, size_t bytes);
  void GiveWithheld();

  // ---- Answers (answer.cc)
  void Submit(Http2Stream& stream);
  // 103 with Link fields, before it (RFC 8297).
  void SubmitHints(const Http2Stream& stream, std::span<const std::string> links);

  // ---- Writing (session.cc)
  void Flush();
  void FlushSoon();
  bool FillBatch();
  void DropSent();
  boost::asio::awaitable<void> WriteOut();
  void WriterEnded();
  void Fail(uint32_t error);
  void Finish();

  // ---- Time (deadlines.cc)
  void ExpectBy(absl::Time time);
  void TickStream(Http2Stream& stream, absl::Time& next);
  bool Stalled(Http2Stream& stream, absl::Time& next);
  void Drain();

  Worker& worker_;
  Transport& transport_;
  Watch& watch_;
  const Peer peer_;
  const boost::asio::any_io_executor executor_;
  nghttp2_session* session_ = nullptr;

  std::map<int32_t, std::unique_ptr<Http2Stream>> streams_;  // by id: the oldest first
  std::vector<std::unique_ptr<Http2Stream>> orphans_;        // closed, but their handlers run
  std::vector<std::unique_ptr<Http2Stream>> closed_;  // until what was taken of them is written
  std::vector<std::unique_ptr<Http2Stream>> spare_;
  int running_ = 0;        // handlers
  size_t body_bytes_ = 0;  // of request bodies in memory

  Batch batch_;
  std::string last_words_;  // a GOAWAY that nghttp2 cannot write any more
  bool writing_ = false;    // WriteOut runs
  bool flush_soon_ = false;
  bool dead_ = false;  // nghttp2 gave up
  bool over_ = false;
  bool misbehaved_ = false;
  int ticks_ = 0;

  bool settled_ = false;  // the client's SETTINGS came
  bool notice_sent_ = false;
  bool goaway_sent_ = false;
  absl::Time idle_since_;
  absl::Time header_since_ = absl::InfiniteFuture();   // a header has begun and not ended
  absl::Time blocked_since_ = absl::InfiniteFuture();  // the connection takes no bytes
  absl::Time give_up_at_ = absl::InfiniteFuture();     // GOAWAY must be out by then

  int32_t newest_ = 0;                    // stream of the client
  std::array<int32_t, 16> cut_off_ = {};  // streams that we reset lately
  size_t next_cut_off_ = 0;
  int continuations_ = 0;
  int64_t trailer_bytes_ = 0;
  Allowance resets_, made_resets_, settings_, pings_, priorities_, window_updates_, empty_data_,
      unknown_frames_;
  Signal room_;
  Signal ended_;
};

}  // namespace forium::gateway
