// SPDX-License-Identifier: Apache-2.0
// An index that is filled from documents, without a feed, for tests of what reads it:
//   FilledIndex index;
//   index.Put({.categories = {CategoryOf(1, "general")}, .topics = {TopicOf(7, 1, "A filter")},
//              .posts = {PostOf(70, 7, 1, "It goes in here.")}});
//   Search(index.Read(), …);
// With Seal, what was put so far stands in the segment, as it does after a build. In memory, where
// reads take turns, unless it has a path. Aborts when something fails.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "proto/forium/forum/v1/documents.pb.h"
#include "services/search/index/index.h"
#include "services/search/index/index_file.h"
#include "services/search/index/testing/documents_of.h"

namespace forium::search {

struct PutDocuments {
  std::vector<forum::v1::CategoryDocument> categories = {};
  std::vector<forum::v1::UserDocument> users = {};
  std::vector<forum::v1::TopicDocument> topics = {};
  std::vector<forum::v1::PostDocument> posts = {};
};
// As a step of the log.
forum::v1::ListChangesResponse ChangesOf(const PutDocuments& documents);

class FilledIndex {
 public:
  explicit FilledIndex(Language otherwise = Language::kEnglish, const std::string& path = {});

  // Takes documents over: things that are new, and what changed of others.
  void Put(const PutDocuments& documents);
  void Put(const forum::v1::ListChangesResponse& changes);
  // Builds the index anew from what was put; snapshots that were read before are not to be used.
  void Seal();
  // As it is now.
  Snapshot Read() const;
  IndexFile& file() { return *file_; }

 private:
  void Create();

  const Language otherwise_;
  const std::string path_;
  // What was put last of each, by id.
  std::map<int64_t, forum::v1::CategoryDocument> categories_;
  std::map<int64_t, forum::v1::UserDocument> users_;
  std::map<int64_t, forum::v1::TopicDocument> topics_;
  std::map<int64_t, forum::v1::PostDocument> posts_;
  std::shared_ptr<IndexFile> file_;
  int64_t sequence_ = 0;
};

}  // namespace forium::search
