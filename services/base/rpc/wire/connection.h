// SPDX-License-Identifier: Apache-2.0
// One HTTP/2 connection between processes (RFC 9113), either end of it: bytes in, frames out, signs
// of life. What the streams mean is up to ClientConnection and ServerConnection. Thread-safe: any
// thread may write, whoever the poller woke reads.
#pragma once

#include <nghttp2/nghttp2.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/rpc/wire/format.h"
#include "services/base/rpc/wire/poller.h"
#include "services/base/rpc/wire/socket.h"

namespace forium::rpc {

class Connection : public Poller::Watched, public std::enable_shared_from_this<Connection> {
 public:
  ~Connection() override;

  void OnReady() override;
  // Asks for a sign of life when none came for a while, and ends a connection that gives none.
  void Tick(absl::Time now);
  // Ends it at once, with what is under way on it.
  void Cut(const std::string& cause);

 protected:
  enum class End { kClient, kServer };
  Connection(End end, Poller& poller, std::unique_ptr<Socket> socket);
  // Once it can be found: from now on bytes come.
  void Begin();

  // A stream's bytes on their way out; `bytes` whole messages.
  struct Outgoing {
    std::string bytes;
    size_t sent = 0;
    bool finished = false;  // nothing follows but the trailer
    Fields trailer;         // none: the bytes end the stream
  };

  // What came, with mutex_ held; the streams are those of nghttp2.
  virtual void OnField(int32_t stream, std::string_view name, std::string_view value)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) = 0;
  virtual void OnBytes(int32_t stream, std::string_view bytes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) = 0;
  // The other end said all that it has to say.
  virtual void OnEnd(int32_t stream) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) = 0;
  virtual void OnStreamClosed(int32_t stream, uint32_t error)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) = 0;
  virtual void OnSettings() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {}
  virtual void OnGoaway() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {}
  // nullptr: the stream is gone.
  virtual Outgoing* OutgoingOf(int32_t stream) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) = 0;
  // The connection ended; streams that are left end with it.
  virtual void OnClosed(const std::string& cause) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) = 0;
  // After each of the above, without the lock: hands on what became of it.
  virtual void Deliver() = 0;

  // Writes what there is to write, as far as the socket takes it.
  void Flush() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Close(const std::string& cause) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool closed() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return session_ == nullptr; }
  nghttp2_session* session() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return session_; }
  // Reads from OutgoingOf the stream.
  static nghttp2_data_provider Provider();
  // Fields as nghttp2 takes them; they refer to `fields` and `texts`, where bytes are written out.
  static std::vector<nghttp2_nv> Written(const Fields& fields, std::vector<std::string>& texts);

  absl::Mutex mutex_;

 private:
  struct Callbacks;
  friend struct Callbacks;

  void ReadAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Fill() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Arm() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CloseIfDone() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Poller& poller_;
  std::unique_ptr<Socket> socket_ ABSL_GUARDED_BY(mutex_);
  uint64_t name_ ABSL_GUARDED_BY(mutex_) = 0;  // at the poller
  nghttp2_session* session_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::string out_ ABSL_GUARDED_BY(mutex_);
  size_t out_sent_ ABSL_GUARDED_BY(mutex_) = 0;
  bool read_waits_to_write_ ABSL_GUARDED_BY(mutex_) = false;
  bool write_waits_to_write_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time heard_ ABSL_GUARDED_BY(mutex_);
  absl::Time asked_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
};

}  // namespace forium::rpc
