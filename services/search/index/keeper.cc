// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/keeper.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/util/time_util.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/search/index/damage.h"

namespace forium::search {
namespace {

using google::protobuf::util::TimeUtil;

// A smaller file is looked over before it serves; a larger one meanwhile.
constexpr int64_t kCheckedAtOpen = 64 << 20;

// After a takeover, queries may still tell of the file before it.
constexpr absl::Duration kOldReports = absl::Seconds(10);

constexpr int kRetryAfterSeconds = 2;

absl::StatusOr<std::shared_ptr<IndexFile>> OpenChecked(const std::string& path,
                                                       Language otherwise) {
  ASSIGN_OR_RETURN(std::shared_ptr<IndexFile> file, IndexFile::Open(path, otherwise));
  if (file->BytesOnDisk() >= kCheckedAtOpen) return file;
  RETURN_IF_ERROR(file->CheckPages());
  RETURN_IF_ERROR(file->CheckWords());
  for (int64_t part = 0;;) {
    ASSIGN_OR_RETURN(part, file->CheckSegment(part));
    if (part == 0) return file;
  }
}

std::string CauseOrMessage(const absl::Status& status) {
  const std::string cause = status::CauseOf(status);
  return cause.empty() ? std::string(status.message()) : cause;
}

}  // namespace

Index::Keeper::Keeper(IndexOptions options, Source& source)
    : options_(std::move(options)), source_(source) {}

Index::Keeper::~Keeper() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (follower_.joinable()) follower_.join();
  if (worker_.joinable()) worker_.join();
}

absl::Status Index::Keeper::Start() {
  std::error_code error;
  std::filesystem::create_directories(options_.folder, error);
  if (error) {
    return status::Internal(absl::StrCat("cannot make ", options_.folder, ": ", error.message()));
  }
  const std::optional<v1::Index::Cause> cause = OpenNewest();
  {
    absl::MutexLock lock(&mutex_);
    wanted_ = cause;
  }
  follower_ = std::thread([this] { FollowAlways(); });
  worker_ = std::thread([this] { WorkAlways(); });
  return absl::OkStatus();
}

std::optional<v1::Index::Cause> Index::Keeper::OpenNewest() {
  std::vector<int64_t> numbers = IndexFile::NumbersIn(options_.folder);
  if (!numbers.empty()) next_number_ = numbers.back() + 1;
  v1::Index::Cause cause = v1::Index::FIRST;
  bool found = false;
  for (; !numbers.empty(); numbers.pop_back()) {
    const std::string path = IndexFile::PathOf(options_.folder, numbers.back());
    if (!found) {
      absl::StatusOr<File> file = OpenChecked(path, options_.language);
      absl::StatusOr<IndexFile::Shared> shared =
          file.ok() ? (*file)->ReadShared() : absl::StatusOr<IndexFile::Shared>(file.status());
      if (shared.ok()) {
        absl::MutexLock lock(&mutex_);
        serving_ = *std::move(file);
        shared_ = *std::move(shared);
        version_ = 1;
        found = true;
        continue;
      }
      // One that was never completed says nothing.
      if (!absl::IsNotFound(shared.status())) {
        cause =
            absl::IsFailedPrecondition(shared.status()) ? v1::Index::FORMAT : v1::Index::DAMAGED;
        observe::Log(observe::Level::kWarning, "search index cannot be used",
                     {{"path", path}, {"cause", CauseOrMessage(shared.status())}});
      }
    }
    IndexFile::Remove(path);
  }
  if (found) return std::nullopt;
  return cause;
}

absl::StatusOr<Snapshot> Index::Keeper::Read() {
  const File file = serving();
  if (file != nullptr && file->LookForPlace() == IndexFile::Place::kReplaced) LookAfter(file);
  absl::MutexLock lock(&mutex_);
  if (serving_ == nullptr) {
    status::ErrorDetail detail;
    detail.set_reason(type::v1::UNAVAILABLE);
    detail.set_retry_after(kRetryAfterSeconds);
    return status::Error(absl::StatusCode::kUnavailable, std::move(detail),
                         "Search is being made ready. Try again in a moment.");
  }
  return Snapshot{.database = serving_->database(),
                  .segment = serving_->segment(),
                  .touched = serving_->touched(),
                  .vocabulary = shared_.vocabulary,
                  .languages = shared_.languages,
                  .version = version_};
}

void Index::Keeper::ReportDamage(const absl::Status& error) {
  // What is not a fault of ours tells nothing of the file.
  if (error.ok() || !(IsDamage(error) || absl::IsInternal(error))) return;
  {
    absl::MutexLock lock(&mutex_);
    if (!IsDamage(error) || absl::Now() < took_over_at_ + kOldReports) {
      check_wanted_ = true;
      return;
    }
  }
  Rebuild(v1::Index::DAMAGED);
}

void Index::Keeper::Wake() {
  absl::MutexLock lock(&mutex_);
  woken_ = true;
}

void Index::Keeper::Rebuild(v1::Index::Cause cause) {
  absl::MutexLock lock(&mutex_);
  if (wanted_.has_value()) return;
  wanted_ = cause;
  progress_ = {};
}

v1::Index Index::Keeper::Status() {
  v1::Index index;
  index.set_instance(options_.instance);
  absl::MutexLock lock(&mutex_);
  if (serving_ == nullptr) {
    index.set_state(v1::Index::ABSENT);
  } else {
    const IndexFile::Numbers numbers = serving_->numbers();
    index.set_state(wanted_.has_value() ? v1::Index::REBUILDING : v1::Index::SERVING);
    index.set_topics_count(numbers.topics);
    index.set_posts_count(numbers.posts);
    index.set_words_count(shared_.words);
    index.set_bytes(serving_->BytesOnDisk());
    index.set_text_bytes(numbers.text_bytes);
    *index.mutable_built_at() =
        TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(numbers.built_at));
    index.set_cause(numbers.cause);
    index.set_events_behind(lag_.events);
    if (lag_.events > 0) {
      index.set_milliseconds_behind(absl::ToInt64Milliseconds(absl::Now() - lag_.oldest));
    }
  }
  if (wanted_.has_value()) {
    if (serving_ == nullptr) index.set_cause(*wanted_);
    v1::Rebuild& rebuild = *index.mutable_rebuild();
    rebuild.set_posts_done(progress_.done);
    rebuild.set_posts_total(progress_.total);
    if (progress_.started_at > absl::UnixEpoch()) {
      *rebuild.mutable_started_at() =
          TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(progress_.started_at));
      const double seconds = absl::ToDoubleSeconds(absl::Now() - progress_.started_at);
      if (seconds > 0) {
        rebuild.set_posts_per_second(static_cast<double>(progress_.done) / seconds);
      }
    }
  }
  return index;
}

bool Index::Keeper::CatchUp(absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  absl::MutexLock lock(&mutex_);
  for (;;) {
    // A pass that begins from now on sees all that the forum has now; a file that takes over
    // meanwhile has to be asked again.
    const int64_t pass = begun_passes_ + 1;
    const int64_t built = built_;
    woken_ = true;
    refresh_at_once_ = true;
    const auto done = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return !wanted_.has_value() && !refresh_at_once_ && !check_wanted_ &&
             finished_passes_ >= pass;
    };
    if (!mutex_.AwaitWithDeadline(absl::Condition(&done), end)) return false;
    if (built_ == built) return true;
  }
}

bool Index::Keeper::stopping() {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

bool Index::Keeper::WaitFor(absl::Duration time) {
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&stopping_), time);
}

Index::Keeper::File Index::Keeper::serving() {
  absl::MutexLock lock(&mutex_);
  return serving_;
}

bool Index::Keeper::Serves(const File& file) {
  absl::MutexLock lock(&mutex_);
  return !stopping_ && serving_ == file;
}

void Index::Keeper::NoteFailure(std::string_view what, const absl::Status& status, bool& failing) {
  meter_.failures.Increment();
  if (std::exchange(failing, true)) return;
  observe::Log(observe::Level::kWarning, "search index does not get on",
               {{"part", what}, {"cause", CauseOrMessage(status)}});
}

void Index::Keeper::NoteSuccess(std::string_view what, bool& failing) {
  if (!std::exchange(failing, false)) return;
  observe::Log(observe::Level::kInfo, "search index gets on again", {{"part", what}});
}

void Index::Keeper::ShowGauges() {
  const v1::Index index = Status();
  const bool rebuilding = index.has_rebuild();
  gauges_.Set({.posts = index.posts_count(),
               .bytes = index.bytes(),
               .events_behind = index.events_behind(),
               .seconds_behind = static_cast<double>(index.milliseconds_behind()) / 1000,
               .rebuilding = rebuilding ? 1 : 0,
               .rebuild_posts = index.rebuild().posts_done(),
               .rebuild_posts_total = index.rebuild().posts_total()});
}

}  // namespace forium::search
