// SPDX-License-Identifier: Apache-2.0
#include "gateway/realtime/exchange.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <random>

#include "absl/time/clock.h"
#include "services/base/observe/log.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

constexpr int kMostAttempts = 5;
// Who missed more than this reads the state again.
constexpr size_t kMostResumed = 200;
constexpr size_t kMostMadeAnew = 20;
constexpr absl::Duration kConfirmAfter = absl::Minutes(30);
constexpr int kConfirmedAtOnce = 16;
constexpr size_t kMostConfirmations = 50'000;

std::string RandomName(int length) {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::random_device device;
  std::string name;
  for (int i = 0; i < length; ++i) name += kDigits[device() % kDigits.size()];
  return name;
}

std::string ReasonFor(const absl::Status& status) {
  const auto reason = status::ReasonOf(status);
  if (IsRefusal(status) && reason != type::v1::REASON_UNSPECIFIED)
    return type::v1::Reason_Name(reason);
  return IsRefusal(status) ? "PERMISSION_DENIED" : "UNAVAILABLE";
}

}  // namespace

template <typename Work>
void Exchange::Do(Work work) {
  asio::post(io_, std::move(work));
}

void Exchange::Spawn(asio::awaitable<void> work) {
  const auto ended = [](const std::exception_ptr& thrown) {
    if (thrown == nullptr) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      observe::Log(observe::Level::kError, "live updates failed", {{"cause", error.what()}});
    }
  };
  asio::co_spawn(io_, std::move(work), ended);
}

Exchange::Exchange(const RealtimeConfig& config, Meters& meters, Services services,
                   Identities& identities, Announce announce)
    : work_(io_.get_executor()),
      config_(config),
      meters_(meters),
      announce_(std::move(announce)),
      epoch_(RandomName(5)),
      inquiry_(services, identities, io_.get_executor()),
      permissions_(inquiry_, io_.get_executor()),
      replay_(config, epoch_),
      presence_(RandomName(12)) {
  Spawn(Tick());
  thread_ = std::thread([this] { io_.run(); });
}

Exchange::~Exchange() { Stop(); }

void Exchange::Stop() {
  if (stopped_.exchange(true)) return;
  io_.stop();
  thread_.join();
}

std::string Exchange::Position() const {
  return epoch_ + "-" + std::to_string(position_.load(std::memory_order_relaxed));
}

void Exchange::Add(Outlet& outlet) {
  Do([this, &outlet] { outlets_.push_back(&outlet); });
}

void Exchange::Came(ReaderPointer reader) {
  Do([this, reader = std::move(reader)] {
    readers_[{reader->tenant, reader->level}].insert(reader);
    if (!reader->signed_in()) return;
    confirmations_.push_back({absl::Now() + kConfirmAfter, reader});
    if (confirmations_.size() > kMostConfirmations) confirmations_.pop_front();
  });
}

void Exchange::Went(ReaderPointer reader) {
  Do([this, reader = std::move(reader)] {
    const auto found = readers_.find({reader->tenant, reader->level});
    if (found == readers_.end()) return;
    found->second.erase(reader);
    if (found->second.empty()) readers_.erase(found);
  });
}

void Exchange::Discard(const ReaderPointer& reader) {
  if (!reader->signed_in()) return;
  const auto found = readers_.find({reader->tenant, reader->level});
  if (found != readers_.end()) found->second.erase(reader);
  for (Outlet* outlet : outlets_)
    outlet->PostSessionsEnded(reader->tenant, reader->user_id, {reader->session_id});
}

void Exchange::ConfirmSessions(absl::Time now) {
  for (int i = 0; i < kConfirmedAtOnce && !confirmations_.empty(); ++i) {
    if (confirmations_.front().due > now) return;
    ReaderPointer reader = confirmations_.front().reader.lock();
    confirmations_.pop_front();
    if (reader != nullptr) Spawn(ConfirmSession(std::move(reader)));
  }
}

asio::awaitable<void> Exchange::ConfirmSession(ReaderPointer reader) {
  if (absl::IsAborted(co_await inquiry_.Confirm(reader))) {
    Discard(reader);
  } else {
    confirmations_.push_back({absl::Now() + kConfirmAfter, reader});
  }
}

ReaderPointer Exchange::ReaderOfLevel(const std::string& tenant, int level) const {
  const auto found = readers_.find({tenant, level});
  return found != readers_.end() && !found->second.empty() ? *found->second.begin() : nullptr;
}

Exchange::Counts Exchange::CountsOf(const Channel& channel) const {
  const auto found = interest_.find(channel);
  return found != interest_.end() ? found->second : Counts{};
}

// ---- Subscriptions
// --------------------------------------------------------------------------------

void Exchange::Subscribe(Outlet& outlet, uint64_t subscriber, ReaderPointer reader,
                         std::vector<Channel> channels, std::string after) {
  Do([this, &outlet, subscriber, reader = std::move(reader), channels = std::move(channels),
      after = std::move(after)]() mutable {
    Spawn(Grant(outlet, subscriber, std::move(reader), std::move(channels), std::move(after)));
  });
}

asio::awaitable<void> Exchange::Grant(Outlet& outlet, uint64_t subscriber, ReaderPointer reader,
                                      std::vector<Channel> channels, std::string after) {
  Outlet::Grant grant{.subscriber = subscriber,
                      .reader = reader,
                      .answered = channels,
                      .channels = {},
                      .messages = {}};
  std::vector<MessagePointer> missed;
  std::vector<absl::Status> answers(channels.size());
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    missed.clear();
    grant.channels.clear();
    for (size_t i = 0; i < channels.size(); ++i) {
      answers[i] = co_await permissions_.Check(channels[i], reader);
      if (answers[i].ok()) grant.channels.push_back(channels[i]);
    }
    if (!after.empty()) co_await Resume(reader, grant.channels, after, &missed);
    // What happened while others were asked may have taken something back.
    const bool holds =
        std::all_of(grant.channels.begin(), grant.channels.end(),
                    [&](const Channel& channel) { return permissions_.Holds(channel, *reader); });
    if (holds) break;
    if (attempt + 1 == kMostAttempts) {
      grant.channels.clear();
      missed.clear();
      answers.assign(channels.size(), absl::UnavailableError("it changes all the time"));
    }
  }
  // Nothing waits from here on: what is emitted next finds him in the room.
  std::vector<std::string> names;
  for (const Channel& channel : grant.channels) {
    ++interest_[channel][reader->level];
    names.push_back(ChannelName(channel));
    if (channel.kind != Channel::Kind::kPresence) continue;
    const TopicKey topic{channel.tenant, channel.id};
    presence_.Join(topic, *reader);
    MarkPresence(topic, true);
  }
  for (size_t i = 0; i < channels.size(); ++i) {
    if (answers[i].ok()) continue;
    grant.messages.push_back(std::make_shared<const Message>(
        RefusedJson(ChannelName(channels[i]), ReasonFor(answers[i]))));
  }
  if (!names.empty())
    grant.messages.push_back(std::make_shared<const Message>(SubscribedJson(names)));
  for (MessagePointer& message : missed) grant.messages.push_back(std::move(message));
  for (const Channel& channel : grant.channels) {
    if (channel.kind == Channel::Kind::kPresence)
      grant.messages.push_back(PresenceMessage({channel.tenant, channel.id}));
  }
  outlet.Post(std::move(grant));
}

asio::awaitable<void> Exchange::Resume(const ReaderPointer& reader,
                                       const std::vector<Channel>& channels, std::string_view after,
                                       std::vector<MessagePointer>* messages) {
  std::vector<std::string> names;
  for (const Channel& channel : channels) {
    // The others have no past.
    if (channel.kind != Channel::Kind::kPresence && channel.kind != Channel::Kind::kUser)
      names.push_back(ChannelName(channel));
  }
  if (names.empty()) co_return;
  const auto wanted = [&channels](const Channel& channel) {
    return std::find(channels.begin(), channels.end(), channel) != channels.end();
  };
  Telling telling(inquiry_, {.of_level = [&reader](int) { return reader; },
                             .changed = [](const ReaderPointer&) {}});
  const int level = reader->level;
  size_t made = 0;
  while (true) {
    const std::optional<int64_t> number = replay_.Resumable(after);
    std::vector<std::shared_ptr<KeptEvent>> events;
    if (number.has_value()) events = replay_.After(*number, wanted);
    if (!number.has_value() || events.size() > kMostResumed || made > kMostMadeAnew) {
      meters_.resets.Increment();
      messages->assign(1, std::make_shared<const Message>(ResetJson(names)));
      co_return;
    }
    const auto unknown = std::find_if(events.begin(), events.end(),
                                      [level](const auto& event) { return !event->known[level]; });
    if (unknown == events.end()) {
      messages->clear();
      for (const auto& event : events) {
        if (event->messages[level] != nullptr) messages->push_back(event->messages[level]);
      }
      meters_.resumes.Increment();
      co_return;
    }
    // Nobody of his level was here when it happened.
    const std::shared_ptr<KeptEvent> event = *unknown;
    const Told told = co_await telling.Tell(event->change, level);
    ++made;
    if (event->known[level]) continue;
    event->known[level] = true;
    event->messages[level] = MessageOf(told, event->change.channel, event->number);
  }
}

void Exchange::Left(ReaderPointer reader, std::vector<Channel> channels) {
  Do([this, reader = std::move(reader), channels = std::move(channels)] {
    for (const Channel& channel : channels) Drop(channel, *reader);
  });
}

void Exchange::Drop(const Channel& channel, const Reader& reader) {
  const auto found = interest_.find(channel);
  if (found == interest_.end()) return;
  Counts& counts = found->second;
  --counts[reader.level];
  if (std::all_of(counts.begin(), counts.end(), [](int count) { return count <= 0; }))
    interest_.erase(found);
  if (channel.kind != Channel::Kind::kPresence) return;
  const TopicKey topic{channel.tenant, channel.id};
  presence_.Leave(topic, reader);
  MarkPresence(topic, true);
}

void Exchange::Deliver(std::vector<Emission> emissions) {
  if (emissions.empty() || outlets_.empty()) return;
  const auto shared = std::make_shared<const std::vector<Emission>>(std::move(emissions));
  for (Outlet* outlet : outlets_) outlet->Post(shared);
}

void Exchange::Revoke(const Channel& channel, int level) {
  for (Outlet* outlet : outlets_) outlet->PostRevoke(channel, level);
}

}  // namespace forium::gateway
