// SPDX-License-Identifier: Apache-2.0
// What a change says to the readers of a level: rows of the forum, asked for once a level however
// many channels and events need them. One batch of changes; coroutines of the exchange's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "gateway/realtime/inquiry.h"
#include "gateway/realtime/replay.h"

namespace forium::gateway {

// One event as a level hears it.
struct Told {
  enum class Kind : uint8_t { kNothing, kEvent, kReset };
  Kind kind = Kind::kNothing;
  std::string_view event;  // `post.created`
  std::string members;     // `,"topicId":"17",…`
  friend bool operator==(const Told&, const Told&) = default;
};

class Telling {
 public:
  struct Readers {
    std::function<ReaderPointer(int level)> of_level;   // nullptr: nobody is here
    std::function<void(const ReaderPointer&)> changed;  // he is of another level now
  };
  Telling(Inquiry& inquiry, Readers readers) : inquiry_(inquiry), readers_(std::move(readers)) {}

  boost::asio::awaitable<Told> Tell(const Change& change, int level);
  // Levels that may not read a post that was told of.
  const std::set<int>& refused() const { return refused_; }
  // Whether the level may not read the topic any more; false when that could not be asked.
  boost::asio::awaitable<bool> Lost(int64_t topic_id, int level);

 private:
  using Topic = absl::StatusOr<ShownTopic>;
  using Post = absl::StatusOr<ShownPost>;
  using Categories = absl::StatusOr<std::set<int64_t>>;
  // Asks in somebody's name, and in the next one's when he is not who he was.
  template <typename T, typename Question>
  boost::asio::awaitable<absl::StatusOr<T>> Ask(int level, Question question);
  boost::asio::awaitable<const Topic*> TopicFor(int64_t id, int level);
  boost::asio::awaitable<const Post*> PostFor(int64_t id, int level);
  boost::asio::awaitable<const Categories*> CategoriesFor(int level);
  boost::asio::awaitable<Told> TellPost(const Change& change, int level);
  boost::asio::awaitable<Told> TellTopic(const Change& change, int level);

  Inquiry& inquiry_;
  const Readers readers_;
  std::set<int> refused_;
  std::map<std::pair<int64_t, int>, Topic> topics_;
  std::map<std::pair<int64_t, int>, Post> posts_;
  std::map<int, Categories> categories_;
};

}  // namespace forium::gateway
