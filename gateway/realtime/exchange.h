// SPDX-License-Identifier: Apache-2.0
// Where live updates come together: events of the bus become messages, once a level, and go to the
// outlets of the io threads; what is asked of services is asked here. A thread of its own, on which
// all of its state lives. The public methods are thread-safe unless they say otherwise.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "gateway/realtime/inquiry.h"
#include "gateway/realtime/outlet.h"
#include "gateway/realtime/permissions.h"
#include "gateway/realtime/presence.h"
#include "gateway/realtime/replay.h"
#include "gateway/realtime/telling.h"
#include "proto/forium/events/v1/events.pb.h"

namespace forium::gateway {

class Exchange {
 public:
  // `announce`: tells the other gateways, if there are any; on the exchange's thread.
  using Announce = std::function<void(const std::string& tenant, const std::string& bytes)>;
  Exchange(const RealtimeConfig& config, Meters& meters, Services services, Identities& identities,
           Announce announce);
  ~Exchange();

  // Of the bus.
  void OnEvent(const events::v1::Event& event);
  void OnBus(bool connected);
  // What another gateway announced.
  void Hear(std::string tenant, std::string bytes);

  // Of the outlets; each outlet's come in order.
  void Add(Outlet& outlet);
  void Subscribe(Outlet& outlet, uint64_t subscriber, ReaderPointer reader,
                 std::vector<Channel> channels, std::string after);
  // Channels that were granted and that he is in no more.
  void Left(ReaderPointer reader, std::vector<Channel> channels);
  void Came(ReaderPointer reader);
  void Went(ReaderPointer reader);
  void Typing(ReaderPointer reader, int64_t topic_id);
  // Where the stream stands.
  std::string Position() const;

  // Nothing is posted to the outlets after it. Calls of services may still be out.
  void Stop();

 private:
  using Counts = std::array<int, kLevels>;
  // What is to be told of a topic, gathered while the last was told.
  struct Pending {
    std::map<int64_t, Change> posts;  // by post
    std::vector<int64_t> order;
    bool created = false;
    bool bumped = false;
    bool listed = false;  // its row in lists changed
    bool changed = false;
    std::set<int64_t> categories;
    bool empty() const { return posts.empty() && !created && !bumped && !listed && !changed; }
  };
  // An event that is being made.
  struct Draft {
    Change change;
    std::array<Told, kLevels> told;
    std::array<bool, kLevels> known{};
  };

  // exchange.cc
  template <typename Work>
  void Do(Work work);
  void Spawn(boost::asio::awaitable<void> work);
  boost::asio::awaitable<void> Grant(Outlet& outlet, uint64_t subscriber, ReaderPointer reader,
                                     std::vector<Channel> channels, std::string after);
  boost::asio::awaitable<void> Resume(const ReaderPointer& reader,
                                      const std::vector<Channel>& channels, std::string_view after,
                                      std::vector<MessagePointer>* messages);
  ReaderPointer ReaderOfLevel(const std::string& tenant, int level) const;
  // He is not who he was when he came.
  void Discard(const ReaderPointer& reader);
  // Sessions also end by themselves, which no event tells.
  void ConfirmSessions(absl::Time now);
  boost::asio::awaitable<void> ConfirmSession(ReaderPointer reader);
  void Drop(const Channel& channel, const Reader& reader);
  Counts CountsOf(const Channel& channel) const;
  void Deliver(std::vector<Emission> emissions);
  void Revoke(const Channel& channel, int level);

  // exchange_events.cc
  void Handle(const events::v1::Event& event);
  void HandlePost(const events::v1::Event& event);
  void HandleTopic(const events::v1::Event& event);
  void HandleUser(const events::v1::Event& event);
  Pending& PendingOf(const TopicKey& topic);
  boost::asio::awaitable<void> TellTopic(TopicKey topic);
  boost::asio::awaitable<void> TellPending(TopicKey topic, Pending pending);
  std::vector<Draft> DraftsOf(const TopicKey& topic, const Pending& pending) const;
  boost::asio::awaitable<void> FillDrafts(Telling& telling, std::vector<Draft>& drafts);
  void Emit(std::vector<Draft> drafts);
  MessagePointer MessageOf(const Told& told, const Channel& channel, int64_t number) const;
  // Asks again for all channels of the tenant; empty: of all.
  void CheckAgain(const std::string& tenant);
  boost::asio::awaitable<void> CheckAll(std::string tenant);
  void ResetAll(const std::string& tenant);

  // exchange_presence.cc
  void MarkPresence(const TopicKey& topic, bool announce);
  boost::asio::awaitable<void> Tick();
  void TellPresence(absl::Time now);
  MessagePointer PresenceMessage(const TopicKey& topic) const;

  // The io_context comes first: coroutines that never ended go with it, last.
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  const RealtimeConfig& config_;
  Meters& meters_;
  const Announce announce_;
  const std::string epoch_;
  std::atomic<int64_t> position_{0};
  std::atomic<bool> stopped_{false};

  // Of the thread.
  Inquiry inquiry_;
  Permissions permissions_;
  Replay replay_;
  Presence presence_;
  std::vector<Outlet*> outlets_;
  absl::flat_hash_map<Channel, Counts> interest_;
  std::map<std::pair<std::string, int>, absl::flat_hash_set<ReaderPointer>> readers_;
  absl::flat_hash_map<TopicKey, Pending> pending_;   // topics that are being told
  absl::flat_hash_map<std::string, bool> checking_;  // tenants; true: once more
  struct Due {
    absl::Time at;
    bool announce = false;
  };
  absl::flat_hash_map<TopicKey, Due> presence_due_;
  struct Confirmation {
    absl::Time due;
    std::weak_ptr<const Reader> reader;
  };
  std::deque<Confirmation> confirmations_;
  absl::Time presence_renewed_ = absl::InfinitePast();
  bool connected_ = true;

  std::thread thread_;
};

}  // namespace forium::gateway
