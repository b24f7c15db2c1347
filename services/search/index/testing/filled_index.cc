// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/testing/filled_index.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "services/base/status/status.h"

namespace forium::search {
namespace {

void Expect(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status << " " << status::CauseOf(status) << std::endl;
  std::abort();
}

template <typename Document, typename Field>
void Copy(const std::vector<Document>& documents, Field* field) {
  for (const Document& document : documents) *field->Add() = document;
}

template <typename Field, typename Documents>
void Keep(const Field& field, Documents& documents) {
  for (const auto& document : field) documents[document.id()] = document;
}

}  // namespace

forum::v1::ListChangesResponse ChangesOf(const PutDocuments& documents) {
  forum::v1::ListChangesResponse changes;
  Copy(documents.categories, changes.mutable_categories());
  Copy(documents.users, changes.mutable_users());
  Copy(documents.topics, changes.mutable_topics());
  Copy(documents.posts, changes.mutable_posts());
  return changes;
}

FilledIndex::FilledIndex(Language otherwise, const std::string& path)
    : otherwise_(otherwise), path_(path) {
  Create();
  Expect(file_->Complete(0, v1::Index::FIRST));
}

void FilledIndex::Create() {
  file_.reset();
  auto file = IndexFile::Create(path_, otherwise_);
  Expect(file.status());
  file_ = *std::move(file);
}

void FilledIndex::Put(const PutDocuments& documents) { Put(ChangesOf(documents)); }

void FilledIndex::Put(const forum::v1::ListChangesResponse& changes) {
  Keep(changes.categories(), categories_);
  Keep(changes.users(), users_);
  for (const auto& topic : changes.topics()) {
    // What is hidden may come without anything else.
    if (topic.visible() || !topic.title().empty()) topics_[topic.id()] = topic;
    topics_[topic.id()].set_visible(topic.visible());
  }
  Keep(changes.posts(), posts_);
  Expect(file_->Follow(Documents(changes), ++sequence_));
}

void FilledIndex::Seal() {
  forum::v1::GetSnapshotResponse page;
  for (const auto& [id, category] : categories_) *page.add_categories() = category;
  for (const auto& [id, user] : users_) *page.add_users() = user;
  for (const auto& [id, topic] : topics_) *page.add_topics() = topic;
  for (const auto& [id, post] : posts_) *page.add_posts() = post;
  Create();
  Expect(file_->Fill(Documents(page)));
  Expect(file_->Complete(++sequence_, v1::Index::ASKED));
}

Snapshot FilledIndex::Read() const {
  absl::StatusOr<IndexFile::Shared> shared = file_->ReadShared();
  Expect(shared.status());
  return {.database = file_->database(),
          .segment = file_->segment(),
          .touched = file_->touched(),
          .vocabulary = shared->vocabulary,
          .languages = shared->languages,
          .version = sequence_};
}

}  // namespace forium::search
