// SPDX-License-Identifier: Apache-2.0
// Keeps one index: a thread follows the forum's log into the file that serves; another builds anew
// when that is wanted, and otherwise checks, slowly, that the file is whole. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/search/index/index.h"
#include "services/search/index/index_file.h"
#include "services/search/index/meters.h"

namespace forium::search {

class Index::Keeper {
 public:
  Keeper(IndexOptions options, Source& source);
  // Ends a rebuild that is under way; the next process begins it again.
  ~Keeper();
  // Looks for a file that can serve, and starts.
  absl::Status Start();

  absl::StatusOr<Snapshot> Read();
  void ReportDamage(const absl::Status& error);
  void Wake();
  void Rebuild(v1::Index::Cause cause);
  v1::Index Status();
  bool CatchUp(absl::Duration timeout);

 private:
  using File = std::shared_ptr<IndexFile>;
  // How far behind the forum the index was when it last looked.
  struct Lag {
    int64_t events = 0;
    absl::Time oldest = absl::InfiniteFuture();
  };
  struct Progress {
    int64_t done = 0, total = 0;
    absl::Time started_at = {};
  };

  // keeper.cc
  // The newest file that is whole, or the cause to build one.
  std::optional<v1::Index::Cause> OpenNewest();
  void ShowGauges();
  // Until `condition` or the end; false at the end or when the time has passed.
  bool WaitFor(absl::Duration time);
  bool stopping();
  File serving();
  bool Serves(const File& file);
  // Says that something fails, once until it works again.
  void NoteFailure(std::string_view what, const absl::Status& status, bool& failing);
  void NoteSuccess(std::string_view what, bool& failing);

  // keeper_follow.cc
  void FollowAlways();
  // A pass: until the end of the log, or an error.
  absl::Status FollowToEnd(const File& file, int64_t pass);
  void RestSegment(const File& file);
  absl::StatusOr<bool> FollowStep(const File& file);
  // Whether so much changed since it was built that it should be built anew.
  bool HasOutgrown(const IndexFile::Numbers& numbers) const;
  // Takes the vocabulary anew when enough time has passed since it changed, or at once.
  absl::Status RefreshShared(const File& file, bool at_once);
  // Drops a file that another one took the place of.
  void LookAfter(const File& file);

  // keeper_rebuild.cc
  void WorkAlways();
  void BuildUntilDone(v1::Index::Cause cause);
  absl::Status Build(v1::Index::Cause cause);
  absl::StatusOr<int64_t> FillFromSnapshot(IndexFile& file);
  absl::StatusOr<forum::v1::GetSnapshotResponse> FetchPage(const std::string& token);
  // Follows the log until the file is as far as the one that serves, which it replaces then.
  absl::Status CatchUpAndServe(const File& file, v1::Index::Cause cause);
  bool TakeOver(const File& file, IndexFile::Shared& shared, v1::Index::Cause cause);
  // A part of the check; how long to wait before the next one.
  absl::Duration CheckPart();
  void CheckNow(const File& file);

  const IndexOptions options_;
  Source& source_;
  IndexMeter& meter_ = IndexMeter::Get();
  IndexGauges gauges_;

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  File serving_ ABSL_GUARDED_BY(mutex_);
  IndexFile::Shared shared_ ABSL_GUARDED_BY(mutex_);
  int64_t version_ ABSL_GUARDED_BY(mutex_) = 0;
  Lag lag_ ABSL_GUARDED_BY(mutex_);
  // Of the follower.
  bool woken_ ABSL_GUARDED_BY(mutex_) = true;
  bool refresh_at_once_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t begun_passes_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t finished_passes_ ABSL_GUARDED_BY(mutex_) = 0;  // the last that reached the end
  // Of the builder. `wanted_` stays until its rebuild is done.
  std::optional<v1::Index::Cause> wanted_ ABSL_GUARDED_BY(mutex_);
  Progress progress_ ABSL_GUARDED_BY(mutex_);
  int64_t built_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time took_over_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool check_wanted_ ABSL_GUARDED_BY(mutex_) = false;

  // Of the follower alone.
  bool follow_failing_ = false;
  int64_t refreshed_version_ = -1;
  absl::Time refresh_after_ = absl::InfinitePast();
  absl::Time rested_at_ = absl::InfinitePast();
  // Of the worker alone.
  bool build_failing_ = false;
  int64_t next_number_ = 1;
  struct Check {
    std::weak_ptr<IndexFile> file;
    bool pages_done = false, words_done = false;
    int64_t text = 0, segment = 0;  // where it goes on; -1: done
  } check_;

  std::thread follower_;
  std::thread worker_;
};

}  // namespace forium::search
