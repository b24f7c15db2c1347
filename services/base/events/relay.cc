// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "google/protobuf/util/time_util.h"
#include "services/base/events/events.h"
#include "services/base/events/store.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"
#include "services/base/status/status.h"

namespace forium::events {
namespace {

constexpr int kBatch = 256;
// The mark is a write; events after it are published again after a crash.
constexpr absl::Duration kMarkEvery = absl::Seconds(1);
// For writes of other processes, whose commits are not heard here.
constexpr absl::Duration kLookEvery = absl::Seconds(1);
constexpr absl::Duration kLookAtBus = absl::Milliseconds(50);
constexpr absl::Duration kGiveUp = absl::Seconds(2);
constexpr absl::Duration kReportEvery = absl::Minutes(1);
constexpr absl::Duration kDeleteEvery = absl::Hours(1);
constexpr absl::Duration kFirstRetry = absl::Milliseconds(50);
constexpr absl::Duration kLastRetry = absl::Seconds(1);

// The age of the oldest event of a stream that waits for the bus, of all relays of the process.
class Waiting {
 public:
  static Waiting& Of(const std::string& stream) {
    static absl::Mutex mutex(absl::kConstInit);
    static auto* const streams = new std::map<std::string, std::unique_ptr<Waiting>>;
    absl::MutexLock lock(&mutex);
    std::unique_ptr<Waiting>& waiting = (*streams)[stream];
    if (waiting == nullptr) waiting.reset(new Waiting(stream));
    return *waiting;
  }
  // The relay's oldest event was made at this time; none: it has none that waits.
  void Set(const void* relay, std::optional<absl::Time> oldest) {
    absl::MutexLock lock(&mutex_);
    if (oldest.has_value()) {
      oldest_[relay] = *oldest;
    } else {
      oldest_.erase(relay);
    }
    absl::Time first = absl::InfiniteFuture();
    for (const auto& [_, time] : oldest_) first = std::min(first, time);
    gauge_.Set(oldest_.empty() ? 0 : absl::ToDoubleSeconds(absl::Now() - first));
  }

 private:
  explicit Waiting(const std::string& stream)
      : gauge_(observe::Gauge("forium_events_outbox_age_seconds",
                              "Age of the oldest event that the bus does not have yet.",
                              {{"stream", stream}})) {}

  prometheus::Gauge& gauge_;
  absl::Mutex mutex_;
  std::map<const void*, absl::Time> oldest_ ABSL_GUARDED_BY(mutex_);
};

absl::Time TimeOf(const Event& event) {
  return absl::FromUnixMicros(
      google::protobuf::util::TimeUtil::TimestampToMicroseconds(event.time()));
}

}  // namespace

// One thread. Shared with the database's commit callback, which may still run while the relay ends.
class Relay::Loop {
 public:
  Loop(std::string tenant, std::string stream, database::Database& database, Bus& bus,
       absl::Duration keep)
      : tenant_(std::move(tenant)),
        stream_(std::move(stream)),
        database_(database),
        bus_(bus),
        keep_(keep),
        published_total_(observe::Counter("forium_events_published_total",
                                          "Events that relays gave to the bus.",
                                          {{"stream", stream_}})),
        waiting_(Waiting::Of(stream_)) {}

  void Start() {
    thread_ = std::thread([this] { Run(); });
  }
  void Stop() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    thread_.join();
  }
  void Wake() {
    absl::MutexLock lock(&mutex_);
    woken_ = true;
  }
  bool Flush(absl::Time deadline);

 private:
  void Run();
  // Publishes what the log has after `position` and returns the new position.
  absl::StatusOr<int64_t> PublishOnce(int64_t position);
  absl::StatusOr<int64_t> ReadMarkPatiently();
  // Moves the mark when that is due, or at the end.
  void Mark(int64_t position, bool due);
  void DeleteOld();
  // Sleeps until a commit, the end, or `timeout`.
  void Sleep(absl::Duration timeout);
  bool stopping() {
    absl::MutexLock lock(&mutex_);
    return stopping_;
  }
  // The same without the commits: the bus or the database is away.
  void Rest(absl::Duration timeout);
  void Report(std::string_view message, const absl::Status& status) const;
  // Once it lasts, then once a minute or when the cause is another one.
  void ReportUnpublished(const absl::Status& status);

  const std::string tenant_;
  const std::string stream_;
  database::Database& database_;
  Bus& bus_;
  const absl::Duration keep_;
  prometheus::Counter& published_total_;
  Waiting& waiting_;

  // Of the thread.
  int64_t marked_ = 0;
  absl::Time marked_at_ = absl::InfinitePast();
  absl::Time deleted_at_ = absl::InfinitePast();
  absl::Duration retry_ = kFirstRetry;
  std::string reported_;
  absl::Time reported_at_ = absl::InfinitePast();

  absl::Mutex mutex_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t position_ ABSL_GUARDED_BY(mutex_) = -1;  // until the mark was read

  std::thread thread_;
};

void Relay::Loop::Run() {
  const absl::StatusOr<int64_t> mark = ReadMarkPatiently();
  if (!mark.ok()) return;
  marked_ = *mark;
  int64_t position = bus_.ResumeAfter(tenant_, stream_, *mark);
  while (!stopping()) {
    const absl::StatusOr<int64_t> reached = PublishOnce(position);
    if (!reached.ok()) {
      ReportUnpublished(reached.status());
      Rest(retry_);
      retry_ = std::min(retry_ * 2, kLastRetry);
      position = bus_.ResumeAfter(tenant_, stream_, position);
      continue;
    }
    retry_ = kFirstRetry;
    reported_.clear();
    const bool more = *reached > position;
    position = *reached;
    {
      absl::MutexLock lock(&mutex_);
      position_ = position;
    }
    const absl::Duration since_mark = absl::Now() - marked_at_;
    Mark(position, since_mark >= kMarkEvery);
    if (more) continue;
    DeleteOld();
    Sleep(marked_ < position ? std::max(kMarkEvery - since_mark, absl::Milliseconds(10))
                             : kLookEvery);
    // Costs nothing while the bus is the one it was.
    position = bus_.ResumeAfter(tenant_, stream_, position);
  }
  Mark(position, true);
  waiting_.Set(this, std::nullopt);
}

absl::StatusOr<int64_t> Relay::Loop::ReadMarkPatiently() {
  while (true) {
    absl::StatusOr<int64_t> mark = ReadMark(database_);
    if (mark.ok() || stopping()) return mark;
    Report("outbox mark not read", mark.status());
    Sleep(retry_);
    retry_ = std::min(retry_ * 2, kLastRetry);
  }
}

absl::StatusOr<int64_t> Relay::Loop::PublishOnce(int64_t position) {
  {
    absl::MutexLock lock(&mutex_);
    woken_ = false;  // before the read: a commit after it wakes again
  }
  absl::StatusOr<std::vector<Event>> events = ReadLog(database_, position, kBatch);
  if (!events.ok()) return events.status();
  if (events->empty()) {
    waiting_.Set(this, std::nullopt);
    return position;
  }
  for (Event& event : *events) event.set_tenant(tenant_);
  const absl::Status status = bus_.Publish(stream_, *events);
  if (!status.ok()) {
    waiting_.Set(this, TimeOf(events->front()));
    return status;
  }
  published_total_.Increment(static_cast<double>(events->size()));
  return events->back().sequence();
}

void Relay::Loop::Mark(int64_t position, bool due) {
  if (!due || marked_ == position) return;
  marked_at_ = absl::Now();
  const int64_t settled = bus_.Settled(tenant_, stream_, position);
  if (settled <= marked_) return;
  const absl::Status status = MoveMark(database_, settled);
  if (status.ok()) {
    marked_ = settled;
  } else {
    Report("outbox mark not moved", status);
  }
}

void Relay::Loop::DeleteOld() {
  if (absl::Now() - deleted_at_ < kDeleteEvery) return;
  deleted_at_ = absl::Now();
  absl::StatusOr<int64_t> deleted = 1;
  while (deleted.ok() && *deleted > 0 && !stopping()) {
    deleted = DeleteOldEvents(database_, absl::Now() - keep_);
  }
  if (!deleted.ok()) Report("old events not deleted", deleted.status());
}

void Relay::Loop::Sleep(absl::Duration timeout) {
  const auto awake = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return woken_ || stopping_; };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&awake), timeout);
}

void Relay::Loop::Rest(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&stopping_), timeout);
}

bool Relay::Loop::Flush(absl::Time deadline) {
  const absl::StatusOr<int64_t> last = LastSequence(database_);
  if (!last.ok()) return false;
  const auto reached = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return position_ >= *last; };
  absl::Time well = absl::Now();
  for (bool done = false; !done;) {
    {
      absl::MutexLock lock(&mutex_);
      woken_ = true;
      done = mutex_.AwaitWithTimeout(absl::Condition(&reached), kLookAtBus);
    }
    const absl::Time now = absl::Now();
    if (bus_.Trouble().empty()) well = now;
    // Without the bus nobody needs to wait until the end: the log keeps the events.
    if (!done && (now >= deadline || now - well > kGiveUp)) return false;
  }
  while (bus_.Settled(tenant_, stream_, *last) < *last) {
    if (absl::Now() >= deadline) return false;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return true;
}

void Relay::Loop::Report(std::string_view message, const absl::Status& status) const {
  const std::string cause = status::CauseOf(status);
  observe::Log(observe::Level::kWarning, message,
               {{"stream", stream_},
                {"tenant", tenant_},
                {"cause", cause.empty() ? std::string(status.message()) : cause}});
}

void Relay::Loop::ReportUnpublished(const absl::Status& status) {
  if (retry_ < kLastRetry) return;  // a moment, as when a process starts
  const std::string cause(status.message());
  if (cause == reported_ && absl::Now() - reported_at_ < kReportEvery) return;
  reported_ = cause;
  reported_at_ = absl::Now();
  Report("events not published", status);
}

Relay::Relay(std::string tenant, std::string stream, database::Database& database, Bus& bus,
             absl::Duration keep)
    : loop_(std::make_shared<Loop>(std::move(tenant), std::move(stream), database, bus, keep)) {
  database.OnCommit([loop = loop_] { loop->Wake(); });
  loop_->Start();
}

Relay::~Relay() { loop_->Stop(); }

bool Relay::Flush(absl::Duration timeout) { return loop_->Flush(absl::Now() + timeout); }

}  // namespace forium::events
