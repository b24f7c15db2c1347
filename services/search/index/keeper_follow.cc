// SPDX-License-Identifier: Apache-2.0
// The follower's thread: the forum's log into the file that serves.
#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/search/index/damage.h"
#include "services/search/index/keeper.h"

namespace forium::search {
namespace {

constexpr int kStepEvents = 1'000;

constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(5);

// A large vocabulary takes a second to read and sort: it may take this part of the time.
constexpr double kRefreshShare = 0.02;
constexpr absl::Duration kRefreshAtLeast = absl::Seconds(2);
constexpr absl::Duration kRefreshAtMost = absl::Minutes(10);

// What queries read of a segment in this time counts as the process's memory. The system keeps it
// either way.
constexpr absl::Duration kRestEvery = absl::Seconds(10);

// What is not sealed costs a query more: of this part of the sealed posts it is too much.
constexpr int64_t kLoosePart = 8;
// What was deleted or edited stands in the segment until another is made: no longer than this.
constexpr absl::Duration kForgetAfter = absl::Hours(24 * 30);

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

int64_t CountOf(const Documents& documents) {
  return documents.categories.size() + documents.users.size() + documents.topics.size() +
         documents.posts.size();
}

}  // namespace

void Index::Keeper::FollowAlways() {
  absl::Duration pause = kFirstPause;
  for (;;) {
    File file;
    int64_t pass = 0;
    {
      absl::MutexLock lock(&mutex_);
      const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
        return stopping_ || (woken_ && serving_ != nullptr);
      };
      mutex_.AwaitWithTimeout(absl::Condition(&ready), options_.poll_every);
      if (stopping_) return;
      if (serving_ == nullptr) continue;
      woken_ = false;
      file = serving_;
      pass = ++begun_passes_;
    }
    const absl::Status status = FollowToEnd(file, pass);
    if (status.ok()) {
      NoteSuccess("following", follow_failing_);
      pause = kFirstPause;
      continue;
    }
    NoteFailure("following", status, follow_failing_);
    if (!WaitFor(pause)) return;
    pause = std::min(pause * 2, kLongestPause);
    Wake();
  }
}

void Index::Keeper::RestSegment(const File& file) {
  if (absl::Now() < rested_at_ + kRestEvery) return;
  rested_at_ = absl::Now();
  file->segment()->Rest();
}

absl::Status Index::Keeper::FollowToEnd(const File& file, int64_t pass) {
  LookAfter(file);
  RestSegment(file);
  absl::Status status = file->CheckIdentity();
  for (bool at_end = false; status.ok() && !at_end && Serves(file);) {
    absl::StatusOr<bool> step = FollowStep(file);
    status = step.status();
    at_end = step.ok() && *step;
  }
  bool at_once = false;
  {
    absl::MutexLock lock(&mutex_);
    at_once = refresh_at_once_;
  }
  if (status.ok()) status = RefreshShared(file, at_once);
  // A wrong file is no reason to come back soon: the one that is built will be whole.
  if (IsDamage(status) && Serves(file)) Rebuild(v1::Index::DAMAGED);
  if (status.ok() && HasOutgrown(file->numbers()) && Serves(file)) Rebuild(v1::Index::GROWN);
  ShowGauges();
  RETURN_IF_ERROR(status);
  absl::MutexLock lock(&mutex_);
  if (serving_ != file) return absl::OkStatus();
  finished_passes_ = pass;
  if (at_once) refresh_at_once_ = false;
  return absl::OkStatus();
}

bool Index::Keeper::HasOutgrown(const IndexFile::Numbers& numbers) const {
  const absl::Duration age = absl::Now() - numbers.built_at;
  if (numbers.unsealed > 0 && age >= kForgetAfter) return true;
  const int64_t most = std::max(options_.most_loose, numbers.sealed / kLoosePart);
  return numbers.loose + numbers.unsealed > most && age >= options_.grow_every;
}

absl::StatusOr<bool> Index::Keeper::FollowStep(const File& file) {
  forum::v1::ListChangesRequest request;
  request.set_after_sequence(file->sequence());
  request.set_limit(kStepEvents);
  ASSIGN_OR_RETURN(const forum::v1::ListChangesResponse changes, source_.ListChanges(request));
  // A log that ends before what is known here is another one, of a backup for example.
  if (changes.start_over() || changes.last_sequence() < request.after_sequence()) {
    Rebuild(v1::Index::LOG_LOST);
    // What became private is so at once, not when the new file is there.
    RETURN_IF_ERROR(file->Follow(Documents(changes), file->sequence()));
    return true;
  }
  const absl::Time first = TimeOf(changes.first_event_at());
  {
    absl::MutexLock lock(&mutex_);
    lag_ = {.events = changes.last_sequence() - request.after_sequence(), .oldest = first};
  }
  if (changes.sequence() > request.after_sequence()) {
    const Documents documents(changes);
    const absl::Time start = absl::Now();
    RETURN_IF_ERROR(file->Follow(documents, changes.sequence()));
    const absl::Time end = absl::Now();
    meter_.apply.Observe(absl::ToDoubleSeconds(end - start));
    meter_.freshness.Observe(absl::ToDoubleSeconds(end - first));
    meter_.documents.Increment(static_cast<double>(CountOf(documents)));
    meter_.skipped.Increment(static_cast<double>(file->TakeSkipped()));
    absl::MutexLock lock(&mutex_);
    if (serving_ != file) return true;
    ++version_;
    lag_.events = changes.last_sequence() - changes.sequence();
  } else if (changes.last_sequence() > changes.sequence()) {
    return status::Internal("the forum's log does not go on");
  }
  return changes.sequence() >= changes.last_sequence();
}

absl::Status Index::Keeper::RefreshShared(const File& file, bool at_once) {
  int64_t version = 0;
  {
    absl::MutexLock lock(&mutex_);
    version = version_;
  }
  const absl::Time start = absl::Now();
  if (version == refreshed_version_ || (!at_once && start < refresh_after_)) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(IndexFile::Shared shared, file->ReadShared());
  const absl::Time end = absl::Now();
  refresh_after_ = end + std::clamp((end - start) / kRefreshShare, kRefreshAtLeast, kRefreshAtMost);
  refreshed_version_ = version;
  absl::MutexLock lock(&mutex_);
  if (serving_ == file) {
    std::swap(shared_, shared);
    ++version_;
    refreshed_version_ = version_;
  }
  return absl::OkStatus();
}

void Index::Keeper::LookAfter(const File& file) {
  const IndexFile::Place place = file->LookForPlace();
  if (place == IndexFile::Place::kSame) return;
  {
    absl::MutexLock lock(&mutex_);
    if (serving_ != file) return;
    // Connections that are opened from now on would read what lies there.
    if (place == IndexFile::Place::kReplaced) {
      file->RemoveAtEnd();
      serving_ = nullptr;
      shared_ = {};
    }
  }
  Rebuild(v1::Index::DAMAGED);
}

}  // namespace forium::search
