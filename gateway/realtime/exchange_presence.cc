// SPDX-License-Identifier: Apache-2.0
// Who is where: told to readers in bursts, and to the other gateways.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "absl/time/clock.h"
#include "gateway/realtime/exchange.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kTick{100};
constexpr size_t kTopicsAtOnce = 100;  // of one announcement

// The more hear it, the less often it is said.
absl::Duration PauseFor(int64_t audience) {
  if (audience < 100) return absl::Milliseconds(100);
  if (audience < 2000) return absl::Seconds(1);
  return absl::Seconds(5);
}

}  // namespace

void Exchange::MarkPresence(const TopicKey& topic, bool announce) {
  const auto [due, added] = presence_due_.try_emplace(topic);
  if (added) due->second.at = absl::Now() + PauseFor(presence_.Audience(topic));
  due->second.announce |= announce;
}

void Exchange::Typing(ReaderPointer reader, int64_t topic_id) {
  asio::post(io_, [this, reader = std::move(reader), topic_id] {
    const TopicKey topic{reader->tenant, topic_id};
    if (presence_.Type(topic, *reader, absl::Now())) MarkPresence(topic, true);
  });
}

void Exchange::Hear(std::string tenant, std::string bytes) {
  asio::post(io_, [this, tenant = std::move(tenant), bytes = std::move(bytes)] {
    for (const TopicKey& topic : presence_.Hear(tenant, bytes, absl::Now()))
      MarkPresence(topic, false);
  });
}

MessagePointer Exchange::PresenceMessage(const TopicKey& topic) const {
  const Channel channel{topic.tenant, Channel::Kind::kPresence, topic.id};
  return std::make_shared<const Message>(
      EventJson(ChannelName(channel), {}, "presence", presence_.Members(topic)));
}

asio::awaitable<void> Exchange::Tick() {
  asio::steady_timer tick(io_);
  while (true) {
    tick.expires_after(kTick);
    const auto [error] = co_await tick.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    const absl::Time now = absl::Now();
    TellPresence(now);
    ConfirmSessions(now);
  }
}

void Exchange::TellPresence(absl::Time now) {
  for (const TopicKey& topic : presence_.Expire(now)) MarkPresence(topic, false);
  std::vector<Emission> emissions;
  std::map<std::string, std::vector<TopicKey>> announced;
  for (auto due = presence_due_.begin(); due != presence_due_.end();) {
    const auto here = due++;
    if (here->second.at > now) continue;
    const TopicKey& topic = here->first;
    Channel channel{topic.tenant, Channel::Kind::kPresence, topic.id};
    if (interest_.contains(channel)) {
      Emission emission{std::move(channel), {}};
      emission.messages.fill(PresenceMessage(topic));
      emissions.push_back(std::move(emission));
    }
    if (here->second.announce) announced[topic.tenant].push_back(topic);
    presence_due_.erase(here);
  }
  Deliver(std::move(emissions));
  if (now - presence_renewed_ >= kPresenceRenewal) {
    presence_renewed_ = now;
    announced = [&] {
      auto all = presence_.Local();
      for (auto& [tenant, topics] : announced) {
        std::vector<TopicKey>& local = all[tenant];
        local.insert(local.end(), topics.begin(), topics.end());
      }
      return all;
    }();
    meters_.present.Set(static_cast<double>(presence_.size()));
  }
  for (const auto& [tenant, topics] : announced) {
    for (size_t i = 0; i < topics.size(); i += kTopicsAtOnce) {
      const auto begin = topics.begin() + static_cast<std::ptrdiff_t>(i);
      const auto end =
          topics.begin() + static_cast<std::ptrdiff_t>(std::min(i + kTopicsAtOnce, topics.size()));
      announce_(tenant, presence_.Announcement(std::vector<TopicKey>(begin, end)));
    }
  }
}

}  // namespace forium::gateway
