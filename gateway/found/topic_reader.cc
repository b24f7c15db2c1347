// SPDX-License-Identifier: Apache-2.0
#include "gateway/found/topic_reader.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "google/protobuf/util/time_util.h"
#include "proto/json/texts_in.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace bj = boost::json;
using forum::v1::Post;
using forum::v1::Topic;

constexpr std::string_view kHtml = "\"html\":\"";
// Of a text as it stands in JSON; structured data tells fewer words of it.
constexpr size_t kEnough = 800;
// What a page of shortened posts becomes when it is read, mostly.
constexpr size_t kRoom = size_t{48} * 1024;

std::string_view TextOf(const bj::object& object, std::string_view name) {
  const bj::value* const value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

// 32 bits are a number in JSON, 64 bits a text.
int64_t NumberOf(const bj::object& object, std::string_view name) {
  const bj::value* const value = object.if_contains(name);
  if (value == nullptr) return 0;
  if (value->is_int64()) return value->get_int64();
  const std::string_view text = TextOf(object, name);
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool IsTrue(const bj::object& object, std::string_view name) {
  const bj::value* const value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

void ReadTime(const bj::object& object, std::string_view name, google::protobuf::Timestamp* time) {
  google::protobuf::util::TimeUtil::FromString(std::string(TextOf(object, name)), time);
}

// What is neither known nor said is as hidden.
forum::v1::State StateOf(const bj::object& object) {
  forum::v1::State state = forum::v1::HIDDEN;
  forum::v1::State_Parse(std::string(TextOf(object, "state")), &state);
  return state;
}

void ReadPost(const bj::object& object, Post* post) {
  post->set_number(static_cast<int32_t>(NumberOf(object, "number")));
  post->set_author_id(NumberOf(object, "authorId"));
  post->set_likes_count(static_cast<int32_t>(NumberOf(object, "likesCount")));
  post->set_accepted(IsTrue(object, "accepted"));
  post->set_state(StateOf(object));
  Post::Kind kind = Post::REGULAR;
  Post::Kind_Parse(std::string(TextOf(object, "kind")), &kind);
  post->set_kind(kind);
  const std::string_view html = TextOf(object, "html");
  post->set_html(html.data(), html.size());
  ReadTime(object, "createdAt", post->mutable_created_at());
}

void ReadAuthor(const bj::object& object, forum::v1::Author* author) {
  author->set_id(NumberOf(object, "id"));
  author->set_username(std::string(TextOf(object, "username")));
  author->set_display_name(std::string(TextOf(object, "displayName")));
}

void ReadCategory(const bj::object& object, forum::v1::Category* category) {
  category->set_id(NumberOf(object, "id"));
  category->set_name(std::string(TextOf(object, "name")));
  category->set_slug(std::string(TextOf(object, "slug")));
  category->set_color(std::string(TextOf(object, "color")));
}

template <typename Read>
void ForEach(const bj::object& object, std::string_view name, Read read) {
  const bj::value* const list = object.if_contains(name);
  if (list == nullptr || !list->is_array()) return;
  for (const bj::value& item : list->get_array()) {
    if (item.is_object()) read(item.get_object());
  }
}

// Of the byte or the escape at `at`.
size_t LengthAt(std::string_view json, size_t at) {
  if (json[at] != '\\') return 1;
  return json[at + 1] == 'u' ? 6 : 2;
}

// The last place at or before `enough` where neither a character nor a tag is cut.
size_t CutOf(std::string_view json, size_t begin, size_t end) {
  if (end - begin < kEnough) return end;
  size_t cut = begin;
  size_t tag = 0;  // where one began that has no end yet
  for (size_t at = begin; at < begin + kEnough; at += LengthAt(json, at)) {
    const bool inside = (static_cast<unsigned char>(json[at]) & 0xC0) == 0x80;
    if (!inside) cut = at;
    if (json[at] == '<') tag = at;
    if (json[at] == '>') tag = 0;
  }
  return tag != 0 ? tag : cut;
}

}  // namespace

std::string WithShortTexts(std::string_view json) {
  std::string out;
  size_t from = 0;
  for (size_t begin = json::FindText(json, kHtml, from); begin != std::string_view::npos;
       begin = json::FindText(json, kHtml, from)) {
    const size_t end = json::EndOfText(json, begin);
    out.append(json, from, CutOf(json, begin, end) - from);
    from = end;
  }
  out.append(json, from);
  return out;
}

absl::StatusOr<Topic> ReadTopic(std::string_view json) {
  const std::string text = WithShortTexts(json);
  unsigned char room[kRoom];
  bj::monotonic_resource memory(room, sizeof(room));
  boost::system::error_code error;
  const bj::value value = bj::parse(bj::string_view(text.data(), text.size()), error, &memory);
  if (error || !value.is_object()) return status::Internal("a topic's JSON does not parse");
  const bj::object& object = value.get_object();
  Topic topic;
  topic.set_id(NumberOf(object, "id"));
  topic.set_title(std::string(TextOf(object, "title")));
  topic.set_slug(std::string(TextOf(object, "slug")));
  topic.set_author_id(NumberOf(object, "authorId"));
  topic.set_posts_count(static_cast<int32_t>(NumberOf(object, "postsCount")));
  topic.set_accepted_post_number(static_cast<int32_t>(NumberOf(object, "acceptedPostNumber")));
  ReadTime(object, "createdAt", topic.mutable_created_at());
  ForEach(object, "posts", [&](const bj::object& post) { ReadPost(post, topic.add_posts()); });
  ForEach(object, "authors", [&](const bj::object& it) { ReadAuthor(it, topic.add_authors()); });
  const bj::value* const category = object.if_contains("category");
  if (category != nullptr && category->is_object()) {
    ReadCategory(category->get_object(), topic.mutable_category());
  }
  return topic;
}

}  // namespace forium::gateway
