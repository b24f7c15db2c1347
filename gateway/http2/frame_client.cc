// SPDX-License-Identifier: Apache-2.0
#include "gateway/http2/frame_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace forium::gateway {
namespace {

constexpr size_t kFrameHead = 9;

std::string Integer(size_t value, uint8_t first, int prefix) {
  const size_t most = (1u << prefix) - 1;
  if (value < most) return std::string(1, static_cast<char>(first | value));
  std::string bytes(1, static_cast<char>(first | most));
  for (value -= most; value >= 128; value /= 128) bytes += static_cast<char>(value % 128 + 128);
  return bytes + static_cast<char>(value);
}

}  // namespace

uint32_t Frame::Word(size_t at) const {
  uint32_t word = 0;
  for (size_t i = at; i < at + 4; ++i)
    word = word << 8 | (i < payload.size() ? static_cast<uint8_t>(payload[i]) : 0);
  return word;
}

std::string Frame::Field(std::string_view name) const {
  for (const auto& [present, value] : fields) {
    if (present == name) return value;
  }
  return {};
}

FrameClient::FrameClient(int port, int receive_buffer) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
  if (receive_buffer > 0)
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  closed_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0;
  nghttp2_hd_inflate_new(&inflater_);
}

FrameClient::~FrameClient() {
  close(socket_);
  nghttp2_hd_inflate_del(inflater_);
}

std::string FrameClient::Bytes(const Frame& frame) {
  std::string bytes;
  for (const int shift : {16, 8, 0}) bytes += static_cast<char>(frame.payload.size() >> shift);
  bytes += static_cast<char>(frame.type);
  bytes += static_cast<char>(frame.flags);
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(frame.stream >> shift);
  return bytes + frame.payload;
}

std::string FrameClient::Block(const FieldList& fields) {
  std::string block;
  for (const auto& [name, value] : fields) {
    block += '\0';
    block += Integer(name.size(), 0, 7) + name + Integer(value.size(), 0, 7) + value;
  }
  return block;
}

FieldList FrameClient::Get(std::string path) {
  return {{":method", "GET"}, {":scheme", "http"}, {":path", std::move(path)}, {":authority", "h"}};
}

bool FrameClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool FrameClient::Greet() {
  if (!Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") || !Send(Frame{.type = NGHTTP2_SETTINGS}))
    return false;
  for (int seen = 0; seen < 2; ++seen) {
    if (!ReceiveType(NGHTTP2_SETTINGS).has_value()) return false;
  }
  return Send(Frame{.type = NGHTTP2_SETTINGS, .flags = NGHTTP2_FLAG_ACK});
}

bool FrameClient::Ask(uint32_t stream, const FieldList& fields, bool ends) {
  const int flags = NGHTTP2_FLAG_END_HEADERS | (ends ? NGHTTP2_FLAG_END_STREAM : 0);
  return Send(Frame{.type = NGHTTP2_HEADERS,
                    .flags = static_cast<uint8_t>(flags),
                    .stream = stream,
                    .payload = Block(fields)});
}

bool FrameClient::Widen(uint32_t stream, uint32_t bytes) {
  std::string payload;
  for (const int shift : {24, 16, 8, 0}) payload += static_cast<char>(bytes >> shift);
  return Send(Frame{.type = NGHTTP2_WINDOW_UPDATE, .stream = stream, .payload = payload});
}

bool FrameClient::Fill(size_t size) {
  char bytes[16384];
  while (buffer_.size() < size) {
    const ssize_t got = recv(socket_, bytes, sizeof bytes, 0);
    if (got <= 0) {
      closed_ = got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
      return false;
    }
    buffer_.append(bytes, static_cast<size_t>(got));
  }
  return true;
}

std::optional<Frame> FrameClient::Receive() {
  if (!Fill(kFrameHead)) return std::nullopt;
  const auto byte = [this](size_t at) { return static_cast<uint8_t>(buffer_[at]); };
  const size_t size = static_cast<size_t>(byte(0)) << 16 | byte(1) << 8 | byte(2);
  if (!Fill(kFrameHead + size)) return std::nullopt;
  Frame frame{.type = byte(3), .flags = byte(4)};
  frame.stream =
      static_cast<uint32_t>(byte(5) & 0x7F) << 24 | byte(6) << 16 | byte(7) << 8 | byte(8);
  frame.payload = buffer_.substr(kFrameHead, size);
  buffer_.erase(0, kFrameHead + size);
  if (frame.type != NGHTTP2_HEADERS) return frame;
  std::string_view block = frame.payload;
  while (true) {
    nghttp2_nv field;
    int flags = 0;
    const ssize_t used = nghttp2_hd_inflate_hd2(
        inflater_, &field, &flags, reinterpret_cast<const uint8_t*>(block.data()), block.size(), 1);
    if (used < 0) return std::nullopt;
    block.remove_prefix(static_cast<size_t>(used));
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
      frame.fields.emplace_back(std::string(field.name, field.name + field.namelen),
                                std::string(field.value, field.value + field.valuelen));
    }
    if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
  }
  nghttp2_hd_inflate_end_headers(inflater_);
  return frame;
}

std::optional<Frame> FrameClient::ReceiveType(uint8_t type, uint32_t stream) {
  while (true) {
    std::optional<Frame> frame = Receive();
    if (!frame.has_value()) return std::nullopt;
    if (frame->type == type && (stream == 0 || frame->stream == stream)) return frame;
  }
}

std::string FrameClient::ReceiveBody(uint32_t stream) {
  std::string body;
  while (const std::optional<Frame> frame = Receive()) {
    if (frame->stream != stream) continue;
    if (frame->type == NGHTTP2_RST_STREAM) break;
    if (frame->type == NGHTTP2_DATA) body += frame->payload;
    if (frame->type <= NGHTTP2_HEADERS && frame->Has(NGHTTP2_FLAG_END_STREAM)) break;
  }
  return body;
}

bool FrameClient::Alive() {
  if (!Send(Frame{.type = NGHTTP2_PING, .payload = "livetest"})) return false;
  while (const std::optional<Frame> frame = Receive()) {
    if (frame->type == NGHTTP2_PING && frame->payload == "livetest") return true;
    if (frame->type == NGHTTP2_GOAWAY) return false;
  }
  return false;
}

bool FrameClient::Closed() {
  while (Receive().has_value()) {
  }
  return closed_;
}

}  // namespace forium::gateway
