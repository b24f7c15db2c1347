// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/wire/connection.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/base/rpc/wire/limits.h"

namespace forium::rpc {
namespace {

// Of one read, a thread's.
constexpr size_t kReadBytes = 64 << 10;
// Frames are collected up to this before they are written.
constexpr size_t kWriteBytes = 256 << 10;

nghttp2_nv FieldOf(std::string_view name, std::string_view value, bool once) {
  nghttp2_nv field = {};
  field.name = reinterpret_cast<uint8_t*>(const_cast<char*>(name.data()));
  field.namelen = name.size();
  field.value = reinterpret_cast<uint8_t*>(const_cast<char*>(value.data()));
  field.valuelen = value.size();
  if (once) field.flags = NGHTTP2_NV_FLAG_NO_INDEX;
  return field;
}

// Another value in each call: to remember it would push out what comes again.
bool IsSaidOnce(std::string_view name) {
  return name == "forium-request-id" || name == "traceparent" || name == "grpc-timeout" ||
         name == "forium-error-bin";
}

std::string_view View(const uint8_t* bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

// What nghttp2 calls. All of it happens within mem_recv and mem_send, with the lock held.
struct Connection::Callbacks {
  static Connection& Of(void* user) { return *static_cast<Connection*>(user); }

  static int Field(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                   size_t name_size, const uint8_t* value, size_t value_size, uint8_t,
                   void* user) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    Of(user).OnField(frame->hd.stream_id, View(name, name_size), View(value, value_size));
    return 0;
  }
  static int Bytes(nghttp2_session*, uint8_t, int32_t stream, const uint8_t* bytes, size_t size,
                   void* user) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    Of(user).OnBytes(stream, View(bytes, size));
    return 0;
  }
  static int Frame(nghttp2_session*, const nghttp2_frame* frame,
                   void* user) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    Connection& connection = Of(user);
    const bool last = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
      case NGHTTP2_DATA:
        if (last) connection.OnEnd(frame->hd.stream_id);
        break;
      case NGHTTP2_SETTINGS:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) == 0) connection.OnSettings();
        break;
      case NGHTTP2_GOAWAY:
        connection.OnGoaway();
        break;
      default:
        break;
    }
    return 0;
  }
  static int StreamClosed(nghttp2_session*, int32_t stream, uint32_t error,
                          void* user) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    Of(user).OnStreamClosed(stream, error);
    return 0;
  }
  static ssize_t Size(nghttp2_session*, int32_t stream, uint8_t*, size_t most, uint32_t* flags,
                      nghttp2_data_source*, void* user) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    Connection& connection = Of(user);
    const Outgoing* const outgoing = connection.OutgoingOf(stream);
    if (outgoing == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const size_t left = outgoing->bytes.size() - outgoing->sent;
    if (left == 0 && !outgoing->finished) return NGHTTP2_ERR_DEFERRED;
    *flags = NGHTTP2_DATA_FLAG_NO_COPY;
    if (left <= most && outgoing->finished) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (!outgoing->trailer.empty()) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        std::vector<std::string> texts;
        const std::vector<nghttp2_nv> trailer = Written(outgoing->trailer, texts);
        nghttp2_submit_trailer(connection.session_, stream, trailer.data(), trailer.size());
      }
    }
    return static_cast<ssize_t>(std::min(left, most));
  }
  static int Copy(nghttp2_session*, nghttp2_frame* frame, const uint8_t* head, size_t size,
                  nghttp2_data_source*, void* user) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    Connection& connection = Of(user);
    Outgoing* const outgoing = connection.OutgoingOf(frame->hd.stream_id);
    if (outgoing == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    connection.out_.append(View(head, 9));
    connection.out_.append(outgoing->bytes, outgoing->sent, size);
    outgoing->sent += size;
    if (outgoing->sent == outgoing->bytes.size()) {
      outgoing->bytes.clear();
      outgoing->sent = 0;
    }
    return 0;
  }
  // Frames as large as the other end takes them: a message in one piece.
  static ssize_t Most(nghttp2_session*, uint8_t, int32_t, int32_t session_window,
                      int32_t stream_window, uint32_t frame_size, void*) {
    return std::min({session_window, stream_window, static_cast<int32_t>(frame_size)});
  }

  static const nghttp2_session_callbacks* Table() {
    static nghttp2_session_callbacks* const kTable = [] {
      nghttp2_session_callbacks* table = nullptr;
      if (nghttp2_session_callbacks_new(&table) != 0) std::abort();
      nghttp2_session_callbacks_set_on_header_callback(table, Field);
      nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table, Bytes);
      nghttp2_session_callbacks_set_on_frame_recv_callback(table, Frame);
      nghttp2_session_callbacks_set_on_stream_close_callback(table, StreamClosed);
      nghttp2_session_callbacks_set_send_data_callback(table, Copy);
      nghttp2_session_callbacks_set_data_source_read_length_callback(table, Most);
      return table;
    }();
    return kTable;
  }

  static const nghttp2_option* Options() {
    static nghttp2_option* const kOptions = [] {
      nghttp2_option* options = nullptr;
      if (nghttp2_option_new(&options) != 0) std::abort();
      nghttp2_option_set_peer_max_concurrent_streams(options, kStreams);
      nghttp2_option_set_no_closed_streams(options, 1);
      return options;
    }();
    return kOptions;
  }
};

Connection::Connection(End end, Poller& poller, std::unique_ptr<Socket> socket)
    : poller_(poller), socket_(std::move(socket)), heard_(absl::Now()) {
  const auto make = end == End::kClient ? nghttp2_session_client_new2 : nghttp2_session_server_new2;
  if (make(&session_, Callbacks::Table(), this, Callbacks::Options()) != 0) std::abort();
  const int32_t stream_window = end == End::kClient ? kAnswerWindow : kRequestWindow;
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<uint32_t>(stream_window)},
      {NGHTTP2_SETTINGS_MAX_FRAME_SIZE, kFrameBytes},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kHeaderBytes},
      {end == End::kClient ? NGHTTP2_SETTINGS_ENABLE_PUSH : NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS,
       end == End::kClient ? 0 : kStreams},
  };
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
}

Connection::~Connection() {
  if (session_ != nullptr) nghttp2_session_del(session_);
}

void Connection::Begin() {
  absl::MutexLock lock(&mutex_);
  if (closed()) return;
  name_ = poller_.Add(socket_->descriptor(), shared_from_this());
  Flush();
  if (!closed()) Arm();
}

void Connection::OnReady() {
  {
    absl::MutexLock lock(&mutex_);
    if (closed()) return;
    ReadAll();
    if (!closed()) Flush();
    if (!closed()) Arm();
  }
  Deliver();
}

void Connection::ReadAll() {
  thread_local const auto buffer = std::make_unique<char[]>(kReadBytes);
  while (true) {
    const ssize_t count = socket_->Read(buffer.get(), kReadBytes);
    read_waits_to_write_ = count == 0 && socket_->wants_write();
    if (count == 0) return;
    if (count < 0) return Close(socket_->error().empty() ? "closed" : socket_->error());
    heard_ = absl::Now();
    asked_ = absl::InfiniteFuture();
    const ssize_t taken = nghttp2_session_mem_recv(
        session_, reinterpret_cast<const uint8_t*>(buffer.get()), static_cast<size_t>(count));
    if (taken < 0) return Close(nghttp2_strerror(static_cast<int>(taken)));
    if (static_cast<size_t>(count) < kReadBytes && !socket_->keeps()) return;
  }
}

bool Connection::Fill() {
  while (out_.size() < kWriteBytes) {
    const uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
    if (size < 0) {
      Close(nghttp2_strerror(static_cast<int>(size)));
      return false;
    }
    if (size == 0) break;
    out_.append(View(bytes, static_cast<size_t>(size)));
  }
  return !out_.empty();
}

void Connection::Flush() {
  while (out_sent_ < out_.size() || Fill()) {
    const ssize_t count = socket_->Write(std::string_view(out_).substr(out_sent_));
    const bool waits = count == 0 && socket_->wants_write();
    if (std::exchange(write_waits_to_write_, waits) != waits && waits) Arm();
    if (count == 0) return;
    if (count < 0) return Close(socket_->error().empty() ? "closed" : socket_->error());
    out_sent_ += static_cast<size_t>(count);
    if (out_sent_ < out_.size()) continue;
    out_sent_ = 0;
    out_.clear();
    if (out_.capacity() > 2 * kWriteBytes) out_.shrink_to_fit();
  }
  CloseIfDone();
}

// After a GOAWAY, when the last stream ended.
void Connection::CloseIfDone() {
  if (closed()) return;
  if (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0) {
    Close("closed");
  }
}

void Connection::Arm() {
  poller_.Arm(socket_->descriptor(), name_, read_waits_to_write_ || write_waits_to_write_);
}

void Connection::Close(const std::string& cause) {
  if (closed()) return;
  nghttp2_session_del(std::exchange(session_, nullptr));
  OnClosed(cause);
  if (name_ != 0) poller_.Remove(socket_->descriptor(), name_);
  socket_.reset();
}

void Connection::Cut(const std::string& cause) {
  {
    absl::MutexLock lock(&mutex_);
    if (closed()) return;
    Close(cause);
  }
  Deliver();
}

void Connection::Tick(absl::Time now) {
  {
    absl::MutexLock lock(&mutex_);
    if (closed()) return;
    if (asked_ != absl::InfiniteFuture()) {
      if (now - asked_ < kAnswerLife) return;
      Close("no sign of life");
    } else if (now - heard_ >= kAskForLife) {
      asked_ = now;
      nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr);
      Flush();
    } else {
      return;
    }
  }
  Deliver();
}

nghttp2_data_provider Connection::Provider() {
  nghttp2_data_provider provider = {};
  provider.read_callback = Callbacks::Size;
  return provider;
}

std::vector<nghttp2_nv> Connection::Written(const Fields& fields, std::vector<std::string>& texts) {
  std::vector<nghttp2_nv> written;
  written.reserve(fields.size());
  texts.reserve(fields.size());
  for (const auto& [name, value] : fields) {
    std::string_view text = value;
    if (IsBinary(name)) text = texts.emplace_back(BinaryText(value));
    written.push_back(FieldOf(name, text, IsSaidOnce(name)));
  }
  return written;
}

}  // namespace forium::rpc
