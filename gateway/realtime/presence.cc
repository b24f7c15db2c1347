// SPDX-License-Identifier: Apache-2.0
#include "gateway/realtime/presence.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <set>

#include "gateway/http/ascii.h"
#include "gateway/realtime/channel.h"
#include "gateway/realtime/message.h"

namespace forium::gateway {
namespace {

namespace json = boost::json;

constexpr size_t kMostShown = 20;
constexpr size_t kMostAnnounced = 50;  // people of a topic that others hear of
constexpr size_t kMostTopics = 20'000;
constexpr size_t kLongestAnnouncement = 256 << 10;

std::string PersonJson(int64_t id, std::string_view username, std::string_view display_name) {
  return Concat({R"({"id":")", std::to_string(id), R"(","username":)", JsonString(username),
                 R"(,"displayName":)", JsonString(display_name), "}"});
}

std::string Joined(const std::vector<std::string>& items) {
  std::string joined;
  for (const std::string& item : items) {
    if (!joined.empty()) joined += ',';
    joined += item;
  }
  return joined;
}

std::string Text(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(json::string_view(key.data(), key.size()));
  const json::string* text = value != nullptr ? value->if_string() : nullptr;
  return text != nullptr ? std::string(text->data(), text->size()) : std::string();
}

int64_t Number(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(json::string_view(key.data(), key.size()));
  const int64_t* number = value != nullptr ? value->if_int64() : nullptr;
  return number != nullptr ? std::max<int64_t>(*number, 0) : 0;
}

const json::array& List(const json::object& object, std::string_view key) {
  static const json::array kNone;
  const json::value* value = object.if_contains(json::string_view(key.data(), key.size()));
  const json::array* list = value != nullptr ? value->if_array() : nullptr;
  return list != nullptr ? *list : kNone;
}

}  // namespace

void Presence::Join(const TopicKey& key, const Reader& reader) {
  Topic& topic = topics_[key];
  ++here_;
  if (!reader.signed_in()) {
    ++topic.guests;
    return;
  }
  Person& person = topic.people[reader.user_id];
  person.username = reader.username;
  person.display_name = reader.display_name;
  ++person.connections;
}

void Presence::Leave(const TopicKey& key, const Reader& reader) {
  const auto found = topics_.find(key);
  if (found == topics_.end()) return;
  Topic& topic = found->second;
  if (!reader.signed_in()) {
    if (topic.guests == 0) return;
    --topic.guests;
  } else {
    const auto person = topic.people.find(reader.user_id);
    if (person == topic.people.end()) return;
    if (--person->second.connections == 0) {
      topic.people.erase(person);
      topic.typing.erase(reader.user_id);
    }
  }
  --here_;
  if (topic.empty()) topics_.erase(found);
}

bool Presence::Type(const TopicKey& key, const Reader& reader, absl::Time now) {
  const auto found = topics_.find(key);
  if (found == topics_.end() || !found->second.people.contains(reader.user_id)) return false;
  const auto [place, added] = found->second.typing.try_emplace(reader.user_id, now);
  place->second = now + kTypingHolds;
  return added;
}

std::string Presence::Members(const TopicKey& key) const {
  static const Topic kNobody;
  const auto found = topics_.find(key);
  const Topic& topic = found != topics_.end() ? found->second : kNobody;
  std::map<int64_t, const Person*> people;
  std::set<int64_t> typing;
  int64_t guests = topic.guests;
  for (const auto& [id, person] : topic.people) people.emplace(id, &person);
  for (const auto& [id, until] : topic.typing) typing.insert(id);
  for (const auto& [gateway, there] : topic.elsewhere) {
    for (const auto& [id, person] : there.people) people.emplace(id, &person);
    typing.insert(there.typing.begin(), there.typing.end());
    guests += there.guests;
  }
  std::vector<std::string> shown, writing;
  for (const auto& [id, person] : people) {
    if (shown.size() == kMostShown) break;
    shown.push_back(PersonJson(id, person->username, person->display_name));
  }
  for (const int64_t id : typing) {
    if (writing.size() == kMostShown) break;
    writing.push_back(Concat({"\"", std::to_string(id), "\""}));
  }
  return Concat({R"(,"users":[)", Joined(shown), R"(],"typing":[)", Joined(writing),
                 R"(],"count":)", std::to_string(people.size()), R"(,"guests":)",
                 std::to_string(guests)});
}

int64_t Presence::Audience(const TopicKey& key) const {
  const auto found = topics_.find(key);
  if (found == topics_.end()) return 0;
  return static_cast<int64_t>(found->second.people.size()) + found->second.guests;
}

std::string Presence::Announcement(const std::vector<TopicKey>& keys) const {
  std::vector<std::string> topics;
  for (const TopicKey& key : keys) {
    std::vector<std::string> people, typing;
    int64_t guests = 0;
    if (const auto found = topics_.find(key); found != topics_.end()) {
      guests = found->second.guests;
      for (const auto& [id, person] : found->second.people) {
        if (people.size() == kMostAnnounced) break;
        people.push_back(PersonJson(id, person.username, person.display_name));
      }
      for (const auto& [id, until] : found->second.typing) {
        if (typing.size() == kMostAnnounced) break;
        typing.push_back(Concat({"\"", std::to_string(id), "\""}));
      }
    }
    topics.push_back(
        Concat({R"({"id":")", std::to_string(key.id), R"(","users":[)", Joined(people),
                R"(],"typing":[)", Joined(typing), R"(],"guests":)", std::to_string(guests), "}"}));
  }
  return Concat({R"({"gateway":)", JsonString(self_), R"(,"topics":[)", Joined(topics), "]}"});
}

std::map<std::string, std::vector<TopicKey>> Presence::Local() const {
  std::map<std::string, std::vector<TopicKey>> local;
  for (const auto& [key, topic] : topics_) {
    if (topic.local()) local[key.tenant].push_back(key);
  }
  return local;
}

std::vector<TopicKey> Presence::Hear(std::string_view tenant, std::string_view announcement,
                                     absl::Time now) {
  std::vector<TopicKey> changed;
  if (announcement.size() > kLongestAnnouncement) return changed;
  boost::system::error_code error;
  const json::value value =
      json::parse(json::string_view(announcement.data(), announcement.size()), error);
  if (error || !value.is_object()) return changed;
  const std::string gateway = Text(value.get_object(), "gateway");
  if (gateway.empty() || gateway == self_) return changed;
  for (const json::value& item : List(value.get_object(), "topics")) {
    if (!item.is_object()) continue;
    const json::object& told = item.get_object();
    const std::optional<int64_t> id = ParseId(Text(told, "id"));
    if (!id.has_value()) continue;
    Elsewhere there{.people = {},
                    .typing = {},
                    .guests = Number(told, "guests"),
                    .until = now + kPresenceHolds};
    for (const json::value& person : List(told, "users")) {
      if (!person.is_object()) continue;
      const auto user = ParseId(Text(person.get_object(), "id"));
      if (!user.has_value()) continue;
      there.people[*user] = {Text(person.get_object(), "username"),
                             Text(person.get_object(), "displayName"), 1};
    }
    for (const json::value& user : List(told, "typing")) {
      const json::string* text = user.if_string();
      const auto typist =
          text != nullptr ? ParseId(std::string_view(text->data(), text->size())) : std::nullopt;
      if (typist.has_value()) there.typing.push_back(*typist);
    }
    const TopicKey key{std::string(tenant), *id};
    if (!topics_.contains(key) && topics_.size() >= kMostTopics) continue;
    const std::string before = Members(key);
    Topic& topic = topics_[key];
    if (there.people.empty() && there.guests == 0) {
      topic.elsewhere.erase(gateway);
      if (topic.empty()) topics_.erase(key);
    } else {
      topic.elsewhere[gateway] = std::move(there);
    }
    if (Members(key) != before) changed.push_back(key);
  }
  return changed;
}

std::vector<TopicKey> Presence::Expire(absl::Time now) {
  std::vector<TopicKey> changed;
  for (auto place = topics_.begin(); place != topics_.end();) {
    const auto here = place++;
    Topic& topic = here->second;
    const size_t ended =
        std::erase_if(topic.typing, [now](const auto& entry) { return entry.second <= now; }) +
        std::erase_if(topic.elsewhere,
                      [now](const auto& entry) { return entry.second.until <= now; });
    if (ended > 0) changed.push_back(here->first);
    if (topic.empty()) topics_.erase(here);
  }
  return changed;
}

}  // namespace forium::gateway
