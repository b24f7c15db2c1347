// SPDX-License-Identifier: Apache-2.0
#include "services/forum/import.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/events.h"
#include "services/forum/fields.h"
#include "services/forum/imported_texts.h"
#include "services/forum/slugs.h"
#include "services/forum/store.h"
#include "services/forum/store_rows.h"
#include "services/forum/topic_changes.h"

namespace forium::forum {
namespace {

using Texts = std::vector<ImportedText>;
using Posts = google::protobuf::RepeatedPtrField<v1::ImportedPost>;

// Larger foreign ids are mapped: they would use up the sequence.
constexpr int64_t kMaxKeptId = int64_t{1} << 53;

bool Counts(const v1::ImportedPost& post) {
  return post.kind() != v1::Post::SMALL_ACTION && !post.hidden() && !post.deleted();
}

v1::State StateOf(const v1::ImportedPost& post) {
  if (post.deleted()) return v1::DELETED;
  return post.hidden() ? v1::HIDDEN : v1::VISIBLE;
}

// Gives ids of one kind: the source's where it is free, a new one otherwise.
class Ids {
 public:
  Ids(Store& store, std::string_view kind) : store_(store), kind_(kind) {}

  absl::Status Reserve(const std::vector<int64_t>& source_ids) {
    std::vector<int64_t> wanted;
    for (const int64_t id : source_ids) {
      if (id > 0 && id <= kMaxKeptId) wanted.push_back(id);
    }
    if (wanted.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::vector<int64_t> used, store_.UsedIds(kind_, wanted));
    free_.insert(wanted.begin(), wanted.end());
    for (const int64_t id : used) free_.erase(id);
    if (free_.empty()) return absl::OkStatus();
    return store_.transaction().RaiseId(kind_, *free_.rbegin());
  }
  absl::StatusOr<int64_t> Take(int64_t source_id) {
    if (free_.erase(source_id) > 0) return source_id;
    return store_.transaction().NextId(kind_);
  }

 private:
  Store& store_;
  const std::string_view kind_;
  std::set<int64_t> free_;
};

// What a topic is, seen from its posts.
struct Shape {
  NewTopic topic;
  std::string recent_poster_ids;
  std::map<int64_t, int64_t> posts_by_author;        // visible ones
  std::map<int64_t, int64_t> author_of, replies_to;  // by number
};

Shape ShapeOf(const Posts& posts) {
  Shape shape;
  NewTopic& topic = shape.topic;
  topic.posts_count = 0;
  topic.last_post_number = 0;
  topic.last_visible_number = 0;
  std::vector<const v1::ImportedPost*> ordered;
  for (const v1::ImportedPost& post : posts) ordered.push_back(&post);
  std::sort(ordered.begin(), ordered.end(),
            [](const auto* a, const auto* b) { return a->number() < b->number(); });
  for (const v1::ImportedPost* post : ordered) {
    topic.last_post_number = post->number();
    shape.author_of[post->number()] = post->author().id();
    if (post->number() == ordered.front()->number()) topic.author_id = post->author().id();
    if (!Counts(*post)) continue;
    ++topic.posts_count;
    ++shape.posts_by_author[post->author().id()];
    if (post->reply_to() > 0) ++shape.replies_to[post->reply_to()];
    topic.likes_imported += post->likes();
    topic.last_visible_number = post->number();
    topic.last_poster_id = post->author().id();
    topic.changed_at = std::max({topic.changed_at, Microseconds(post->created_at()),
                                 post->has_edited_at() ? Microseconds(post->edited_at()) : 0});
    topic.last_posted_at = Microseconds(post->created_at());
    if (post->accepted() && topic.accepted_post_number == 0)
      topic.accepted_post_number = post->number();
    shape.recent_poster_ids = WithRecentPoster(shape.recent_poster_ids, post->author().id());
  }
  topic.participants_count = static_cast<int64_t>(shape.posts_by_author.size());
  return shape;
}

class Batch {
 public:
  Batch(Store& store, const Caller& caller, const v1::ImportRequest& request)
      : store_(store),
        caller_(caller),
        request_(request),
        topic_ids_(store, "topic"),
        post_ids_(store, "post") {}

  absl::Status ImportCategories() {
    std::vector<int64_t> source_ids;
    for (const v1::ImportedCategory& category : request_.categories())
      source_ids.push_back(category.source_id());
    for (const v1::ImportedTopic& topic : request_.topics())
      source_ids.push_back(topic.category_source_id());
    ASSIGN_OR_RETURN(categories_, store_.FindImported(request_.source(), "category", source_ids));
    if (request_.categories_size() > 0) RETURN_IF_ERROR(store_.DeleteUntouchedFirstCategory());
    Ids ids(store_, "category");
    RETURN_IF_ERROR(ids.Reserve(source_ids));
    for (const v1::ImportedCategory& category : request_.categories()) {
      RETURN_IF_ERROR(ImportCategory(category, ids));
    }
    // Topics of a category that the source did not describe.
    for (const v1::ImportedTopic& topic : request_.topics()) {
      v1::ImportedCategory category;
      category.set_source_id(topic.category_source_id());
      category.set_name(absl::StrCat("Category ", topic.category_source_id()));
      RETURN_IF_ERROR(ImportCategory(category, ids));
    }
    return absl::OkStatus();
  }

  absl::Status ReserveIds(const std::vector<const v1::ImportedTopic*>& topics) {
    std::vector<int64_t> topic_ids, post_ids;
    std::map<int64_t, v1::Author> authors;
    for (const v1::ImportedTopic* topic : topics) {
      topic_ids.push_back(topic->source_id());
      for (const v1::ImportedPost& post : topic->posts()) {
        post_ids.push_back(post.source_id());
        authors.emplace(post.author().id(), post.author());
      }
    }
    RETURN_IF_ERROR(topic_ids_.Reserve(topic_ids));
    RETURN_IF_ERROR(post_ids_.Reserve(post_ids));
    std::vector<v1::Author> users;
    for (const auto& [id, author] : authors) users.push_back(author);
    return store_.InsertUsers(users);
  }

  // Answers its id here.
  absl::StatusOr<int64_t> ImportTopic(const v1::ImportedTopic& imported, const Texts& texts) {
    Shape shape = ShapeOf(imported.posts());
    const int64_t category_id = categories_[imported.category_source_id()];
    std::string title = CleanLine(imported.title(), kMaxTitleCharacters);
    if (title.empty()) title = absl::StrCat("Topic ", imported.source_id());
    const bool usable_slug =
        !imported.slug().empty() && MakeSlug(imported.slug()) == imported.slug();
    const std::string slug = usable_slug ? imported.slug() : MakeSlug(title);
    const std::vector<std::string> tags = CleanTags(imported);
    const std::string tag_text = JoinTags(tags);

    NewTopic& topic = shape.topic;
    ASSIGN_OR_RETURN(topic.id, topic_ids_.Take(imported.source_id()));
    topic.category_id = category_id;
    topic.title = title;
    topic.slug = slug;
    topic.tags = tag_text;
    if (!texts.empty() && Counts(imported.posts(0))) topic.excerpt = texts[0].excerpt;
    topic.recent_poster_ids = shape.recent_poster_ids;
    topic.created_at = Microseconds(imported.created_at());
    if (topic.last_posted_at == 0) topic.last_posted_at = topic.created_at;
    topic.bumped_at =
        imported.has_bumped_at() ? Microseconds(imported.bumped_at()) : topic.last_posted_at;
    topic.changed_at = std::max(topic.changed_at, topic.created_at);
    topic.views_imported = std::max(imported.views(), 0);
    topic.closed = imported.closed();
    topic.archived = imported.archived();
    topic.pinned_at = imported.pinned() ? caller_.now : 0;
    topic.state = imported.hidden() ? v1::HIDDEN : v1::VISIBLE;
    RETURN_IF_ERROR(store_.InsertTopic(topic));
    RETURN_IF_ERROR(
        store_.KeepImported(request_.source(), "topic", imported.source_id(), topic.id));
    for (int i = 0; i < imported.posts_size(); ++i) {
      RETURN_IF_ERROR(ImportPost(shape, imported.posts(i), texts[i]));
    }
    for (const auto& [user_id, posts] : shape.posts_by_author) {
      RETURN_IF_ERROR(store_.AddMyPosts(user_id, topic.id, posts, topic.last_post_number).status());
    }
    RETURN_IF_ERROR(CountTopic(topic, tags));
    return topic.id;
  }

 private:
  absl::Status ImportCategory(const v1::ImportedCategory& imported, Ids& ids) {
    if (categories_.contains(imported.source_id())) return absl::OkStatus();
    v1::Category category;
    category.set_name(CleanLine(imported.name(), 60));
    category.set_description(CleanLine(imported.description(), 1000));
    category.set_position(std::max(imported.position(), 0));
    category.set_read_role(imported.read_role());
    category.set_create_role(std::max(imported.read_role(), type::v1::MEMBER_ROLE));
    const absl::StatusOr<std::string> color = Color(imported.color());
    if (color.ok()) category.set_color(*color);
    ASSIGN_OR_RETURN(const int64_t id, ids.Take(imported.source_id()));
    category.set_id(id);
    if (category.name().empty()) category.set_name(absl::StrCat("Category ", id));
    ASSIGN_OR_RETURN(*category.mutable_slug(), FreeSlug(imported, category));
    RETURN_IF_ERROR(store_.InsertCategory(category));
    RETURN_IF_ERROR(store_.KeepImported(request_.source(), "category", imported.source_id(), id));
    categories_[imported.source_id()] = id;
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> FreeSlug(const v1::ImportedCategory& imported,
                                       const v1::Category& category) {
    const std::string wanted =
        MakeSlug(imported.slug().empty() ? category.name() : imported.slug(), "category");
    std::string slug = wanted;
    for (int n = 2;; ++n) {
      ASSIGN_OR_RETURN(const bool taken, store_.SlugIsTaken(slug, category.id()));
      if (!taken) return slug;
      slug = absl::StrCat(wanted, "-", n);
    }
  }

  absl::Status ImportPost(Shape& shape, const v1::ImportedPost& imported,
                          const ImportedText& text) {
    NewPost post{.topic_id = shape.topic.id,
                 .number = imported.number(),
                 .author_id = imported.author().id(),
                 .reply_to = std::max(imported.reply_to(), 0),
                 .kind = imported.kind(),
                 .action = imported.action(),
                 .raw = text.raw,
                 .html = text.html,
                 .render_version = text.render_version,
                 .created_at = Microseconds(imported.created_at()),
                 .edited_at = imported.has_edited_at() ? Microseconds(imported.edited_at()) : 0,
                 .likes_imported = std::max(imported.likes(), 0),
                 .accepted = imported.accepted(),
                 .state = StateOf(imported)};
    if (const auto at = shape.author_of.find(post.reply_to); at != shape.author_of.end()) {
      post.reply_to_author_id = at->second;
    }
    if (const auto at = shape.replies_to.find(post.number); at != shape.replies_to.end()) {
      post.replies_count = at->second;
    }
    ASSIGN_OR_RETURN(post.id, post_ids_.Take(imported.source_id()));
    RETURN_IF_ERROR(store_.InsertPost(post));
    if (imported.source_id() <= 0) return absl::OkStatus();
    return store_.KeepImported(request_.source(), "post", imported.source_id(), post.id);
  }

  absl::Status CountTopic(const NewTopic& topic, const std::vector<std::string>& tags) {
    const bool visible = topic.state == v1::VISIBLE;
    if (visible) {
      RETURN_IF_ERROR(
          store_.AddToCategory(topic.category_id, 1, topic.posts_count, topic.bumped_at));
    }
    if (tags.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::vector<int64_t> tag_ids, store_.FindOrCreateTags(tags));
    RETURN_IF_ERROR(store_.AddTopicTags(topic.id, tag_ids, topic.bumped_at));
    if (!visible) return absl::OkStatus();
    ASSIGN_OR_RETURN(const v1::Category category,
                     store_.FindCategory(caller_.reader, topic.category_id));
    return store_.CountTags(tag_ids, category.read_role(), 1);
  }

  Store& store_;
  const Caller& caller_;
  const v1::ImportRequest& request_;
  Ids topic_ids_, post_ids_;
  std::map<int64_t, int64_t> categories_;  // source id → id
};

absl::Status CheckRequest(const v1::ImportRequest& request) {
  RETURN_IF_ERROR(Line("source", request.source(), 40).status());
  for (const v1::ImportedTopic& topic : request.topics()) {
    std::set<int32_t> numbers;
    for (const v1::ImportedPost& post : topic.posts()) {
      if (post.number() < 1 || !numbers.insert(post.number()).second) {
        return status::InvalidField(
            "posts",
            absl::StrCat("Topic ", topic.source_id(), " has a post without a number of its own."));
      }
    }
  }
  return absl::OkStatus();
}

// Those that are not here yet, each once.
std::vector<const v1::ImportedTopic*> Missing(const v1::ImportRequest& request,
                                              const std::map<int64_t, int64_t>& present) {
  std::vector<const v1::ImportedTopic*> missing;
  std::set<int64_t> seen;
  for (const v1::ImportedTopic& topic : request.topics()) {
    if (!present.contains(topic.source_id()) && seen.insert(topic.source_id()).second)
      missing.push_back(&topic);
  }
  return missing;
}

}  // namespace

absl::StatusOr<v1::ImportResponse> Import(const Caller& caller, const v1::ImportRequest& request) {
  RETURN_IF_ERROR(CheckRequest(request));
  std::vector<int64_t> source_ids;
  for (const v1::ImportedTopic& topic : request.topics()) source_ids.push_back(topic.source_id());
  std::map<int64_t, int64_t> present;
  RETURN_IF_ERROR(caller.database.Read([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(present, store.FindImported(request.source(), "topic", source_ids));
    return absl::OkStatus();
  }));
  const std::vector<const v1::ImportedTopic*> topics = Missing(request, present);
  const std::vector<Texts> texts = CookImported(caller.config, topics);

  v1::ImportResponse response;
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    response.Clear();
    events::v1::EverythingChanged what;
    what.set_imported(true);
    Batch batch(store, caller, request);
    RETURN_IF_ERROR(batch.ImportCategories());
    // Another import may have come between.
    ASSIGN_OR_RETURN(present, store.FindImported(request.source(), "topic", source_ids));
    RETURN_IF_ERROR(batch.ReserveIds(topics));
    for (size_t i = 0; i < topics.size(); ++i) {
      if (present.contains(topics[i]->source_id())) continue;
      ASSIGN_OR_RETURN(const int64_t id, batch.ImportTopic(*topics[i], texts[i]));
      what.add_topic_ids(id);
      response.set_topics_created(response.topics_created() + 1);
      response.set_posts_created(response.posts_created() + topics[i]->posts_size());
    }
    response.set_topics_present(request.topics_size() - response.topics_created());
    const bool changed = response.topics_created() > 0 || request.categories_size() > 0;
    return changed ? AnnounceEverything(tx, caller.now, std::move(what)) : absl::OkStatus();
  }));
  return response;
}

}  // namespace forium::forum
