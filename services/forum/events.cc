// SPDX-License-Identifier: Apache-2.0
#include "services/forum/events.h"

#include <string>
#include <utility>
#include <vector>

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

absl::Status AnnounceEverything(database::Transaction& tx, int64_t now,
                                events::v1::EverythingChanged what) {
  Event event;
  *event.mutable_everything_changed() = std::move(what);
  return events::Append(tx, "everything", now, std::move(event));
}

events::v1::EverythingChanged OnlyTopics(const std::vector<int64_t>& topic_ids) {
  events::v1::EverythingChanged what;
  if (topic_ids.size() > kMaxAnnouncedTopics) return what;
  what.mutable_topic_ids()->Add(topic_ids.begin(), topic_ids.end());
  return what;
}

namespace {

// Takes over what is newer than what is known; an erased account stays erased whatever comes later.
absl::Status TakeOver(Store& store, const Event& event) {
  if (event.has_user_erased()) return store.EraseUser(event.user_erased().user_id());
  const events::v1::UserChanged& changed = event.user_changed();
  v1::Author author;
  author.set_id(changed.user_id());
  author.set_username(changed.username());
  author.set_display_name(changed.display_name());
  author.set_role(changed.role());
  return store.UpsertUser(author, event.version());
}

// Passes on what auth said.
absl::Status AnnounceUser(database::Transaction& tx, const Event& heard) {
  Event event;
  *event.mutable_user_changed() = heard.user_changed();
  return events::Append(tx, heard.aggregate(), heard.version(), std::move(event));
}

// How an account is shown; empty: not by a name.
absl::StatusOr<std::string> Shown(Store& store, int64_t user_id) {
  std::vector<v1::Author> authors;
  RETURN_IF_ERROR(store.ListAuthors({user_id}, &authors));
  return authors.empty() ? std::string() : authors[0].SerializeAsString();
}

}  // namespace

absl::Status ApplyEvent(database::Database& database, std::string_view stream, const Event& event) {
  if (!event.has_user_changed() && !event.has_user_erased()) return absl::OkStatus();
  const int64_t user_id =
      event.has_user_erased() ? event.user_erased().user_id() : event.user_changed().user_id();
  return database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const std::string before, Shown(store, user_id));
    RETURN_IF_ERROR(TakeOver(store, event));
    ASSIGN_OR_RETURN(const std::string after, Shown(store, user_id));
    // Events come in any order and more than once: the account's version decides what counts, and
    // the cursor only tells how far the stream was heard.
    RETURN_IF_ERROR(events::MoveCursor(tx, stream, event.sequence()));
    if (before == after) return absl::OkStatus();
    // A new account is on no page yet; who keeps a list of them hears of it.
    if (before.empty()) return AnnounceUser(tx, event);
    events::v1::EverythingChanged what;
    what.set_user_id(user_id);
    return AnnounceEverything(tx, absl::ToUnixMicros(absl::Now()), std::move(what));
  });
}

}  // namespace forium::forum
