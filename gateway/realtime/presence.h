// SPDX-License-Identifier: Apache-2.0
// Who reads and types in which topic: the readers of this process, and what other gateways tell of
// theirs, which is forgotten unless they say it again. Nothing is stored. Used on one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "gateway/realtime/reader.h"

namespace forium::gateway {

inline constexpr absl::Duration kTypingHolds = absl::Seconds(6);
inline constexpr absl::Duration kPresenceHolds = absl::Seconds(15);  // of other gateways
inline constexpr absl::Duration kPresenceRenewal = absl::Seconds(5);

struct TopicKey {
  std::string tenant;
  int64_t id = 0;
  friend bool operator==(const TopicKey&, const TopicKey&) = default;
  template <typename H>
  friend H AbslHashValue(H hash, const TopicKey& key) {
    return H::combine(std::move(hash), key.tenant, key.id);
  }
};

class Presence {
 public:
  // `self`: this gateway's name among the others, random.
  explicit Presence(std::string self) : self_(std::move(self)) {}

  // A connection of the reader listens to the topic's presence, or does no more.
  void Join(const TopicKey& topic, const Reader& reader);
  void Leave(const TopicKey& topic, const Reader& reader);
  // False: nothing changed for others.
  bool Type(const TopicKey& topic, const Reader& reader, absl::Time now);

  // Further members of the event: `,"users":[…],"typing":[…],"count":2,"guests":5`.
  std::string Members(const TopicKey& topic) const;
  // People and guests who are told of a change.
  int64_t Audience(const TopicKey& topic) const;

  // What this gateway tells others of the topics; those of one tenant only.
  std::string Announcement(const std::vector<TopicKey>& topics) const;
  // The topics with readers here, by tenant.
  std::map<std::string, std::vector<TopicKey>> Local() const;
  // What another gateway announced: the topics that changed by it. Malformed: none.
  std::vector<TopicKey> Hear(std::string_view tenant, std::string_view announcement,
                             absl::Time now);
  // Forgets who types no more and gateways that fell silent: the topics that changed by it.
  std::vector<TopicKey> Expire(absl::Time now);

  // People and guests here.
  int64_t size() const { return here_; }

 private:
  struct Person {
    std::string username;
    std::string display_name;
    int connections = 0;
  };
  struct Elsewhere {
    std::map<int64_t, Person> people;
    std::vector<int64_t> typing;
    int64_t guests = 0;
    absl::Time until;
  };
  struct Topic {
    std::map<int64_t, Person> people;
    std::map<int64_t, absl::Time> typing;  // until when
    int64_t guests = 0;
    std::map<std::string, Elsewhere> elsewhere;  // by gateway
    bool local() const { return !people.empty() || guests > 0; }
    bool empty() const { return !local() && elsewhere.empty(); }
  };

  const std::string self_;
  absl::flat_hash_map<TopicKey, Topic> topics_;
  int64_t here_ = 0;
};

}  // namespace forium::gateway
