// SPDX-License-Identifier: Apache-2.0
// One live connection: what waits to be written to it, and its places in the rooms of its thread.
// Small, since most are silent: a writer runs only while something is queued. Lives in the frame of
// the connection's coroutine, on its thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gateway/http/byte_stream.h"
#include "gateway/realtime/channel.h"
#include "gateway/realtime/config.h"
#include "gateway/realtime/message.h"
#include "gateway/realtime/meters.h"
#include "gateway/realtime/reader.h"
#include "gateway/websocket/frame_parser.h"

namespace forium::gateway {

struct Room;

enum class Wire : uint8_t { kWebSocket, kDeflatedWebSocket, kEventStream };

class Subscriber {
 public:
  Subscriber(const RealtimeConfig& config, Meters& meters, ByteStream& stream,
             boost::asio::any_io_executor executor, ReaderPointer reader, Wire wire)
      : config_(config),
        meters_(meters),
        stream_(stream),
        executor_(std::move(executor)),
        reader(std::move(reader)),
        wire(wire) {}
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  // Queues it; who has too much waiting already is closed as too slow.
  void Send(MessagePointer message);
  // Bytes that are no message: pings, pongs, comments.
  void SendRaw(std::string bytes);
  // Sends the code after what is queued (`now`: instead of it) and lets the other side answer.
  enum class Pending : uint8_t { kSent, kDropped };
  void Close(CloseCode code, Pending pending = Pending::kSent);
  // Nothing can be written or read any more.
  void Break();
  bool closing() const { return closing_; }
  // Returns once no writer runs; after Break or Close.
  boost::asio::awaitable<void> AwaitWriter();
  // Returns when it is closing or broken (server-sent events: nobody reads).
  boost::asio::awaitable<void> AwaitEnd();

 private:
  struct Waiting {
    MessagePointer message;  // nullptr: raw
    std::string raw;
  };
  std::string_view BytesOf(const Waiting& waiting) const;
  void Queue(Waiting waiting);
  void StartWriter();
  boost::asio::awaitable<void> Write();
  boost::asio::awaitable<void> Park();
  void Wake() {
    if (parked_ != nullptr) parked_->cancel();
  }

  const RealtimeConfig& config_;
  Meters& meters_;
  ByteStream& stream_;
  const boost::asio::any_io_executor executor_;

 public:
  // Of the outlet.
  struct Place {
    Room* room;
    uint32_t index;
  };
  ReaderPointer reader;
  std::vector<Place> places;
  std::vector<Channel> wished;  // asked for, not answered yet
  uint64_t id = 0;
  uint32_t heard = 0;   // seconds of the outlet's clock
  uint32_t pinged = 0;  // the same; 0: never
  uint16_t said = 0;    // messages since the last sweep
  const Wire wire;

 private:
  bool writing_ = false;
  bool closing_ = false;
  bool broken_ = false;
  int64_t queued_bytes_ = 0;
  std::vector<Waiting> queue_;
  std::unique_ptr<boost::asio::steady_timer> parked_;
};

}  // namespace forium::gateway
