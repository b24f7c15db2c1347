// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/wire/client_connection.h"

#include <charconv>

#include "absl/strings/str_cat.h"

namespace forium::rpc {
namespace {

using absl::StatusCode;

// Larger answers arrive all the same; room is made for so much ahead of what came.
constexpr size_t kMostReserved = 4 << 20;

int NumberOf(std::string_view text) {
  int number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Of a stream that ended without gRPC's status ("HTTP2 Transport Mapping").
StatusCode CodeOf(uint32_t error) {
  switch (error) {
    case NGHTTP2_REFUSED_STREAM:
      return StatusCode::kUnavailable;
    case NGHTTP2_CANCEL:
      return StatusCode::kCancelled;
    case NGHTTP2_ENHANCE_YOUR_CALM:
      return StatusCode::kResourceExhausted;
    case NGHTTP2_INADEQUATE_SECURITY:
      return StatusCode::kPermissionDenied;
    default:
      return StatusCode::kInternal;
  }
}

StatusCode CodeOfHttp(int status) {
  switch (status) {
    case 401:
      return StatusCode::kUnauthenticated;
    case 403:
      return StatusCode::kPermissionDenied;
    case 404:
      return StatusCode::kUnimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return StatusCode::kUnavailable;
    default:
      return StatusCode::kUnknown;
  }
}

// Exactly one message, in place of what frames it.
bool Unframe(std::string bytes, std::string* body) {
  if (bytes.size() < kPrefixBytes) return false;
  const Prefix prefix = ReadPrefix(bytes);
  if (prefix.compressed || prefix.length != bytes.size() - kPrefixBytes) return false;
  bytes.erase(0, kPrefixBytes);
  *body = std::move(bytes);
  return true;
}

}  // namespace

std::shared_ptr<ClientConnection> ClientConnection::Make(Poller& poller,
                                                         std::unique_ptr<Socket> socket) {
  return std::shared_ptr<ClientConnection>(new ClientConnection(poller, std::move(socket)));
}

void ClientConnection::Open(Changed changed) {
  {
    absl::MutexLock lock(&mutex_);
    changed_ = std::move(changed);
  }
  Begin();
  Deliver();
}

int32_t ClientConnection::Start(const Fields& fields, std::string framed, Done done) {
  int32_t stream = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (!ready_ || leaving_ || closed()) return 0;
    std::vector<std::string> texts;
    const std::vector<nghttp2_nv> head = Written(fields, texts);
    const nghttp2_data_provider provider = Provider();
    stream =
        nghttp2_submit_request(session(), nullptr, head.data(), head.size(), &provider, nullptr);
    if (stream <= 0) {
      // The numbers are used up, after a thousand million calls.
      leaving_ = true;
      changes_.emplace_back(State::kLeaving, nghttp2_strerror(stream));
      stream = 0;
    } else {
      Stream& made = streams_[stream];
      made.request = {.bytes = std::move(framed), .finished = true, .trailer = {}};
      made.done = std::move(done);
      Flush();
      if (!closed()) return stream;
    }
  }
  Deliver();
  return stream;
}

void ClientConnection::Cancel(int32_t stream) {
  {
    absl::MutexLock lock(&mutex_);
    if (closed() || streams_.erase(stream) == 0) return;
    nghttp2_submit_rst_stream(session(), NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
    Flush();
  }
  Deliver();
}

void ClientConnection::Leave() {
  {
    absl::MutexLock lock(&mutex_);
    if (closed()) return;
    leaving_ = true;
    nghttp2_submit_goaway(session(), NGHTTP2_FLAG_NONE, 0, NGHTTP2_NO_ERROR, nullptr, 0);
    Flush();
  }
  Deliver();
}

ClientConnection::Stream* ClientConnection::Find(int32_t stream) {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? nullptr : &found->second;
}

void ClientConnection::OnField(int32_t id, std::string_view name, std::string_view value) {
  Stream* const stream = Find(id);
  if (stream == nullptr) return;
  if (name == ":status") {
    stream->http_status = NumberOf(value);
  } else if (name == "grpc-status") {
    const int code = NumberOf(value);
    stream->has_status = true;
    stream->answer.code =
        code >= 0 && code <= 16 ? static_cast<StatusCode>(code) : StatusCode::kUnknown;
  } else if (name == "grpc-message") {
    stream->answer.message = PercentDecoded(value);
  } else if (IsBinary(name)) {
    if (auto bytes = ParseBinary(value)) {
      stream->answer.trailer.emplace_back(name, *std::move(bytes));
    }
  } else {
    stream->answer.trailer.emplace_back(name, value);
  }
}

void ClientConnection::OnBytes(int32_t id, std::string_view bytes) {
  Stream* const stream = Find(id);
  if (stream == nullptr) return;
  if (stream->bytes.empty() && bytes.size() >= kPrefixBytes) {
    stream->bytes.reserve(std::min(kPrefixBytes + size_t{ReadPrefix(bytes).length}, kMostReserved));
  }
  stream->bytes.append(bytes);
}

void ClientConnection::OnStreamClosed(int32_t id, uint32_t error) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  Stream stream = std::move(found->second);
  streams_.erase(found);
  if (!stream.has_status) {
    Answer& answer = stream.answer;
    answer.untouched = error == NGHTTP2_REFUSED_STREAM;
    if (error != NGHTTP2_NO_ERROR) {
      answer.code = CodeOf(error);
      answer.message = nghttp2_http2_strerror(error);
    } else {
      answer.code = CodeOfHttp(stream.http_status);
      answer.message = absl::StrCat("HTTP status ", stream.http_status);
    }
  }
  Finish(std::move(stream));
}

void ClientConnection::Finish(Stream stream) {
  if (stream.answer.code == StatusCode::kOk &&
      !Unframe(std::move(stream.bytes), &stream.answer.body)) {
    stream.answer.code = StatusCode::kInternal;
    stream.answer.message = "the answer is not one message";
  }
  ended_.emplace_back(std::move(stream.done), std::move(stream.answer));
}

void ClientConnection::OnSettings() {
  if (std::exchange(ready_, true)) return;
  changes_.emplace_back(State::kReady, "");
}

void ClientConnection::OnGoaway() {
  if (std::exchange(leaving_, true)) return;
  changes_.emplace_back(State::kLeaving, "the server leaves");
}

Connection::Outgoing* ClientConnection::OutgoingOf(int32_t stream) {
  Stream* const found = Find(stream);
  return found == nullptr ? nullptr : &found->request;
}

void ClientConnection::OnClosed(const std::string& cause) {
  for (auto& [id, stream] : streams_) {
    stream.answer.code = StatusCode::kUnavailable;
    stream.answer.message = cause;
    stream.answer.trailer.clear();
    Finish(std::move(stream));
  }
  streams_.clear();
  changes_.emplace_back(State::kClosed, cause);
}

void ClientConnection::Deliver() {
  std::vector<std::pair<Done, Answer>> ended;
  std::vector<std::pair<State, std::string>> changes;
  Changed changed;
  {
    absl::MutexLock lock(&mutex_);
    ended.swap(ended_);
    changes.swap(changes_);
    if (changes.empty()) {
      // The common case.
    } else if (changes.back().first == State::kClosed) {
      changed = std::move(changed_);
    } else {
      changed = changed_;
    }
  }
  for (const auto& [state, cause] : changes) {
    if (changed) changed(state, cause);
  }
  for (auto& [done, answer] : ended) done(std::move(answer));
}

}  // namespace forium::rpc
