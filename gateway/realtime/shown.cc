// SPDX-License-Identifier: Apache-2.0
#include "gateway/realtime/shown.h"

#include <boost/json.hpp>

#include "gateway/realtime/channel.h"
#include "proto/forium/forum/v1/posts.json.h"

namespace forium::gateway {
namespace {

namespace json = boost::json;

constexpr int kModerator = 2;

// Of GetTopic, what depends on who asks, or is not in lists.
constexpr std::string_view kNotShared[] = {
    "lastReadNumber", "isNew",         "unreadCount",       "allowed", "posts",
    "authors",        "nextPageToken", "previousPageToken", "category"};
constexpr std::string_view kPersonal[] = {"raw", "liked", "canEdit", "canDelete"};

void Erase(json::object& object, std::string_view key) {
  object.erase(json::string_view(key.data(), key.size()));
}

std::optional<json::object> ParseObject(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

std::optional<int64_t> IdIn(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(json::string_view(key.data(), key.size()));
  const json::string* text = value != nullptr ? value->if_string() : nullptr;
  if (text == nullptr) return std::nullopt;
  return ParseId(std::string_view(text->data(), text->size()));
}

}  // namespace

std::optional<ShownTopic> ShowTopic(std::string_view text, int level) {
  std::optional<json::object> topic = ParseObject(text);
  if (!topic.has_value()) return std::nullopt;
  const std::optional<int64_t> category_id = IdIn(*topic, "categoryId");
  const json::value* state = topic->if_contains("state");
  if (!category_id.has_value() || state == nullptr || !state->is_string()) return std::nullopt;
  ShownTopic shown;
  shown.category_id = *category_id;
  const bool visible = state->get_string() == "VISIBLE";
  shown.readable = visible || level >= kModerator;
  shown.listed = visible || (level >= kModerator && state->get_string() == "HIDDEN");
  if (!shown.readable) return shown;
  const json::value* authors = topic->if_contains("authors");
  shown.authors = authors != nullptr ? json::serialize(*authors) : "[]";
  for (const std::string_view key : kNotShared) Erase(*topic, key);
  shown.topic = json::serialize(*topic);
  return shown;
}

ShownPost ShowPost(const forum::v1::Post& post, int level) {
  ShownPost shown;
  // Its author reads what he deleted; others of his level do not.
  shown.readable = post.state() == forum::v1::VISIBLE || level >= kModerator;
  if (!shown.readable) return shown;
  shown.likes_count = post.likes_count();
  std::string text;
  AppendJson(post, &text);
  std::optional<json::object> object = ParseObject(text);
  if (!object.has_value()) return {};
  for (const std::string_view key : kPersonal) Erase(*object, key);
  shown.post = json::serialize(*object);
  return shown;
}

std::optional<std::set<int64_t>> CategoryIds(std::string_view text) {
  const std::optional<json::object> answer = ParseObject(text);
  if (!answer.has_value()) return std::nullopt;
  std::set<int64_t> ids;
  const json::value* categories = answer->if_contains("categories");
  if (categories == nullptr || !categories->is_array()) return ids;
  for (const json::value& category : categories->get_array()) {
    if (!category.is_object()) continue;
    if (const auto id = IdIn(category.get_object(), "id")) ids.insert(*id);
  }
  return ids;
}

}  // namespace forium::gateway
