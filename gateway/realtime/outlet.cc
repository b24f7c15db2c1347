// SPDX-License-Identifier: Apache-2.0
#include "gateway/realtime/outlet.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "gateway/realtime/exchange.h"
#include "gateway/websocket/frame_writer.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

// How much a client may say in a second; more is no person.
constexpr uint16_t kMostSaid = 64;
constexpr std::chrono::milliseconds kLeaveStep{50};

}  // namespace

Outlet::Outlet(asio::any_io_executor executor, const RealtimeConfig& config, Meters& meters,
               Exchange& exchange)
    : executor_(std::move(executor)),
      config_(config),
      meters_(meters),
      exchange_(exchange),
      session_ended_(std::make_shared<const Message>(EventJson("user", {}, "session.ended", {}))) {
  asio::co_spawn(executor_, Sweep(), [](const std::exception_ptr&) {});
}

// ---- From the exchange
// ----------------------------------------------------------------------------

void Outlet::Post(Grant grant) {
  asio::post(executor_, [this, grant = std::move(grant)]() mutable { Take(std::move(grant)); });
}

void Outlet::Post(std::shared_ptr<const std::vector<Emission>> emissions) {
  asio::post(executor_, [this, emissions = std::move(emissions)] { Deliver(*emissions); });
}

void Outlet::PostRevoke(Channel channel, int level) {
  asio::post(executor_, [this, channel = std::move(channel), level] { Revoke(channel, level); });
}

void Outlet::PostSessionsEnded(std::string tenant, int64_t user_id, std::vector<int64_t> sessions) {
  asio::post(
      executor_, [this, tenant = std::move(tenant), user_id, sessions = std::move(sessions)] {
        for (const auto& [id, subscriber] : subscribers_) {
          const Reader& reader = *subscriber->reader;
          if (!reader.signed_in() || reader.user_id != user_id || reader.tenant != tenant) continue;
          if (!sessions.empty() &&
              std::find(sessions.begin(), sessions.end(), reader.session_id) == sessions.end())
            continue;
          subscriber->Send(session_ended_);
          subscriber->Close(CloseCode::kSessionEnded);
        }
      });
}

void Outlet::PostLevel(std::string tenant, int64_t user_id, int level) {
  asio::post(executor_, [this, tenant = std::move(tenant), user_id, level] {
    for (const auto& [id, subscriber] : subscribers_) {
      const Reader& reader = *subscriber->reader;
      if (reader.user_id == user_id && reader.tenant == tenant && reader.level != level)
        subscriber->Close(CloseCode::kChanged);
    }
  });
}

void Outlet::PostLeave(absl::Duration spread) {
  asio::post(executor_, [this, spread] {
    asio::co_spawn(executor_, LeaveAll(spread), [](const std::exception_ptr&) {});
  });
}

asio::awaitable<void> Outlet::LeaveAll(absl::Duration spread) {
  std::vector<uint64_t> ids;
  for (const auto& [id, subscriber] : subscribers_) ids.push_back(id);
  const auto steps = static_cast<size_t>(
      std::max<int64_t>(1, absl::ToInt64Milliseconds(spread) / kLeaveStep.count()));
  const size_t slice = std::max<size_t>(64, (ids.size() + steps - 1) / steps);
  asio::steady_timer pause(executor_);
  for (size_t i = 0; i < ids.size(); ++i) {
    if (i > 0 && i % slice == 0) {
      pause.expires_after(kLeaveStep);
      co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (const auto found = subscribers_.find(ids[i]); found != subscribers_.end())
      found->second->Close(CloseCode::kGoingAway);
  }
}

void Outlet::Deliver(const std::vector<Emission>& emissions) {
  for (const Emission& emission : emissions) {
    const auto room = rooms_.find(emission.channel);
    if (room == rooms_.end()) continue;
    for (Subscriber* subscriber : room->second->subscribers) {
      const MessagePointer& message = emission.messages[subscriber->reader->level];
      if (message != nullptr) subscriber->Send(message);
    }
  }
}

void Outlet::Take(Grant grant) {
  std::vector<Channel> unwanted;
  const auto found = subscribers_.find(grant.subscriber);
  if (found == subscribers_.end()) {
    exchange_.Left(grant.reader, std::move(grant.channels));
    return;
  }
  Subscriber& subscriber = *found->second;
  for (Channel& channel : grant.channels) {
    const auto wish = std::find(subscriber.wished.begin(), subscriber.wished.end(), channel);
    const bool there =
        std::any_of(subscriber.places.begin(), subscriber.places.end(),
                    [&](const auto& place) { return place.room->channel == channel; });
    if (wish == subscriber.wished.end() || there || subscriber.closing()) {
      unwanted.push_back(channel);
    } else {
      Join(subscriber, channel);
    }
  }
  // Refused ones are answered as well.
  for (const Channel& channel : grant.answered) {
    const auto wish = std::find(subscriber.wished.begin(), subscriber.wished.end(), channel);
    if (wish != subscriber.wished.end()) subscriber.wished.erase(wish);
  }
  if (subscriber.wished.empty()) std::vector<Channel>().swap(subscriber.wished);
  if (!unwanted.empty()) exchange_.Left(grant.reader, std::move(unwanted));
  for (MessagePointer& message : grant.messages) subscriber.Send(std::move(message));
}

// ---- Rooms
// ----------------------------------------------------------------------------------------

void Outlet::Join(Subscriber& subscriber, const Channel& channel) {
  std::unique_ptr<Room>& room = rooms_[channel];
  if (room == nullptr) {
    room = std::make_unique<Room>();
    room->channel = channel;
  }
  subscriber.places.push_back({room.get(), static_cast<uint32_t>(room->subscribers.size())});
  room->subscribers.push_back(&subscriber);
  meters_.subscriptions.Increment();
}

void Outlet::LeaveRoom(Subscriber& subscriber, size_t place) {
  const Subscriber::Place left = subscriber.places[place];
  subscriber.places[place] = subscriber.places.back();
  subscriber.places.pop_back();
  meters_.subscriptions.Decrement();
  // The last one takes the free seat.
  Room& room = *left.room;
  Subscriber* last = room.subscribers.back();
  room.subscribers.pop_back();
  if (last != &subscriber) {
    room.subscribers[left.index] = last;
    for (Subscriber::Place& seat : last->places) {
      if (seat.room == &room) seat.index = left.index;
    }
  }
  if (room.subscribers.empty()) rooms_.erase(Channel(room.channel));
}

void Outlet::Revoke(const Channel& channel, int level) {
  const auto found = rooms_.find(channel);
  if (found == rooms_.end()) return;
  const auto revoked = std::make_shared<const Message>(RevokedJson(ChannelName(channel)));
  const std::vector<Subscriber*> there = found->second->subscribers;
  for (Subscriber* subscriber : there) {
    if (subscriber->reader->level != level) continue;
    Unsubscribe(*subscriber, {channel});
    subscriber->Send(revoked);
  }
}

void Outlet::Unsubscribe(Subscriber& subscriber, const std::vector<Channel>& channels) {
  std::vector<Channel> left;
  for (const Channel& channel : channels) {
    std::erase(subscriber.wished, channel);
    for (size_t i = 0; i < subscriber.places.size(); ++i) {
      if (subscriber.places[i].room->channel != channel) continue;
      LeaveRoom(subscriber, i);
      left.push_back(channel);
      break;
    }
  }
  if (!left.empty()) exchange_.Left(subscriber.reader, std::move(left));
}

void Outlet::Enter(Subscriber& subscriber) {
  subscriber.reader = Shared(std::move(subscriber.reader));
  subscriber.id = ++last_id_;
  subscriber.heard = clock_;
  subscriber.pinged = clock_;
  subscribers_.emplace(subscriber.id, &subscriber);
  meters_.connections.Increment();
  if (subscriber.reader->signed_in()) exchange_.Came(subscriber.reader);
}

void Outlet::Exit(Subscriber& subscriber) {
  std::vector<Channel> left;
  while (!subscriber.places.empty()) {
    left.push_back(subscriber.places.back().room->channel);
    LeaveRoom(subscriber, subscriber.places.size() - 1);
  }
  subscribers_.erase(subscriber.id);
  meters_.connections.Decrement();
  if (!left.empty()) exchange_.Left(subscriber.reader, std::move(left));
  if (subscriber.reader->signed_in()) exchange_.Went(subscriber.reader);
}

// All guests of a community are one reader.
ReaderPointer Outlet::Shared(ReaderPointer reader) {
  if (reader->signed_in()) return reader;
  ReaderPointer& guest = guests_[reader->tenant];
  if (guest == nullptr) {
    guest = std::move(reader);
    exchange_.Came(guest);
  }
  return guest;
}

// ---- Heartbeat
// ------------------------------------------------------------------------------------

asio::awaitable<void> Outlet::Sweep() {
  asio::steady_timer tick(executor_);
  auto next = std::chrono::steady_clock::now();
  // A test's short heartbeat counts in shorter seconds.
  const auto second = std::min<std::chrono::nanoseconds>(
      std::chrono::seconds(1), absl::ToChronoNanoseconds(config_.realtime_heartbeat) / 4);
  while (true) {
    next += second;
    tick.expires_at(next);
    const auto [error] = co_await tick.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    // After the machine slept, nobody is late.
    next = std::max(next, std::chrono::steady_clock::now() - second);
    ++clock_;
    SweepOnce();
  }
}

void Outlet::SweepOnce() {
  const auto interval = static_cast<uint32_t>(std::max<int64_t>(
      4, std::min<int64_t>(absl::ToInt64Seconds(config_.realtime_heartbeat), 3600)));
  std::vector<Subscriber*> silent;
  for (const auto& [id, subscriber] : subscribers_) {
    if (subscriber->said > kMostSaid) {
      subscriber->Close(CloseCode::kPolicy);
      continue;
    }
    subscriber->said = 0;
    if (clock_ - subscriber->pinged < interval || subscriber->closing()) continue;
    const bool socket = subscriber->wire != Wire::kEventStream;
    // Whoever has not answered the ping of an interval ago.
    if (socket && subscriber->heard < subscriber->pinged) {
      silent.push_back(subscriber);
      continue;
    }
    subscriber->pinged = clock_;
    subscriber->SendRaw(socket ? EncodeFrame(Opcode::kPing, {}) : std::string(": \n\n"));
  }
  for (Subscriber* subscriber : silent)
    subscriber->Close(CloseCode::kNoAnswer, Subscriber::Pending::kDropped);
}

}  // namespace forium::gateway
