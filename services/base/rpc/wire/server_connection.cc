// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/wire/server_connection.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace forium::rpc {
namespace {

constexpr std::string_view kContentType = "application/grpc";

bool IsGrpc(std::string_view content_type) {
  if (content_type.substr(0, kContentType.size()) != kContentType) return false;
  const std::string_view rest = content_type.substr(kContentType.size());
  return rest.empty() || rest.front() == '+' || rest.front() == ';';
}

// What HTTP and gRPC say for themselves; not for handlers.
bool IsOurs(std::string_view name) {
  return name.front() == ':' || name == "te" || name == "user-agent" ||
         name.substr(0, 5) == "grpc-";
}

}  // namespace

std::shared_ptr<ServerConnection> ServerConnection::Make(Poller& poller,
                                                         std::unique_ptr<Socket> socket,
                                                         Handler& handler,
                                                         size_t max_message_bytes) {
  return std::shared_ptr<ServerConnection>(
      new ServerConnection(poller, std::move(socket), handler, max_message_bytes));
}

ServerConnection::Stream* ServerConnection::Find(int32_t stream) {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? nullptr : &found->second;
}

void ServerConnection::OnField(int32_t id, std::string_view name, std::string_view value) {
  Stream& stream = streams_[id];
  ArrivedCall& call = stream.call;
  if (name == ":path") {
    call.path = value;
    call.time = absl::Now();
    call.deadline = absl::InfiniteFuture();
  } else if (name == ":method") {
    stream.method = value;
  } else if (name == "content-type") {
    stream.content_type = value;
  } else if (name == "grpc-encoding") {
    stream.encoding = value;
  } else if (name == "grpc-timeout") {
    if (const auto timeout = ParseTimeout(value)) call.deadline = call.time + *timeout;
  } else if (IsOurs(name)) {
    return;
  } else if (IsBinary(name)) {
    if (auto bytes = ParseBinary(value)) call.fields.emplace_back(name, *std::move(bytes));
  } else {
    call.fields.emplace_back(name, value);
  }
}

bool ServerConnection::Opened(int32_t id, Stream& stream) {
  if (std::exchange(stream.opened, true)) return !stream.ended;
  if (stream.method == "POST" && IsGrpc(stream.content_type)) {
    stream.conversation = handler_.Converse(stream.call.path);
    return true;
  }
  stream.ended = true;
  const Fields head = {{":status", stream.method == "POST" ? "415" : "405"}};
  std::vector<std::string> texts;
  const std::vector<nghttp2_nv> fields = Written(head, texts);
  nghttp2_submit_response(session(), id, fields.data(), fields.size(), nullptr);
  return false;
}

void ServerConnection::OnBytes(int32_t id, std::string_view bytes) {
  Stream* const stream = Find(id);
  if (stream == nullptr || !Opened(id, *stream) || stream->ended) return;
  stream->bytes.append(bytes);
  if (stream->bytes.size() < kPrefixBytes) return;
  const Prefix prefix = ReadPrefix(stream->bytes);
  if (prefix.compressed) {
    HandOn(id, *stream, absl::UnimplementedError("compressed messages are not taken"));
  } else if (prefix.length > max_message_bytes_) {
    HandOn(id, *stream, absl::ResourceExhaustedError("the message is too large"));
  } else if (stream->conversation != nullptr) {
    Talk(id, *stream);
  } else if (stream->bytes.size() > kPrefixBytes + prefix.length) {
    HandOn(id, *stream, absl::InvalidArgumentError("more than one message"));
  }
}

void ServerConnection::OnEnd(int32_t id) {
  Stream* const stream = Find(id);
  if (stream == nullptr || !Opened(id, *stream) || stream->ended) return;
  if (stream->conversation != nullptr) {
    Say(id, *stream, stream->conversation->OnEnd());
    return;
  }
  std::string& bytes = stream->bytes;
  if (bytes.size() < kPrefixBytes || bytes.size() != kPrefixBytes + ReadPrefix(bytes).length) {
    return HandOn(id, *stream, absl::CancelledError("no request came"));
  }
  bytes.erase(0, kPrefixBytes);
  stream->call.message = std::move(bytes);
  HandOn(id, *stream, absl::OkStatus());
}

void ServerConnection::HandOn(int32_t id, Stream& stream, absl::Status refusal) {
  stream.ended = true;
  stream.bytes.clear();
  ArrivedCall& call = arrived_.emplace_back(std::move(stream.call));
  call.connection = std::static_pointer_cast<ServerConnection>(shared_from_this());
  call.stream = id;
  call.refusal = std::move(refusal);
}

void ServerConnection::Talk(int32_t id, Stream& stream) {
  while (!stream.ended && stream.bytes.size() >= kPrefixBytes) {
    const size_t size = kPrefixBytes + ReadPrefix(stream.bytes).length;
    if (stream.bytes.size() < size) return;
    Conversation::Reply reply = stream.conversation->OnMessage(
        std::string_view(stream.bytes).substr(kPrefixBytes, size - kPrefixBytes));
    stream.bytes.erase(0, size);
    Say(id, stream, std::move(reply));
  }
}

void ServerConnection::Say(int32_t id, Stream& stream, Conversation::Reply reply) {
  if (stream.response.finished) return;
  if (!reply.framed.empty()) {
    stream.response.bytes += reply.framed;
    SendHead(id, stream);
  }
  if (reply.end.has_value()) Finish(id, stream, *reply.end, {});
}

void ServerConnection::SendHead(int32_t id, Stream& stream) {
  if (std::exchange(stream.started, true)) {
    nghttp2_session_resume_data(session(), id);
    return;
  }
  static const Fields kHead = {{":status", "200"}, {"content-type", std::string(kContentType)}};
  std::vector<std::string> texts;
  const std::vector<nghttp2_nv> fields = Written(kHead, texts);
  const nghttp2_data_provider provider = Provider();
  nghttp2_submit_response(session(), id, fields.data(), fields.size(), &provider);
}

void ServerConnection::Finish(int32_t id, Stream& stream, const absl::Status& status,
                              Fields trailer) {
  stream.ended = true;
  stream.response.finished = true;
  trailer.emplace_back("grpc-status", absl::StrCat(static_cast<int>(status.code())));
  if (!status.message().empty()) {
    trailer.emplace_back("grpc-message",
                         PercentEncoded({status.message().data(), status.message().size()}));
  }
  if (stream.started || !stream.response.bytes.empty()) {
    stream.response.trailer = std::move(trailer);
    return SendHead(id, stream);
  }
  Fields head = {{":status", "200"}, {"content-type", std::string(kContentType)}};
  for (auto& field : trailer) head.push_back(std::move(field));
  std::vector<std::string> texts;
  const std::vector<nghttp2_nv> fields = Written(head, texts);
  nghttp2_submit_response(session(), id, fields.data(), fields.size(), nullptr);
}

bool ServerConnection::Waits(int32_t stream) {
  absl::MutexLock lock(&mutex_);
  return Find(stream) != nullptr;
}

void ServerConnection::Reply(int32_t id, const absl::Status& status, std::string framed,
                             Fields trailer) {
  {
    absl::MutexLock lock(&mutex_);
    Stream* const stream = Find(id);
    if (closed() || stream == nullptr || stream->response.finished) return;
    stream->response.bytes += framed;
    Finish(id, *stream, status, std::move(trailer));
    Flush();
    if (!closed()) return;
  }
  Deliver();
}

void ServerConnection::Change() {
  {
    absl::MutexLock lock(&mutex_);
    if (closed()) return;
    for (auto& [id, stream] : streams_) {
      if (stream.conversation != nullptr) Say(id, stream, stream.conversation->OnChange());
    }
    Flush();
  }
  Deliver();
}

void ServerConnection::Leave() {
  {
    absl::MutexLock lock(&mutex_);
    if (closed()) return;
    const int32_t last = nghttp2_session_get_last_proc_stream_id(session());
    nghttp2_submit_goaway(session(), NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, nullptr, 0);
    Flush();
  }
  Deliver();
}

void ServerConnection::OnStreamClosed(int32_t stream, uint32_t /*error*/) {
  streams_.erase(stream);
}

Connection::Outgoing* ServerConnection::OutgoingOf(int32_t stream) {
  Stream* const found = Find(stream);
  return found == nullptr ? nullptr : &found->response;
}

void ServerConnection::OnClosed(const std::string& /*cause*/) {
  streams_.clear();
  arrived_.clear();  // nobody waits for them any more
}

void ServerConnection::Deliver() {
  std::vector<ArrivedCall> calls;
  bool ended = false;
  {
    absl::MutexLock lock(&mutex_);
    calls.swap(arrived_);
    ended = closed() && !std::exchange(told_closed_, true);
  }
  if (ended) handler_.OnConnectionClosed(this);
  if (!calls.empty()) handler_.OnCalls(std::move(calls));
}

}  // namespace forium::rpc
