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

}  // namespace

forum::v1::ListChangesResponse ChangesOf(const PutDocuments& documents) {
  forum::v1::ListChangesResponse changes;
  Copy(documents.categories, changes.mutable_categories());
  Copy(documents.users, changes.mutable_users());
  Copy(documents.topics, changes.mutable_topics());
  Copy(documents.posts, changes.mutable_posts());
  return changes;
}

FilledIndex::FilledIndex(Language otherwise, const std::string& path) {
  auto file = IndexFile::Create(path, otherwise);
  Expect(file.status());
  file_ = *std::move(file);
  Expect(file_->Complete(0, v1::Index::FIRST));
}

void FilledIndex::Put(const PutDocuments& documents) { Put(ChangesOf(documents)); }

void FilledIndex::Put(const forum::v1::ListChangesResponse& changes) {
  Expect(file_->Follow(Documents(changes), ++sequence_));
}

Snapshot FilledIndex::Read() const {
  absl::StatusOr<IndexFile::Shared> shared = file_->ReadShared();
  Expect(shared.status());
  return {.database = file_->database(),
          .vocabulary = shared->vocabulary,
          .languages = shared->languages,
          .version = sequence_};
}

}  // namespace forium::search
