// SPDX-License-Identifier: Apache-2.0
#include "gateway/realtime/permissions.h"

#include "absl/time/clock.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

constexpr absl::Duration kKept = absl::Seconds(10);
constexpr size_t kMostKept = 16'384;

}  // namespace

Permissions::Key Permissions::KeyOf(const Channel& channel, const Reader& reader) {
  Key key{channel, reader.level};
  if (channel.kind == Channel::Kind::kPresence) key.channel.kind = Channel::Kind::kTopic;
  return key;
}

asio::awaitable<absl::Status> Permissions::Ask(Channel channel, ReaderPointer reader) {
  switch (channel.kind) {
    case Channel::Kind::kUser:
      co_return absl::OkStatus();
    case Channel::Kind::kTopic:
    case Channel::Kind::kPresence:
      co_return (co_await inquiry_.Topic(reader, channel.id)).status();
    case Channel::Kind::kList:
    case Channel::Kind::kCategory:
      break;
  }
  CO_ASSIGN_OR_RETURN(const auto categories, co_await inquiry_.Categories(reader));
  if (channel.kind == Channel::Kind::kList || categories.contains(channel.id))
    co_return absl::OkStatus();
  co_return status::NotFound("There is no such category.");
}

asio::awaitable<absl::Status> Permissions::Check(Channel channel, ReaderPointer reader) {
  if (channel.kind == Channel::Kind::kUser) co_return absl::OkStatus();
  const Key key = KeyOf(channel, *reader);
  if (const auto found = answers_.find(key);
      found != answers_.end() && found->second->until > absl::Now()) {
    const std::shared_ptr<Answer> answer = found->second;
    if (!answer->there) co_await answer->door.Wait();
    co_return answer->status;
  }
  if (answers_.size() >= kMostKept) answers_.clear();
  const auto answer = std::make_shared<Answer>(executor_);
  answers_[key] = answer;
  absl::Status status = absl::UnavailableError("the question failed");
  try {
    status = co_await Ask(std::move(channel), std::move(reader));
  } catch (const std::exception&) {
  }
  answer->status = status;
  answer->there = true;
  answer->until = absl::Now() + kKept;
  answer->door.Open();
  if (!status.ok() && !IsRefusal(status)) {
    const auto mine = answers_.find(key);
    if (mine != answers_.end() && mine->second == answer) answers_.erase(mine);
  }
  co_return status;
}

bool Permissions::Holds(const Channel& channel, const Reader& reader) const {
  if (channel.kind == Channel::Kind::kUser) return true;
  const auto found = answers_.find(KeyOf(channel, reader));
  return found != answers_.end() && found->second->there && found->second->status.ok();
}

void Permissions::ForgetTopic(const std::string& tenant, int64_t id) {
  for (int level = 0; level < 4; ++level)
    answers_.erase(Key{{tenant, Channel::Kind::kTopic, id}, level});
}

void Permissions::Forget(const std::string& tenant) {
  absl::erase_if(answers_, [&](const auto& entry) { return entry.first.channel.tenant == tenant; });
}

void Permissions::ForgetAll() { answers_.clear(); }

}  // namespace forium::gateway
