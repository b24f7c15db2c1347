// SPDX-License-Identifier: Apache-2.0
// The worker's thread: builds a file beside the one that serves; checks that one otherwise.

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <thread>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/search/index/damage.h"
#include "services/search/index/keeper.h"

namespace forium::search {
namespace {

constexpr int kPagePosts = 2'000;
constexpr int kStepEvents = 1'000;

constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(5);
// After so many failures of a page its token is given up.
constexpr int kPageAttempts = 20;

// The check of texts leaves the disk and the processor to others.
constexpr int kCheckedTexts = 500;
constexpr absl::Duration kCheckPause = absl::Milliseconds(100);
constexpr absl::Duration kFirstCheck = absl::Seconds(30);
constexpr int kLowestPriority = 19;

// Runs `check`, which reads all of a large file without a pause, on a thread that takes what others
// leave of the processor: its own, as a priority that was lowered cannot be raised again.
absl::Status AtLeisure(absl::FunctionRef<absl::Status()> check) {
  absl::Status status;
  std::thread([&] {
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kLowestPriority);
    status = check();
  }).join();
  return status;
}

}  // namespace

void Index::Keeper::WorkAlways() {
  absl::Duration pause = kFirstCheck;
  for (;;) {
    std::optional<v1::Index::Cause> cause;
    File checked;
    {
      absl::MutexLock lock(&mutex_);
      const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
        return stopping_ || wanted_.has_value() || check_wanted_;
      };
      mutex_.AwaitWithTimeout(absl::Condition(&ready), pause);
      if (stopping_) return;
      cause = wanted_;
      if (check_wanted_) checked = serving_;
    }
    if (cause.has_value()) {
      BuildUntilDone(*cause);
    } else if (checked != nullptr) {
      CheckNow(checked);
    } else {
      pause = CheckPart();
    }
  }
}

void Index::Keeper::BuildUntilDone(v1::Index::Cause cause) {
  absl::Duration pause = kFirstPause;
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      progress_ = {.started_at = absl::Now()};
    }
    const absl::Status status = Build(cause);
    if (stopping()) return;
    if (status.ok()) break;
    NoteFailure("building", status, build_failing_);
    if (!WaitFor(pause)) return;
    pause = std::min(pause * 2, kLongestPause);
  }
  NoteSuccess("building", build_failing_);
  ShowGauges();
}

absl::Status Index::Keeper::Build(v1::Index::Cause cause) {
  const absl::Time start = absl::Now();
  const std::string path = IndexFile::PathOf(options_.folder, next_number_++);
  ASSIGN_OR_RETURN(const File file, IndexFile::Create(path, options_.language));
  file->RemoveAtEnd();  // until it serves
  ASSIGN_OR_RETURN(const int64_t sequence, FillFromSnapshot(*file));
  RETURN_IF_ERROR(file->Complete(sequence, cause));
  const absl::Duration filled = absl::Now() - start;
  RETURN_IF_ERROR(CatchUpAndServe(file, cause));
  const IndexFile::Numbers numbers = file->numbers();
  meter_.RebuildsOf(cause).Increment();
  observe::Log(
      observe::Level::kInfo, "search index built",
      {{"cause", v1::Index::Cause_Name(cause)},
       {"posts", numbers.posts},
       {"seconds", absl::ToDoubleSeconds(absl::Now() - start)},
       {"posts_per_second", static_cast<double>(numbers.posts) / absl::ToDoubleSeconds(filled)}});
  return absl::OkStatus();
}

absl::StatusOr<forum::v1::GetSnapshotResponse> Index::Keeper::FetchPage(const std::string& token) {
  forum::v1::GetSnapshotRequest request;
  request.set_page_token(token);
  request.set_page_size(kPagePosts);
  absl::Duration pause = kFirstPause;
  for (int attempt = 1;; ++attempt) {
    absl::StatusOr<forum::v1::GetSnapshotResponse> page = source_.GetSnapshot(request);
    const bool final = page.ok() || absl::IsInvalidArgument(page.status()) ||
                       absl::IsFailedPrecondition(page.status()) || attempt == kPageAttempts;
    if (final || !WaitFor(pause)) return page;
    pause = std::min(pause * 2, kLongestPause);
  }
}

absl::StatusOr<int64_t> Index::Keeper::FillFromSnapshot(IndexFile& file) {
  const auto fetch = [this](std::string token) {
    return std::async(std::launch::async,
                      [this, token = std::move(token)] { return FetchPage(token); });
  };
  ASSIGN_OR_RETURN(forum::v1::GetSnapshotResponse page, FetchPage(""));
  const int64_t sequence = page.sequence();
  {
    absl::MutexLock lock(&mutex_);
    progress_.total = page.posts_total();
  }
  for (;;) {
    if (stopping()) return absl::CancelledError("The process ends.");
    const bool last = page.next_page_token().empty();
    // The next page comes while this one is taken over.
    std::future<absl::StatusOr<forum::v1::GetSnapshotResponse>> next;
    if (!last) next = fetch(page.next_page_token());
    RETURN_IF_ERROR(file.Fill(Documents(page)));
    meter_.documents.Increment(page.posts_size() + page.topics_size());
    meter_.skipped.Increment(static_cast<double>(file.TakeSkipped()));
    {
      absl::MutexLock lock(&mutex_);
      progress_.done += page.posts_size();
    }
    ShowGauges();
    if (last) return sequence;
    ASSIGN_OR_RETURN(page, next.get());
  }
}

absl::Status Index::Keeper::CatchUpAndServe(const File& file, v1::Index::Cause cause) {
  absl::Duration pause = kFirstPause;
  IndexFile::Shared shared;
  for (;;) {
    if (stopping()) return absl::CancelledError("The process ends.");
    forum::v1::ListChangesRequest request;
    request.set_after_sequence(file->sequence());
    request.set_limit(kStepEvents);
    const absl::StatusOr<forum::v1::ListChangesResponse> changes = source_.ListChanges(request);
    if (!changes.ok()) {
      NoteFailure("building", changes.status(), build_failing_);
      if (!WaitFor(pause)) return absl::CancelledError("The process ends.");
      pause = std::min(pause * 2, kLongestPause);
      continue;
    }
    if (changes->start_over()) return status::Internal("the log was lost during a rebuild");
    if (changes->sequence() > request.after_sequence()) {
      RETURN_IF_ERROR(file->Follow(Documents(*changes), changes->sequence()));
    }
    if (changes->sequence() < changes->last_sequence()) continue;
    if (shared.vocabulary == nullptr) {
      // Takes a moment, in which more may have happened.
      ASSIGN_OR_RETURN(shared, file->ReadShared());
      continue;
    }
    if (TakeOver(file, shared, cause)) return absl::OkStatus();
  }
}

bool Index::Keeper::TakeOver(const File& file, IndexFile::Shared& shared, v1::Index::Cause cause) {
  File before;  // goes after the lock, if nobody reads from it
  absl::MutexLock lock(&mutex_);
  // What was found once stays found. A log that begins anew counts from its own beginning.
  if (serving_ != nullptr && cause != v1::Index::LOG_LOST &&
      file->sequence() < serving_->sequence()) {
    return false;
  }
  file->Keep();
  before = std::exchange(serving_, file);
  if (before != nullptr) before->RemoveAtEnd();
  std::swap(shared_, shared);
  ++version_;
  ++built_;
  took_over_at_ = absl::Now();
  wanted_.reset();
  lag_ = {};
  woken_ = true;
  return true;
}

absl::Duration Index::Keeper::CheckPart() {
  const File file = serving();
  if (file == nullptr) return kFirstCheck;
  if (check_.file.lock() != file) check_ = {.file = file};
  absl::Status status;
  if (!check_.pages_done) {
    status = AtLeisure([&] { return file->CheckPages(); });
    check_.pages_done = true;
  } else if (check_.text >= 0) {
    const absl::StatusOr<int64_t> last = file->CheckTexts(check_.text, kCheckedTexts);
    status = last.status();
    if (last.ok()) check_.text = *last == 0 ? -1 : *last;
  } else if (check_.segment >= 0) {
    const absl::StatusOr<int64_t> next = file->CheckSegment(check_.segment);
    status = next.status();
    if (next.ok()) check_.segment = *next == 0 ? -1 : *next;
  } else if (!check_.words_done) {
    status = file->CheckWords();
    check_.words_done = true;
  } else {
    return absl::Hours(1);
  }
  if (!status.ok() && Serves(file)) ReportDamage(status);
  return kCheckPause;
}

void Index::Keeper::CheckNow(const File& file) {
  absl::Status status = file->CheckIdentity();
  if (status.ok()) status = file->CheckPages();
  if (status.ok()) status = file->CheckWords();
  for (int64_t last = 0; status.ok() && !stopping();) {
    const absl::StatusOr<int64_t> next = file->CheckTexts(last, kCheckedTexts);
    status = next.status();
    if (!next.ok() || *next == 0) break;
    last = *next;
  }
  for (int64_t part = 0; status.ok() && !stopping();) {
    const absl::StatusOr<int64_t> next = file->CheckSegment(part);
    status = next.status();
    if (!next.ok() || *next == 0) break;
    part = *next;
  }
  {
    absl::MutexLock lock(&mutex_);
    check_wanted_ = false;
    if (status.ok() || serving_ != file) return;
    // Whatever it is that stands in the way of reading all of it.
    if (!wanted_.has_value() && !absl::IsUnavailable(status)) wanted_ = v1::Index::DAMAGED;
  }
}

}  // namespace forium::search
