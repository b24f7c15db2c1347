// SPDX-License-Identifier: Apache-2.0
#include "gateway/realtime/telling.h"

#include <algorithm>

#include "gateway/http/ascii.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

constexpr int kReadersTried = 4;

std::string IdMember(std::string_view name, int64_t id) {
  return Concat({",\"", name, "\":\"", std::to_string(id), "\""});
}

std::string PostMembers(const Change& change) {
  return Concat({IdMember("topicId", change.topic_id), IdMember("postId", change.post_id),
                 ",\"number\":", std::to_string(change.number)});
}

Told Event(std::string_view event, std::string members) {
  return {.kind = Told::Kind::kEvent, .event = event, .members = std::move(members)};
}

const Told kNothing{};
const Told kReset{.kind = Told::Kind::kReset, .event = {}, .members = {}};

}  // namespace

template <typename T, typename Question>
asio::awaitable<absl::StatusOr<T>> Telling::Ask(int level, Question question) {
  absl::StatusOr<T> answer = absl::UnavailableError("nobody of the level is here");
  for (int i = 0; i < kReadersTried; ++i) {
    const ReaderPointer reader = readers_.of_level(level);
    if (reader == nullptr) break;
    answer = co_await question(reader);
    if (!absl::IsAborted(answer.status())) break;
    readers_.changed(reader);
  }
  co_return answer;
}

asio::awaitable<const Telling::Topic*> Telling::TopicFor(int64_t id, int level) {
  const std::pair key(id, level);
  if (const auto known = topics_.find(key); known != topics_.end()) co_return &known->second;
  const auto question = [this, id](ReaderPointer reader) { return inquiry_.Topic(reader, id); };
  Topic topic = co_await Ask<ShownTopic>(level, question);
  co_return &topics_.insert_or_assign(key, std::move(topic)).first->second;
}

asio::awaitable<const Telling::Post*> Telling::PostFor(int64_t id, int level) {
  const std::pair key(id, level);
  if (const auto known = posts_.find(key); known != posts_.end()) co_return &known->second;
  const auto question = [this, id](ReaderPointer reader) { return inquiry_.Post(reader, id); };
  Post post = co_await Ask<ShownPost>(level, question);
  co_return &posts_.insert_or_assign(key, std::move(post)).first->second;
}

asio::awaitable<const Telling::Categories*> Telling::CategoriesFor(int level) {
  if (const auto known = categories_.find(level); known != categories_.end())
    co_return &known->second;
  const auto question = [this](ReaderPointer reader) { return inquiry_.Categories(reader); };
  Categories categories = co_await Ask<std::set<int64_t>>(level, question);
  co_return &categories_.insert_or_assign(level, std::move(categories)).first->second;
}

asio::awaitable<bool> Telling::Lost(int64_t topic_id, int level) {
  const Topic* topic = co_await TopicFor(topic_id, level);
  co_return IsRefusal(topic->status());
}

asio::awaitable<Told> Telling::Tell(const Change& change, int level) {
  switch (change.kind) {
    case Change::Kind::kPostCreated:
    case Change::Kind::kPostChanged:
    case Change::Kind::kPostReactions:
      co_return co_await TellPost(change, level);
    case Change::Kind::kTopicCreated:
    case Change::Kind::kTopicBumped:
    case Change::Kind::kTopicChanged:
      co_return co_await TellTopic(change, level);
    case Change::Kind::kReset:
      break;
  }
  co_return kReset;
}

asio::awaitable<Told> Telling::TellPost(const Change& change, int level) {
  const Post* post = co_await PostFor(change.post_id, level);
  // Whoever lost the topic is told that; the event is not for him.
  if (IsRefusal(post->status())) {
    refused_.insert(level);
    const bool reactions = change.kind == Change::Kind::kPostReactions;
    if (reactions || co_await Lost(change.topic_id, level)) co_return kNothing;
    co_return Event("post.removed", PostMembers(change));
  }
  if (!post->ok()) co_return kReset;
  const ShownPost& shown = **post;
  if (change.kind == Change::Kind::kPostReactions) {
    if (!shown.readable) co_return kNothing;
    co_return Event("post.reactions", Concat({PostMembers(change), R"(,"reactions":{"likesCount":)",
                                              std::to_string(shown.likes_count), "}"}));
  }
  if (!shown.readable) co_return Event("post.removed", PostMembers(change));
  const bool created = change.kind == Change::Kind::kPostCreated;
  co_return Event(created ? "post.created" : "post.changed",
                  Concat({PostMembers(change), ",\"post\":", shown.post}));
}

asio::awaitable<Told> Telling::TellTopic(const Change& change, int level) {
  const Topic* topic = co_await TopicFor(change.topic_id, level);
  if (!topic->ok() && !IsRefusal(topic->status())) co_return kReset;
  const bool found = topic->ok();
  bool shown = found && (**topic).listed;
  switch (change.channel.kind) {
    case Channel::Kind::kTopic:
      shown = found;
      break;
    case Channel::Kind::kCategory:
      shown = shown && (**topic).category_id == change.channel.id;
      break;
    default:
      break;
  }
  if (shown) {
    const std::string_view event = change.kind == Change::Kind::kTopicCreated  ? "topic.created"
                                   : change.kind == Change::Kind::kTopicBumped ? "topic.bumped"
                                                                               : "topic.changed";
    co_return Event(event, Concat({IdMember("topicId", change.topic_id), ",\"topic\":",
                                   (**topic).topic, ",\"authors\":", (**topic).authors}));
  }
  if (change.kind != Change::Kind::kTopicChanged) co_return kNothing;
  if (change.channel.kind == Channel::Kind::kList) {
    // Only who may have seen it learns that it is gone.
    const Categories* categories = co_await CategoriesFor(level);
    if (!categories->ok()) co_return kNothing;
    const bool seen = std::any_of(change.categories.begin(), change.categories.end(),
                                  [&](int64_t id) { return (*categories)->contains(id); });
    if (!seen) co_return kNothing;
  }
  co_return Event("topic.removed", IdMember("topicId", change.topic_id));
}

}  // namespace forium::gateway
