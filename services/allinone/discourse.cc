// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/discourse.h"

#include <algorithm>
#include <boost/json.hpp>
#include <limits>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/forum/markdown/discourse.h"

namespace forium::allinone {
namespace {

namespace json = boost::json;
using forum::v1::ImportedCategory;
using forum::v1::ImportedPost;
using forum::v1::Post;

// Discourse's post_type.
constexpr int kModeratorPost = 2;
constexpr int kSmallAction = 3;
constexpr int kWhisper = 4;
// Discourse's post action type of a like.
constexpr int kLike = 2;

std::string_view Text(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

int64_t Number(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return 0;
  if (value->is_int64()) return value->get_int64();
  if (value->is_double()) return static_cast<int64_t>(value->get_double());
  return 0;
}

int32_t Count(const json::object& object, std::string_view key) {
  return static_cast<int32_t>(
      std::clamp<int64_t>(Number(object, key), 0, std::numeric_limits<int32_t>::max()));
}

bool Flag(const json::object& object, std::string_view key, bool missing = false) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() ? value->get_bool() : missing;
}

void SetTime(std::string_view text, google::protobuf::Timestamp* out) {
  absl::Time time;
  if (text.empty() || !absl::ParseTime(absl::RFC3339_full, std::string(text), &time, nullptr))
    return;
  const int64_t micros = absl::ToUnixMicros(time);
  out->set_seconds(micros / 1000000);
  out->set_nanos(static_cast<int32_t>(micros % 1000000) * 1000);
}

absl::StatusOr<json::object> ParseObject(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) {
    return absl::InvalidArgumentError("A line is not a JSON object.");
  }
  return std::move(value.get_object());
}

int32_t Likes(const json::object& post) {
  const json::value* actions = post.if_contains("actions_summary");
  if (actions == nullptr || !actions->is_array()) return 0;
  for (const json::value& action : actions->get_array()) {
    if (action.is_object() && Number(action.get_object(), "id") == kLike) {
      return Count(action.get_object(), "count");
    }
  }
  return 0;
}

Post::Kind KindOf(const json::object& post) {
  switch (Number(post, "post_type")) {
    case kModeratorPost:
      return Post::MODERATOR;
    case kSmallAction:
      return Post::SMALL_ACTION;
    default:
      return Post::REGULAR;
  }
}

// `closed.enabled` → `closed`, `closed.disabled` → `opened`; others keep their word.
std::string ActionOf(std::string_view code) {
  static constexpr std::pair<std::string_view, std::string_view> kActions[] = {
      {"closed.enabled", "closed"},
      {"closed.disabled", "opened"},
      {"autoclosed.enabled", "closed"},
      {"autoclosed.disabled", "opened"},
      {"pinned.enabled", "pinned"},
      {"pinned.disabled", "unpinned"},
      {"pinned_globally.enabled", "pinned"},
      {"pinned_globally.disabled", "unpinned"},
      {"visible.enabled", "shown"},
      {"visible.disabled", "hidden"},
      {"archived.enabled", "archived"},
      {"archived.disabled", "unarchived"},
      {"split_topic", "split"},
  };
  for (const auto& [theirs, ours] : kActions) {
    if (code == theirs) return std::string(ours);
  }
  return code.empty() ? "note" : std::string(code);
}

void FillPost(const json::object& from, ImportedPost* post) {
  post->set_source_id(Number(from, "id"));
  post->set_number(Count(from, "post_number"));
  post->set_reply_to(Count(from, "reply_to_post_number"));
  post->set_kind(KindOf(from));
  if (post->kind() == Post::SMALL_ACTION) post->set_action(ActionOf(Text(from, "action_code")));
  post->set_raw(markdown::PortDiscourse(Text(from, "raw"), Text(from, "cooked")));
  if (post->raw().empty()) post->set_cooked(std::string(Text(from, "cooked")));
  SetTime(Text(from, "created_at"), post->mutable_created_at());
  // Discourse touches updated_at for many reasons; a higher version tells that the text was edited.
  if (Number(from, "version") > 1) SetTime(Text(from, "updated_at"), post->mutable_edited_at());
  post->set_likes(Likes(from));
  post->set_accepted(Flag(from, "accepted_answer"));
  post->set_hidden(Flag(from, "hidden") || Number(from, "post_type") == kWhisper);
  post->set_deleted(Flag(from, "user_deleted") || !Text(from, "deleted_at").empty());
  post->mutable_author()->set_id(Number(from, "user_id"));
  post->mutable_author()->set_username(std::string(Text(from, "username")));
}

// Tags were strings and are objects in newer versions.
void FillTags(const json::object& from, forum::v1::ImportedTopic* topic) {
  const json::value* tags = from.if_contains("tags");
  if (tags == nullptr || !tags->is_array()) return;
  for (const json::value& tag : tags->get_array()) {
    if (tag.is_string()) topic->add_tags(tag.get_string().c_str());
    if (tag.is_object()) topic->add_tags(std::string(Text(tag.get_object(), "name")));
  }
}

void FillCategory(const json::object& from, std::vector<ImportedCategory>* out) {
  ImportedCategory& category = out->emplace_back();
  category.set_source_id(Number(from, "id"));
  category.set_name(std::string(Text(from, "name")));
  category.set_slug(std::string(Text(from, "slug")));
  const std::string_view plain = Text(from, "description_text");
  category.set_description(std::string(plain.empty() ? Text(from, "description") : plain));
  category.set_color(std::string(Text(from, "color")));
  category.set_position(Count(from, "position"));
  // Who may read is not public; staff is the safe reading of "restricted".
  if (Flag(from, "read_restricted")) category.set_read_role(type::v1::MODERATOR_ROLE);
  if (const json::value* children = from.if_contains("subcategory_list");
      children != nullptr && children->is_array()) {
    for (const json::value& child : children->get_array()) {
      if (child.is_object()) FillCategory(child.get_object(), out);
    }
  }
}

}  // namespace

absl::StatusOr<DiscourseTopic> ParseDiscourseTopic(std::string_view text) {
  absl::StatusOr<json::object> parsed = ParseObject(text);
  if (!parsed.ok()) return parsed.status();
  const json::object& from = *parsed;
  DiscourseTopic result;
  forum::v1::ImportedTopic& topic = result.topic;
  topic.set_source_id(Number(from, "id"));
  topic.set_title(std::string(Text(from, "title")));
  if (topic.source_id() <= 0 || topic.title().empty()) {
    return absl::InvalidArgumentError(
        "A line has no `id` or no `title`: it is not a Discourse topic.");
  }
  const json::value* stream = from.if_contains("post_stream");
  const json::value* posts = stream != nullptr && stream->is_object()
                                 ? stream->get_object().if_contains("posts")
                                 : nullptr;
  if (posts == nullptr || !posts->is_array()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Topic ", topic.source_id(), " has no `post_stream.posts`."));
  }
  topic.set_slug(std::string(Text(from, "slug")));
  topic.set_category_source_id(Number(from, "category_id"));
  FillTags(from, &topic);
  SetTime(Text(from, "created_at"), topic.mutable_created_at());
  const std::string_view bumped = Text(from, "bumped_at");
  SetTime(bumped.empty() ? Text(from, "last_posted_at") : bumped, topic.mutable_bumped_at());
  topic.set_views(Count(from, "views"));
  topic.set_closed(Flag(from, "closed"));
  topic.set_archived(Flag(from, "archived"));
  topic.set_pinned(Flag(from, "pinned") || Flag(from, "pinned_globally"));
  topic.set_hidden(!Flag(from, "visible", true));

  std::set<int64_t> seen;
  for (const json::value& entry : posts->get_array()) {
    if (!entry.is_object()) continue;
    const json::object& post = entry.get_object();
    FillPost(post, topic.add_posts());
    const int64_t author = Number(post, "user_id");
    if (author == 0 || !seen.insert(author).second) continue;
    auth::v1::StagedUser& user = result.authors.emplace_back();
    user.set_source_id(author);
    user.set_username(std::string(Text(post, "username")));
    user.set_display_name(std::string(Text(post, "name")));
    SetTime(Text(post, "created_at"), user.mutable_created_at());
  }
  return result;
}

absl::StatusOr<std::vector<ImportedCategory>> ParseDiscourseCategories(std::string_view text) {
  absl::StatusOr<json::object> parsed = ParseObject(text);
  if (!parsed.ok()) return absl::InvalidArgumentError("The categories file is not JSON.");
  const json::value* list = parsed->if_contains("category_list");
  const json::object& holder = list != nullptr && list->is_object() ? list->get_object() : *parsed;
  const json::value* categories = holder.if_contains("categories");
  if (categories == nullptr || !categories->is_array()) {
    return absl::InvalidArgumentError("The categories file has no `category_list.categories`.");
  }
  std::vector<ImportedCategory> result;
  for (const json::value& entry : categories->get_array()) {
    if (entry.is_object()) FillCategory(entry.get_object(), &result);
  }
  return result;
}

}  // namespace forium::allinone
