// SPDX-License-Identifier: Apache-2.0
// A forum that is a list: what tests put into it is handed to an index as the real one would, from
// its state and its log. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "services/search/index/index.h"
#include "services/search/index/testing/filled_index.h"

namespace forium::search {

class ListedForum : public Source {
 public:
  // Each document is an event.
  void Put(const PutDocuments& documents);
  // The log begins here: whoever is not as far has to start over.
  void ForgetLog();
  // Calls answer this until it is OK again.
  void FailWith(absl::Status status);
  // Runs before each page of a snapshot, without a lock.
  void BeforePage(std::function<void()> run);
  int64_t snapshots() const;  // that were begun
  int64_t pages() const;

  absl::StatusOr<forum::v1::GetSnapshotResponse> GetSnapshot(
      const forum::v1::GetSnapshotRequest& request) override;
  absl::StatusOr<forum::v1::ListChangesResponse> ListChanges(
      const forum::v1::ListChangesRequest& request) override;

 private:
  enum class Kind { kCategory, kUser, kTopic, kPost };
  struct Event {
    Kind kind;
    int64_t id;
    absl::Time at;
  };

  mutable absl::Mutex mutex_;
  std::map<int64_t, forum::v1::CategoryDocument> categories_ ABSL_GUARDED_BY(mutex_);
  std::map<int64_t, forum::v1::UserDocument> users_ ABSL_GUARDED_BY(mutex_);
  std::map<int64_t, forum::v1::TopicDocument> topics_ ABSL_GUARDED_BY(mutex_);
  std::map<int64_t, forum::v1::PostDocument> posts_ ABSL_GUARDED_BY(mutex_);
  std::vector<Event> log_ ABSL_GUARDED_BY(mutex_);  // the first has sequence 1
  int64_t log_begin_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> before_page_ ABSL_GUARDED_BY(mutex_);
  int64_t snapshots_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t pages_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace forium::search
