// SPDX-License-Identifier: Apache-2.0
// The live connections of one io thread, and the rooms (channels) that they are in. Events reach it
// once, whoever listens. Made at the thread's first connection. What the exchange calls is
// thread-safe and comes in order; all else happens on the thread.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "gateway/http/byte_stream.h"
#include "gateway/realtime/channel.h"
#include "gateway/realtime/client_message.h"
#include "gateway/realtime/config.h"
#include "gateway/realtime/meters.h"
#include "gateway/realtime/replay.h"
#include "gateway/realtime/subscriber.h"

namespace forium::gateway {

class Exchange;

// The subscribers of a channel on a thread.
struct Room {
  Channel channel;
  std::vector<Subscriber*> subscribers;
};

// A message to a channel, in the form of each level; nullptr: none for that level.
struct Emission {
  Channel channel;
  std::array<MessagePointer, kLevels> messages;
};

class Outlet {
 public:
  Outlet(boost::asio::any_io_executor executor, const RealtimeConfig& config, Meters& meters,
         Exchange& exchange);
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;

  // A connection's life.
  boost::asio::awaitable<bool> ServeSocket(ByteStream& stream, ReaderPointer reader, bool deflate);
  boost::asio::awaitable<bool> ServeEvents(ByteStream& stream, ReaderPointer reader,
                                           std::vector<Channel> channels, std::string after);

  // The exchange's: from any thread.
  struct Grant {
    uint64_t subscriber = 0;
    ReaderPointer reader;
    std::vector<Channel> answered;         // all that was asked for
    std::vector<Channel> channels;         // of them those that he may hear
    std::vector<MessagePointer> messages;  // after he is in them
  };
  void Post(Grant grant);
  void Post(std::shared_ptr<const std::vector<Emission>> emissions);
  void PostRevoke(Channel channel, int level);
  // Empty `sessions`: all of the user's.
  void PostSessionsEnded(std::string tenant, int64_t user_id, std::vector<int64_t> sessions);
  // Connections that were opened with another level are closed.
  void PostLevel(std::string tenant, int64_t user_id, int level);
  // Closes all, spread over the time.
  void PostLeave(absl::Duration spread);

 private:
  friend class Presently;  // the registration of a subscriber, in outlet.cc

  void Enter(Subscriber& subscriber);
  void Exit(Subscriber& subscriber);
  void Take(Grant grant);
  void Deliver(const std::vector<Emission>& emissions);
  void Revoke(const Channel& channel, int level);
  void Join(Subscriber& subscriber, const Channel& channel);
  void LeaveRoom(Subscriber& subscriber, size_t place);
  void Unsubscribe(Subscriber& subscriber, const std::vector<Channel>& channels);
  // False: the client says too much.
  bool Listen(Subscriber& subscriber, std::string_view text);
  void Wish(Subscriber& subscriber, const std::vector<std::string>& names, std::string after);
  ReaderPointer Shared(ReaderPointer reader);
  void Welcome(Subscriber& subscriber);
  boost::asio::awaitable<void> Sweep();
  void SweepOnce();
  boost::asio::awaitable<void> LeaveAll(absl::Duration spread);

  const boost::asio::any_io_executor executor_;
  const RealtimeConfig& config_;
  Meters& meters_;
  Exchange& exchange_;
  absl::flat_hash_map<uint64_t, Subscriber*> subscribers_;
  absl::flat_hash_map<Channel, std::unique_ptr<Room>> rooms_;
  absl::flat_hash_map<std::string, ReaderPointer> guests_;  // by tenant
  uint64_t last_id_ = 0;
  uint32_t clock_ = 1;  // seconds since the outlet's start
  const MessagePointer session_ended_;
};

}  // namespace forium::gateway
