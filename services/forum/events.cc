// SPDX-License-Identifier: Apache-2.0
#include "services/forum/events.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/base/events/events.h"
#include "services/base/status/macros.h"
#include "services/forum/text.h"

namespace forium::forum {

using events::v1::Event;

absl::Status AnnouncePost(database::Transaction& tx, const TopicFacts& topic,
                          const PostAnnouncement& post) {
  Event event;
  events::v1::PostChanged& changed = *event.mutable_post_changed();
  changed.set_post_id(post.post_id);
  changed.set_topic_id(topic.id);
  changed.set_category_id(topic.category_id);
  changed.set_author_id(post.author_id);
  changed.set_number(static_cast<int32_t>(post.number));
  changed.set_visible(post.visible && topic.visible());
  changed.set_kind(post.kind);
  return events::Append(tx, absl::StrCat("post:", post.post_id), post.version, std::move(event));
}

absl::Status AnnounceTopic(database::Transaction& tx, const TopicFacts& topic,
                           int64_t old_category_id) {
  Event event;
  events::v1::TopicChanged& changed = *event.mutable_topic_changed();
  changed.set_topic_id(topic.id);
  changed.set_category_id(topic.category_id);
  changed.set_old_category_id(old_category_id);
  Split(topic.tags, ',', [&](std::string_view tag) { changed.add_tags(std::string(tag)); });
  changed.set_visible(topic.visible());
  return events::Append(tx, absl::StrCat("topic:", topic.id), topic.version, std::move(event));
}

absl::Status AnnounceCategory(database::Transaction& tx, const v1::Category& category,
                              int64_t version, bool deleted) {
  Event event;
  events::v1::CategoryChanged& changed = *event.mutable_category_changed();
  changed.set_category_id(category.id());
  changed.set_slug(category.slug());
  changed.set_read_level(category.read_role());
  changed.set_deleted(deleted);
  return events::Append(tx, absl::StrCat("category:", category.id()), version, std::move(event));
}

absl::Status AnnounceEverything(database::Transaction& tx, int64_t now) {
  Event event;
  event.mutable_everything_changed();
  return events::Append(tx, "everything", now, std::move(event));
}

namespace {

// True when something changed that others see in pages and lists: not when an account is new.
absl::StatusOr<bool> TakeOver(Store& store, const Event& event) {
  const events::v1::UserChanged& changed = event.user_changed();
  const int64_t user_id =
      event.has_user_erased() ? event.user_erased().user_id() : changed.user_id();
  std::vector<v1::Author> known;
  RETURN_IF_ERROR(store.ListAuthors({user_id}, &known));
  if (event.has_user_erased()) {
    RETURN_IF_ERROR(store.EraseUser(user_id));
    return !known.empty();
  }
  v1::Author author;
  author.set_id(user_id);
  author.set_username(changed.username());
  author.set_display_name(changed.display_name());
  author.set_role(changed.role());
  RETURN_IF_ERROR(store.UpsertUser(author, event.version()));
  return !known.empty() && known[0].SerializeAsString() != author.SerializeAsString();
}

}  // namespace

absl::Status ApplyEvent(database::Database& database, std::string_view stream, const Event& event) {
  if (!event.has_user_changed() && !event.has_user_erased()) return absl::OkStatus();
  return database.Write([&](database::Transaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const int64_t cursor, events::Cursor(tx, stream));
    if (event.sequence() <= cursor) return absl::OkStatus();
    Store store(tx);
    ASSIGN_OR_RETURN(const bool shown, TakeOver(store, event));
    RETURN_IF_ERROR(events::MoveCursor(tx, stream, event.sequence()));
    return shown ? AnnounceEverything(tx, absl::ToUnixMicros(absl::Now())) : absl::OkStatus();
  });
}

}  // namespace forium::forum
