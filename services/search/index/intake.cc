// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/intake.h"

#include <algorithm>
#include <future>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/search/index/damage.h"
#include "services/search/segment/texts.h"

namespace forium::search {
namespace {

// Fewer changes are not worth a thread.
constexpr size_t kMany = 100;

bool SameRow(const PostRow& a, const PostRow& b) {
  return a.topic_id == b.topic_id && a.number == b.number && a.author_id == b.author_id &&
         a.created_at == b.created_at && a.likes_count == b.likes_count &&
         a.accepted == b.accepted && a.has_code == b.has_code && a.length == b.length &&
         a.sealed == b.sealed;
}

}  // namespace

absl::Status Intake::Take(IndexStore& store, const Documents& documents) {
  RETURN_IF_ERROR(TakePeople(store, documents));
  RETURN_IF_ERROR(ReadTopics(store, documents));
  ASSIGN_OR_RETURN(std::vector<Change> changes, Plan(store, documents));
  RETURN_IF_ERROR(PutTopics(store, documents));
  // The words in a row: FTS5 keeps them in memory as long as ids grow and no statement in between
  // asks it for a point to come back to.
  const auto divide = [&] {
    absl::Status status;
    for (Change& change : changes) status.Update(DivideWords(change));
    return status;
  };
  // Of many, meanwhile on a second processor.
  std::future<absl::Status> divided =
      std::async(changes.size() >= kMany ? std::launch::async : std::launch::deferred, divide);
  absl::Status put;
  for (const Change& change : changes) put.Update(ChangeWords(store, change));
  for (const Change& change : changes) put.Update(ChangeText(store, change));
  put.Update(divided.get());
  RETURN_IF_ERROR(put);
  for (const Change& change : changes) RETURN_IF_ERROR(ChangeRow(store, change));
  return absl::OkStatus();
}

absl::Status Intake::TakePeople(IndexStore& store, const Documents& documents) {
  ASSIGN_OR_RETURN(public_, store.PublicCategories());
  for (const auto& category : documents.categories) {
    RETURN_IF_ERROR(category.deleted() ? store.DropCategory(category.id())
                                       : store.PutCategory(category));
  }
  if (!documents.categories.empty()) {
    const absl::flat_hash_set<int64_t> before = public_;
    ASSIGN_OR_RETURN(public_, store.PublicCategories());
    if (public_ != before) {
      RETURN_IF_ERROR(store.RecountAuthors());
      authors_.clear();  // what was gathered is among the rows that were counted
    }
  }
  for (const auto& user : documents.users) {
    if (user.erased()) {
      forum::v1::UserDocument nobody;
      nobody.set_id(user.id());
      RETURN_IF_ERROR(store.PutUser(nobody, ""));
      continue;
    }
    std::string names = user.username();
    if (!user.display_name().empty()) absl::StrAppend(&names, " ", user.display_name());
    RETURN_IF_ERROR(store.PutUser(user, folding_.Fold(names)));
  }
  return absl::OkStatus();
}

absl::Status Intake::ReadTopics(IndexStore& store, const Documents& documents) {
  std::vector<int64_t> ids;
  for (const auto& topic : documents.topics) ids.push_back(topic.id());
  for (const auto& post : documents.posts) ids.push_back(post.topic_id());
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  ASSIGN_OR_RETURN(before_, store.ReadTopics(ids));
  after_ = before_;
  for (const auto& topic : documents.topics) {
    after_[topic.id()] = RowOf(topic, before_[topic.id()], otherwise_);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Intake::Change>> Intake::Plan(IndexStore& store,
                                                         const Documents& documents) {
  std::map<int64_t, const forum::v1::PostDocument*> touched;
  for (const auto& topic : documents.topics) {
    const TopicRow& before = before_[topic.id()];
    if (before.id == 0 || SameWords(before, after_[topic.id()])) continue;
    ASSIGN_OR_RETURN(const std::vector<int64_t> posts, store.PostsOf(topic.id()));
    for (const int64_t post : posts) touched.emplace(post, nullptr);
  }
  for (const auto& post : documents.posts) touched[post.id()] = &post;
  std::vector<Change> changes;
  changes.reserve(touched.size());
  for (const auto& [id, document] : touched) {
    Change& change = changes.emplace_back();
    change.id = id;
    change.document = document;
  }
  RETURN_IF_ERROR(ReadBefore(store, changes));
  for (Change& change : changes) DecideAfter(change);
  return changes;
}

absl::Status Intake::ReadBefore(IndexStore& store, std::vector<Change>& changes) {
  std::vector<int64_t> left;  // topics that posts were moved out of
  for (Change& change : changes) {
    change.fresh = sealing_ != nullptr && change.id > greatest_;
    if (change.fresh) {
      greatest_ = change.id;
      continue;
    }
    ASSIGN_OR_RETURN(change.before, store.ReadPost(change.id));
    if (change.before.has_value() && !before_.contains(change.before->topic_id)) {
      left.push_back(change.before->topic_id);
    }
  }
  if (left.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Topics topics, store.ReadTopics(left));
  before_.insert(topics.begin(), topics.end());
  return absl::OkStatus();
}

void Intake::DecideAfter(Change& change) {
  if (change.document == nullptr) {
    change.after = change.before;
  } else if (change.document->visible()) {
    const auto topic = after_.find(change.document->topic_id());
    if (topic == after_.end() || topic->second.id == 0) {
      ++skipped_;
    } else {
      change.after = RowOf(*change.document);
    }
  }
  if (!change.after.has_value()) return;
  change.after->sealed = change.fresh;
  if (!change.before.has_value()) return;
  const PostRow& before = *change.before;
  PostRow& after = *change.after;
  change.same_words = before.text == after.text && WordsOf(before_[before.topic_id], before) ==
                                                       WordsOf(after_[after.topic_id], after);
  if (!change.same_words) return;
  after.length = before.length;
  after.sealed = before.sealed;
}

absl::Status Intake::ChangeWords(IndexStore& store, const Change& change) {
  if (change.same_words || change.fresh) return absl::OkStatus();
  if (change.before.has_value() && change.before->sealed) {
    touched_.AddPost(change.id);
    RETURN_IF_ERROR(store.Unseal(change.id));
    ++unsealed_;
  } else if (change.before.has_value()) {
    const TopicRow& topic = before_.at(change.before->topic_id);
    RETURN_IF_ERROR(store.TakeWords(change.id, WordsOf(topic, *change.before)));
  }
  if (!change.after.has_value()) return absl::OkStatus();
  return store.PutWords(change.id, WordsOf(after_.at(change.after->topic_id), *change.after));
}

absl::Status Intake::ChangeText(IndexStore& store, const Change& change) {
  if (!change.after.has_value()) return absl::OkStatus();
  if (change.after->sealed) return absl::OkStatus();  // the segment has it
  const std::string& text = change.after->text;
  const bool stands =
      change.before.has_value() && !change.before->sealed && change.before->text == text;
  return stands ? absl::OkStatus() : store.PutText(change.id, Checksum(text), PackedText(text));
}

absl::Status Intake::DivideWords(Change& change) {
  if (change.same_words) return absl::OkStatus();
  if (change.before.has_value()) {
    CountWords(before_.at(change.before->topic_id), *change.before, -1);
  }
  if (!change.after.has_value()) return absl::OkStatus();
  PostRow& after = *change.after;
  const TopicRow& topic = after_.at(after.topic_id);
  if (!change.fresh) {
    after.length = CountWords(topic, after, 1);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(after.length, sealing_->Add(topic, after));
  return absl::OkStatus();
}

int64_t Intake::CountWords(const TopicRow& topic, const PostRow& post, int sign) {
  const Language language = LanguageOf(topic.language);
  int64_t positions = 0;
  words_.Begin(sign);
  dividing_.Split(topic.title, language, [&](const Token& token) { words_.Add(token); });
  dividing_.Split(post.text, language, [&](const Token& token) {
    positions = token.position + 1;
    words_.Add(token);
  });
  return positions;
}

absl::Status Intake::ChangeRow(IndexStore& store, const Change& change) {
  if (change.before.has_value()) {
    CountAuthor(*change.before, -1);
    --posts_;
    loose_ -= static_cast<int>(!change.before->sealed);
    text_bytes_ -= static_cast<int64_t>(change.before->text.size());
  }
  if (!change.after.has_value()) {
    return change.before.has_value() ? store.DropPost(change.id) : absl::OkStatus();
  }
  const PostRow& after = *change.after;
  CountAuthor(after, 1);
  ++posts_;
  loose_ += static_cast<int>(!after.sealed);
  text_bytes_ += static_cast<int64_t>(after.text.size());
  return PutRow(store, change);
}

absl::Status Intake::PutRow(IndexStore& store, const Change& change) {
  const PostRow& after = *change.after;
  if (change.fresh) return store.AddPost(after);
  if (change.before.has_value() && SameRow(*change.before, after)) return absl::OkStatus();
  if (after.sealed) {
    touched_.AddPost(after.id);
    RETURN_IF_ERROR(store.TouchPost(after.id));
  }
  return store.PutPost(after);
}

absl::Status Intake::PutTopics(IndexStore& store, const Documents& documents) {
  absl::flat_hash_set<int64_t> put;
  for (const auto& document : documents.topics) {
    const TopicRow& before = before_[document.id()];
    const TopicRow& after = after_[document.id()];
    if (before == after) continue;  // each page of a snapshot has the topics of its posts
    if (!put.insert(after.id).second) continue;  // a topic may come twice
    topics_ += static_cast<int>(after.visible) - static_cast<int>(before.visible);
    if (before.id != 0) {
      touched_.AddTopic(after.id);
      RETURN_IF_ERROR(store.TouchTopic(after.id));
    }
    RETURN_IF_ERROR(CountAuthors(store, before, after));
    RETURN_IF_ERROR(store.PutTopic(after));
  }
  return absl::OkStatus();
}

bool Intake::Counts(const TopicRow& topic) const {
  return topic.visible && public_.contains(topic.category_id);
}

absl::Status Intake::CountAuthors(IndexStore& store, const TopicRow& before,
                                  const TopicRow& after) {
  if (before.id == 0 || Counts(before) == Counts(after)) return absl::OkStatus();
  const int sign = Counts(after) ? 1 : -1;
  ASSIGN_OR_RETURN(const std::vector<AuthorDelta> authors, store.AuthorsOf(after.id));
  for (const AuthorDelta& author : authors) AddToAuthor(author, sign);
  return absl::OkStatus();
}

void Intake::CountAuthor(const PostRow& post, int sign) {
  // What a post was moved out of stays as it was.
  const Topics& topics = after_.contains(post.topic_id) ? after_ : before_;
  const auto topic = topics.find(post.topic_id);
  if (topic == topics.end() || !Counts(topic->second)) return;
  AddToAuthor({.user_id = post.author_id, .posts = 1, .likes = post.likes_count}, sign);
}

void Intake::AddToAuthor(const AuthorDelta& author, int sign) {
  AuthorDelta& delta = authors_[author.user_id];
  delta.user_id = author.user_id;
  delta.posts += sign * author.posts;
  delta.likes += sign * author.likes;
}

absl::Status Intake::WriteCounts(IndexStore& store) {
  // First: no count may fall below what others take from it.
  if (sealing_ != nullptr) {
    for (const WordDelta& delta : sealing_->counts().Sorted()) {
      RETURN_IF_ERROR(store.CountWord(delta));
    }
    sealing_->counts().Clear();
  }
  for (const WordDelta& delta : words_.Sorted()) RETURN_IF_ERROR(store.CountWord(delta));
  for (const auto& [id, delta] : authors_) {
    if (delta.posts != 0 || delta.likes != 0) RETURN_IF_ERROR(store.CountForAuthor(delta));
  }
  RETURN_IF_ERROR(store.AddToNumber("posts", posts_));
  RETURN_IF_ERROR(store.AddToNumber("topics", topics_));
  RETURN_IF_ERROR(store.AddToNumber("text_bytes", text_bytes_));
  RETURN_IF_ERROR(store.AddToNumber("loose", loose_));
  RETURN_IF_ERROR(store.AddToNumber("unsealed", unsealed_));
  Forget();
  return absl::OkStatus();
}

void Intake::Forget() {
  words_.Clear();
  authors_.clear();
  posts_ = topics_ = text_bytes_ = loose_ = unsealed_ = 0;
}

size_t Intake::gathered() const {
  return words_.size() + (sealing_ != nullptr ? sealing_->counts().size() : 0);
}

}  // namespace forium::search
