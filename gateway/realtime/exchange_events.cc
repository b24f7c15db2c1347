// SPDX-License-Identifier: Apache-2.0
// Events of the bus to messages.
#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "absl/time/clock.h"
#include "gateway/realtime/exchange.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

// What one change announces comes together.
constexpr std::chrono::milliseconds kGather{10};
// Of a burst of more posts readers read the state again.
constexpr size_t kMostPosts = 24;

const std::string& TenantOf(const events::v1::Event& event) {
  static const std::string kDefault = "default";
  return event.tenant().empty() ? kDefault : event.tenant();
}

// The first telling of a post says the most.
Change::Kind Stronger(Change::Kind a, Change::Kind b) { return std::min(a, b); }

}  // namespace

void Exchange::OnEvent(const events::v1::Event& event) {
  asio::post(io_, [this, event] { Handle(event); });
}

void Exchange::OnBus(bool connected) {
  asio::post(io_, [this, connected] {
    const bool back = connected && !connected_;
    connected_ = connected;
    if (!back) return;
    // Nobody knows what was missed.
    replay_.Forget();
    position_ = replay_.next() - 1;
    permissions_.ForgetAll();
    ResetAll({});
    CheckAgain({});
  });
}

void Exchange::Handle(const events::v1::Event& event) {
  using Event = events::v1::Event;
  const std::string& tenant = TenantOf(event);
  switch (event.body_case()) {
    case Event::kPostChanged:
      HandlePost(event);
      break;
    case Event::kTopicChanged:
      HandleTopic(event);
      break;
    case Event::kEverythingChanged:
      ResetAll(tenant);
      [[fallthrough]];
    case Event::kCategoryChanged:
    case Event::kSiteChanged:
      permissions_.Forget(tenant);
      CheckAgain(tenant);
      break;
    case Event::kUserChanged:
    case Event::kUserErased:
    case Event::kSessionsEnded:
      HandleUser(event);
      break;
    case Event::BODY_NOT_SET:
      break;
  }
}

void Exchange::HandleUser(const events::v1::Event& event) {
  const std::string& tenant = TenantOf(event);
  if (event.has_user_changed()) {
    const auto& user = event.user_changed();
    Emission emission{{tenant, Channel::Kind::kUser, user.user_id()}, {}};
    emission.messages.fill(
        std::make_shared<const Message>(EventJson("user", {}, "user.changed", {})));
    Deliver({std::move(emission)});
    const int level = std::clamp(static_cast<int>(user.role()), 0, kLevels - 1);
    for (Outlet* outlet : outlets_) outlet->PostLevel(tenant, user.user_id(), level);
    return;
  }
  const bool erased = event.has_user_erased();
  const int64_t user_id = erased ? event.user_erased().user_id() : event.sessions_ended().user_id();
  const auto& ids = event.sessions_ended().session_ids();
  for (Outlet* outlet : outlets_)
    outlet->PostSessionsEnded(tenant, user_id, {ids.begin(), ids.end()});
}

Exchange::Pending& Exchange::PendingOf(const TopicKey& topic) {
  const auto [place, added] = pending_.try_emplace(topic);
  if (added) Spawn(TellTopic(topic));
  return place->second;
}

void Exchange::HandlePost(const events::v1::Event& event) {
  using Kind = events::v1::PostChanged;
  const auto& post = event.post_changed();
  const TopicKey topic{TenantOf(event), post.topic_id()};
  Pending& pending = PendingOf(topic);
  Change change{.channel = {topic.tenant, Channel::Kind::kTopic, topic.id},
                .kind = Change::Kind::kPostChanged,
                .topic_id = topic.id,
                .post_id = post.post_id(),
                .number = post.number()};
  if (post.kind() == Kind::CREATED) change.kind = Change::Kind::kPostCreated;
  if (post.kind() == Kind::REACTIONS) change.kind = Change::Kind::kPostReactions;
  const auto [known, added] = pending.posts.try_emplace(post.post_id(), change);
  if (added) pending.order.push_back(post.post_id());
  known->second.kind = Stronger(known->second.kind, change.kind);
  pending.categories.insert(post.category_id());
  if (post.kind() == Kind::STATE) pending.listed = true;
  if (post.kind() != Kind::CREATED) return;
  (post.number() == 1 ? pending.created : pending.bumped) = true;
}

void Exchange::HandleTopic(const events::v1::Event& event) {
  const auto& changed = event.topic_changed();
  const TopicKey topic{TenantOf(event), changed.topic_id()};
  permissions_.ForgetTopic(topic.tenant, topic.id);
  Pending& pending = PendingOf(topic);
  pending.changed = true;
  pending.categories.insert(changed.category_id());
  if (changed.old_category_id() != 0) pending.categories.insert(changed.old_category_id());
}

asio::awaitable<void> Exchange::TellTopic(TopicKey topic) {
  asio::steady_timer pause(io_);
  pause.expires_after(kGather);
  while (true) {
    co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    Pending pending = std::exchange(pending_[topic], {});
    if (pending.empty()) break;
    co_await TellPending(topic, std::move(pending));
    pause.expires_after(absl::ToChronoNanoseconds(config_.coalesce));
  }
  pending_.erase(topic);
}

std::vector<Exchange::Draft> Exchange::DraftsOf(const TopicKey& topic,
                                                const Pending& pending) const {
  std::vector<Draft> drafts;
  const Channel channel{topic.tenant, Channel::Kind::kTopic, topic.id};
  if (pending.order.size() > kMostPosts) {
    drafts.push_back({.change = {.channel = channel, .kind = Change::Kind::kReset}, .told = {}});
  } else {
    for (const int64_t id : pending.order)
      drafts.push_back({.change = pending.posts.at(id), .told = {}});
  }
  if (!pending.created && !pending.bumped && !pending.listed && !pending.changed) return drafts;
  Change change{.channel = channel, .kind = Change::Kind::kTopicChanged, .topic_id = topic.id};
  change.categories.assign(pending.categories.begin(), pending.categories.end());
  if (pending.bumped && !pending.changed) change.kind = Change::Kind::kTopicBumped;
  if (pending.created) change.kind = Change::Kind::kTopicCreated;
  if (!pending.created) drafts.push_back({.change = change, .told = {}});
  change.channel = {topic.tenant, Channel::Kind::kList, 0};
  drafts.push_back({.change = change, .told = {}});
  for (const int64_t category : pending.categories) {
    change.channel = {topic.tenant, Channel::Kind::kCategory, category};
    drafts.push_back({.change = change, .told = {}});
  }
  return drafts;
}

asio::awaitable<void> Exchange::FillDrafts(Telling& telling, std::vector<Draft>& drafts) {
  // Whoever came while others were asked for is asked for as well.
  bool found = true;
  while (found) {
    found = false;
    for (Draft& draft : drafts) {
      for (int level = 0; level < kLevels; ++level) {
        if (draft.known[level] || CountsOf(draft.change.channel)[level] == 0) continue;
        draft.told[level] = co_await telling.Tell(draft.change, level);
        draft.known[level] = true;
        found = true;
      }
    }
  }
}

asio::awaitable<void> Exchange::TellPending(TopicKey topic, Pending pending) {
  const auto of_level = [this, tenant = topic.tenant](int level) {
    return ReaderOfLevel(tenant, level);
  };
  const auto changed = [this](const ReaderPointer& reader) { Discard(reader); };
  Telling telling(inquiry_, {.of_level = of_level, .changed = changed});
  std::vector<Draft> drafts = DraftsOf(topic, pending);
  co_await FillDrafts(telling, drafts);
  Emit(std::move(drafts));
  const Channel channel{topic.tenant, Channel::Kind::kTopic, topic.id};
  const Channel presence{topic.tenant, Channel::Kind::kPresence, topic.id};
  for (int level = 0; level < kLevels; ++level) {
    if (!pending.changed && !telling.refused().contains(level)) continue;
    if (CountsOf(channel)[level] == 0 && CountsOf(presence)[level] == 0) continue;
    if (!co_await telling.Lost(topic.id, level)) continue;
    permissions_.ForgetTopic(topic.tenant, topic.id);
    Revoke(channel, level);
    Revoke(presence, level);
  }
}

MessagePointer Exchange::MessageOf(const Told& told, const Channel& channel, int64_t number) const {
  const std::string name = ChannelName(channel);
  std::string position = replay_.PositionOf(number);
  switch (told.kind) {
    case Told::Kind::kNothing:
      return nullptr;
    case Told::Kind::kReset:
      return std::make_shared<const Message>(ResetJson({name}), std::move(position));
    case Told::Kind::kEvent:
      break;
  }
  const std::string json = EventJson(name, position, told.event, told.members);
  return std::make_shared<const Message>(json, std::move(position));
}

void Exchange::Emit(std::vector<Draft> drafts) {
  std::vector<Emission> emissions;
  for (Draft& draft : drafts) {
    auto event = std::make_shared<KeptEvent>();
    for (int level = 0; level < kLevels; ++level) {
      event->known[level] = draft.known[level];
      if (!draft.known[level]) continue;
      if (draft.told[level].kind == Told::Kind::kReset) meters_.resets.Increment();
      for (int other = 0; other < level && event->messages[level] == nullptr; ++other) {
        if (draft.known[other] && draft.told[other] == draft.told[level])
          event->messages[level] = event->messages[other];
      }
      if (event->messages[level] == nullptr)
        event->messages[level] = MessageOf(draft.told[level], draft.change.channel, replay_.next());
    }
    event->change = std::move(draft.change);
    emissions.push_back({event->change.channel, event->messages});
    replay_.Add(std::move(event), absl::Now());
  }
  position_ = replay_.next() - 1;
  std::erase_if(emissions, [](const Emission& emission) {
    return std::all_of(emission.messages.begin(), emission.messages.end(),
                       [](const MessagePointer& message) { return message == nullptr; });
  });
  Deliver(std::move(emissions));
}

// ---- Bulk changes
// ---------------------------------------------------------------------------------

void Exchange::ResetAll(const std::string& tenant) {
  std::vector<Emission> emissions;
  for (const auto& [channel, counts] : interest_) {
    if (!tenant.empty() && channel.tenant != tenant) continue;
    if (channel.kind == Channel::Kind::kPresence || channel.kind == Channel::Kind::kUser) continue;
    Emission emission{channel, {}};
    emission.messages.fill(std::make_shared<const Message>(ResetJson({ChannelName(channel)})));
    emissions.push_back(std::move(emission));
    meters_.resets.Increment();
  }
  Deliver(std::move(emissions));
}

void Exchange::CheckAgain(const std::string& tenant) {
  const auto [checking, added] = checking_.try_emplace(tenant, false);
  if (added) {
    Spawn(CheckAll(tenant));
  } else {
    checking->second = true;
  }
}

asio::awaitable<void> Exchange::CheckAll(std::string tenant) {
  do {
    checking_[tenant] = false;
    std::vector<std::pair<Channel, Counts>> all;
    for (const auto& [channel, counts] : interest_) {
      if (tenant.empty() || channel.tenant == tenant) all.emplace_back(channel, counts);
    }
    for (const auto& [channel, counts] : all) {
      for (int level = 0; level < kLevels; ++level) {
        const ReaderPointer reader =
            counts[level] > 0 ? ReaderOfLevel(channel.tenant, level) : nullptr;
        if (reader == nullptr) continue;
        const absl::Status status = co_await permissions_.Check(channel, reader);
        if (IsRefusal(status)) Revoke(channel, level);
        if (absl::IsAborted(status)) Discard(reader);
      }
    }
  } while (checking_[tenant]);
  checking_.erase(tenant);
}

}  // namespace forium::gateway
