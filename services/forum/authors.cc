// SPDX-License-Identifier: Apache-2.0
#include "services/forum/authors.h"

#include <algorithm>

#include "services/base/status/macros.h"

namespace forium::forum {

void Authors::Add(int64_t id) {
  if (id != 0 && std::find(ids_.begin(), ids_.end(), id) == ids_.end()) ids_.push_back(id);
}

void Authors::AddThoseOf(const v1::Topic& topic) {
  Add(topic.author_id());
  Add(topic.last_poster_id());
  Add(topic.state_by_id());
  for (const int64_t id : topic.recent_poster_ids()) Add(id);
}

void Authors::AddThoseOf(const Posts& posts) {
  for (const v1::Post& post : posts) {
    Add(post.author_id());
    Add(post.reply_to_author_id());
    Add(post.state_by_id());
  }
}

absl::Status Authors::Load(Store& store) {
  found_.clear();
  if (ids_.empty()) return absl::OkStatus();
  found_.reserve(ids_.size());
  RETURN_IF_ERROR(store.ListAuthors(ids_, &found_));
  std::sort(found_.begin(), found_.end(),
            [](const v1::Author& a, const v1::Author& b) { return a.id() < b.id(); });
  return absl::OkStatus();
}

const v1::Author* Authors::Find(int64_t id) const {
  const auto at =
      std::lower_bound(found_.begin(), found_.end(), id,
                       [](const v1::Author& author, int64_t id) { return author.id() < id; });
  return at != found_.end() && at->id() == id ? &*at : nullptr;
}

int64_t Authors::Shown(int64_t id) const { return Find(id) != nullptr ? id : 0; }

void Authors::HideErased(v1::Topic* topic) const {
  topic->set_author_id(Shown(topic->author_id()));
  topic->set_last_poster_id(Shown(topic->last_poster_id()));
  topic->set_state_by_id(Shown(topic->state_by_id()));
  for (int64_t& id : *topic->mutable_recent_poster_ids()) id = Shown(id);
}

void Authors::HideErased(Posts* posts) const {
  for (v1::Post& post : *posts) {
    post.set_author_id(Shown(post.author_id()));
    post.set_reply_to_author_id(Shown(post.reply_to_author_id()));
    post.set_state_by_id(Shown(post.state_by_id()));
  }
}

void Authors::MoveTo(google::protobuf::RepeatedPtrField<v1::Author>* list) && {
  list->Reserve(static_cast<int>(found_.size()));
  for (v1::Author& author : found_) *list->Add() = std::move(author);
}

absl::Status NameAuthor(Store& store, v1::Post* post) {
  Authors authors;
  authors.Add(post->author_id());
  authors.Add(post->reply_to_author_id());
  authors.Add(post->state_by_id());
  RETURN_IF_ERROR(authors.Load(store));
  if (const v1::Author* author = authors.Find(post->author_id())) *post->mutable_author() = *author;
  post->set_author_id(authors.Shown(post->author_id()));
  post->set_reply_to_author_id(authors.Shown(post->reply_to_author_id()));
  post->set_state_by_id(authors.Shown(post->state_by_id()));
  return absl::OkStatus();
}

}  // namespace forium::forum
