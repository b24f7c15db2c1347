// SPDX-License-Identifier: Apache-2.0
#include "gateway/websocket/deflate.h"

#include <zlib.h>

#include <array>
#include <new>

namespace forium::gateway {
namespace {

constexpr std::string_view kTail{"\x00\x00\xff\xff", 4};
constexpr int kRawWindow = -15;
constexpr int kLevel = 6;  // made once for all who hear it
constexpr int kMemory = 8;

Bytef* In(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

struct Inflation {
  z_stream stream{};
  Inflation() {
    if (inflateInit2(&stream, kRawWindow) != Z_OK) throw std::bad_alloc();
  }
  ~Inflation() { inflateEnd(&stream); }
};

}  // namespace

std::string DeflateMessage(std::string_view message) {
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kRawWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  std::string deflated(deflateBound(&stream, message.size()) + 16, '\0');
  stream.next_in = In(message);
  stream.avail_in = static_cast<uInt>(message.size());
  stream.next_out = reinterpret_cast<Bytef*>(deflated.data());
  stream.avail_out = static_cast<uInt>(deflated.size());
  deflate(&stream, Z_SYNC_FLUSH);
  deflated.resize(stream.total_out);
  deflateEnd(&stream);
  if (deflated.ends_with(kTail)) deflated.resize(deflated.size() - kTail.size());
  // An empty message is one empty block, whose first byte stays.
  if (deflated.empty()) deflated.push_back('\0');
  return deflated;
}

InflateError InflateMessage(std::string_view deflated, size_t most, std::string* message) {
  Inflation inflation;
  z_stream& stream = inflation.stream;
  message->clear();
  std::array<char, 4096> piece;
  for (const std::string_view input : {deflated, kTail}) {
    stream.next_in = In(input);
    stream.avail_in = static_cast<uInt>(input.size());
    do {
      stream.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream.avail_out = static_cast<uInt>(piece.size());
      const int code = inflate(&stream, Z_SYNC_FLUSH);
      const size_t made = piece.size() - stream.avail_out;
      if (message->size() + made > most) return InflateError::kTooLarge;
      message->append(piece.data(), made);
      // A block that says it is the last may end the message (RFC 7692, 7.2.3.4).
      if (code == Z_STREAM_END) {
        if (inflateReset(&stream) != Z_OK) return InflateError::kMalformed;
        continue;
      }
      if (code == Z_BUF_ERROR) break;  // wants more than there is
      if (code != Z_OK) return InflateError::kMalformed;
    } while (stream.avail_in > 0 || stream.avail_out == 0);
  }
  return InflateError::kNone;
}

}  // namespace forium::gateway
