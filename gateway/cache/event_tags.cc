// SPDX-License-Identifier: Apache-2.0
#include "gateway/cache/event_tags.h"

namespace forium::gateway {
namespace {

// A new post that all may see, or a like more or less: who reads the page as it was a moment ago
// reads nothing that somebody wanted gone. Everything else may take something away from readers and
// drops pages at once: an edit (of what should not have been said), a post hidden, deleted or
// approved, a topic changed in whatever way (moved, closed, hidden, renamed), names, categories
// with their permissions, the site, an erased account.
bool OnlyAdds(const events::v1::PostChanged& post) {
  switch (post.kind()) {
    case events::v1::PostChanged::CREATED:
    case events::v1::PostChanged::REACTIONS:
      return post.visible();
    default:
      return false;
  }
}

}  // namespace

TouchedTags TagsOf(const events::v1::Event& event) {
  TouchedTags touched;
  std::vector<std::string>& tags = touched.tags;
  const auto add = [&tags](const char* kind, int64_t id) {
    if (id != 0) tags.push_back(kind + std::to_string(id));
  };
  switch (event.body_case()) {
    case events::v1::Event::kUserChanged:
      add("user:", event.user_changed().user_id());
      add("name:", event.user_changed().user_id());
      break;
    case events::v1::Event::kUserErased:
      add("user:", event.user_erased().user_id());
      add("name:", event.user_erased().user_id());
      break;
    case events::v1::Event::kTopicChanged: {
      const auto& topic = event.topic_changed();
      add("topic:", topic.topic_id());
      add("category:", topic.category_id());
      add("category:", topic.old_category_id());
      for (const std::string& tag : topic.tags()) tags.push_back("tag:" + tag);
      tags.push_back("tags");
      tags.push_back("list");
      break;
    }
    case events::v1::Event::kPostChanged: {
      const auto& post = event.post_changed();
      touched.added_only = OnlyAdds(post);
      add("topic:", post.topic_id());
      add("user:", post.author_id());
      if (post.kind() == events::v1::PostChanged::REACTIONS) break;
      add("category:", post.category_id());
      tags.push_back("list");
      break;
    }
    // The frame of every page shows the community's name and its categories.
    case events::v1::Event::kSiteChanged:
    case events::v1::Event::kCategoryChanged:
    case events::v1::Event::kEverythingChanged:
      touched.everything = true;
      break;
    case events::v1::Event::kSessionsEnded:
    case events::v1::Event::BODY_NOT_SET:
      break;
  }
  return touched;
}

}  // namespace forium::gateway
