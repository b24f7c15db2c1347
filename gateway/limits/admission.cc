// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/admission.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cmath>
#include <mutex>
#include <utility>

#include "gateway/limits/concurrency_limit.h"
#include "services/base/observe/metrics.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
namespace intrusive = boost::intrusive;

// Shedding with gaps of at most kGap for kAttackAfter is an attack, and stays one for kAttackFor
// after the last: the challenge itself ends the shedding.
constexpr absl::Duration kGap = absl::Seconds(1);
constexpr absl::Duration kAttackAfter = absl::Seconds(5);
constexpr absl::Duration kAttackFor = absl::Minutes(5);
constexpr absl::Duration kRateWindow = absl::Milliseconds(100);
constexpr int kShortestQueue = 16;

absl::Time SteadyNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

ConcurrencyLimit::Options OptionsOf(const LimitsConfig& config) {
  ConcurrencyLimit::Options options;
  options.max = std::max(1, config.max_concurrency);
  options.min = std::clamp<double>(config.min_concurrency, 1, options.max);
  options.initial = std::clamp<double>(options.initial, options.min, options.max);
  return options;
}

}  // namespace

std::string_view PriorityName(Priority priority) {
  switch (priority) {
    case Priority::kAlways:
      return "always";
    case Priority::kMember:
      return "member";
    case Priority::kClaims:
      return "claims";
    case Priority::kGuestRead:
      return "guest_read";
    case Priority::kGuestWrite:
      return "guest_write";
  }
  return "always";
}

Priority PriorityOf(RouteClass route_class, bool signed_in, bool claims) {
  if (route_class == RouteClass::kStatic) return Priority::kAlways;
  if (signed_in) return Priority::kMember;
  if (claims) return Priority::kClaims;
  const bool write = route_class == RouteClass::kWrite || route_class == RouteClass::kExpensive;
  return write ? Priority::kGuestWrite : Priority::kGuestRead;
}

// Whoever waits: shared by its coroutine and by what wakes it.
struct Admission::Waiter : intrusive::list_base_hook<> {
  enum class Fate : uint8_t { kWaiting, kAdmitted, kShed };
  Waiter(const asio::any_io_executor& executor, Priority priority, absl::Time since)
      : timer(executor), priority(priority), since(since) {}

  asio::steady_timer timer;  // on the coroutine's thread only
  const Priority priority;
  const absl::Time since;
  Fate fate = Fate::kWaiting;      // guarded by the state's mutex
  std::shared_ptr<Waiter> itself;  // while it stands in a lane
};

struct Admission::State {
  using Fate = Waiter::Fate;
  using Lane = intrusive::list<Waiter, intrusive::constant_time_size<true>>;
  using Woken = std::shared_ptr<Waiter>;

  const Clock clock;
  const bool unlimited;
  const int queue_length;
  const absl::Duration patience;
  std::atomic<int64_t> attack_until{0};  // nanoseconds of the clock

  mutable std::mutex mutex;
  // Guarded by it, down to the metrics.
  ConcurrencyLimit limit;
  int in_flight = 0;
  int waiting = 0;
  std::array<Lane, kPriorities> lanes;
  bool closed = false;
  absl::Time standing_since = absl::InfiniteFuture();  // the queue has not been empty since
  absl::Time shed_since = absl::InfinitePast();
  absl::Time shed_last = absl::InfinitePast();
  double per_second = 0;  // requests that end; 0: not known yet
  int ended = 0;          // of this window
  absl::Time window_begin;

  prometheus::Gauge& limit_gauge =
      observe::Gauge("forium_gateway_concurrency_limit", "Requests that may be worked on at once.");
  prometheus::Gauge& in_flight_gauge =
      observe::Gauge("forium_gateway_requests_in_flight", "Requests that are worked on.");
  prometheus::Gauge& queue_gauge =
      observe::Gauge("forium_gateway_queue_requests", "Requests that wait for a place.");
  prometheus::Histogram& queue_seconds =
      observe::Latency("forium_gateway_queue_seconds", "Wait for a place, of those who got one.");
  std::array<prometheus::Counter*, kPriorities> shed_counters;

  State(const LimitsConfig& config, Clock now)
      : clock(std::move(now)),
        unlimited(config.max_concurrency == 0),
        queue_length(std::max(1, config.queue_length)),
        patience(config.queue_timeout),
        limit(OptionsOf(config), clock()),
        window_begin(clock()) {
    for (int i = 0; i < kPriorities; ++i) {
      const std::string name(PriorityName(static_cast<Priority>(i)));
      shed_counters[static_cast<size_t>(i)] =
          &observe::Counter("forium_gateway_requests_shed_total",
                            "Requests turned away, by priority.", {{"priority", name}});
    }
    limit_gauge.Set(limit.limit());
  }

  Lane& LaneOf(Priority priority) { return lanes[static_cast<size_t>(priority)]; }

  // The queue has stood for longer than anybody should wait: it is no burst that passes.
  bool Standing(absl::Time now) const { return now - standing_since >= patience; }
  absl::Duration Patience(absl::Time now) const { return Standing(now) ? patience / 10 : patience; }

  // What can be served in time; longer queues would only be shed later.
  int Room(absl::Time now) const {
    if (per_second == 0) return queue_length;
    const double in_time = per_second * absl::ToDoubleSeconds(Patience(now));
    return static_cast<int>(
        std::clamp<double>(in_time, std::min(kShortestQueue, queue_length), queue_length));
  }

  void CountShed(Priority priority, absl::Time now) {
    shed_counters[static_cast<size_t>(priority)]->Increment();
    if (priority < Priority::kGuestRead) return;
    if (now - shed_last > kGap) shed_since = now;
    shed_last = now;
    if (now - shed_since >= kAttackAfter) attack_until = absl::ToUnixNanos(now + kAttackFor);
  }

  Answer Try(Priority priority, absl::Time now) {
    Answer answer = Answer::kShed;
    if (waiting == 0 && in_flight < limit.limit()) {
      answer = Answer::kAdmitted;
    } else if (!closed && (waiting < Room(now) || LowestBelow(priority) != nullptr)) {
      answer = Answer::kWait;
    }
    if (answer == Answer::kShed) CountShed(priority, now);
    return answer;
  }

  // The lowest lane that somebody of this priority may push out of.
  Lane* LowestBelow(Priority priority) {
    for (int i = kPriorities - 1; i > static_cast<int>(priority); --i) {
      if (!lanes[static_cast<size_t>(i)].empty()) return &lanes[static_cast<size_t>(i)];
    }
    return nullptr;
  }

  Woken TakeOut(Waiter& waiter, Fate fate) {
    Lane& lane = LaneOf(waiter.priority);
    lane.erase(lane.iterator_to(waiter));
    queue_gauge.Set(--waiting);
    if (waiting == 0) standing_since = absl::InfiniteFuture();
    waiter.fate = fate;
    return std::exchange(waiter.itself, nullptr);
  }

  // Nullptr: there was room.
  Woken Enqueue(const std::shared_ptr<Waiter>& waiter, absl::Time now) {
    Woken pushed_out;
    if (waiting >= Room(now)) {
      if (Lane* lane = LowestBelow(waiter->priority); lane != nullptr) {
        pushed_out = TakeOut(lane->front(), Fate::kShed);
        CountShed(pushed_out->priority, now);
      }
    }
    if (waiting == 0) standing_since = now;
    waiter->itself = waiter;
    LaneOf(waiter->priority).push_back(*waiter);
    queue_gauge.Set(++waiting);
    return pushed_out;
  }

  // The next to be worked on, if there is a place. In a queue that stands the newest of a lane
  // goes first: its client is still there, and those behind it in time would be late anyway.
  Woken Next(absl::Time now) {
    if (closed || waiting == 0 || in_flight >= limit.limit()) return nullptr;
    for (Lane& lane : lanes) {
      if (lane.empty()) continue;
      in_flight_gauge.Set(++in_flight);
      Waiter& waiter = Standing(now) ? lane.back() : lane.front();
      queue_seconds.Observe(absl::ToDoubleSeconds(now - waiter.since));
      return TakeOut(waiter, Fate::kAdmitted);
    }
    return nullptr;
  }

  void Release(absl::Time now) {
    in_flight_gauge.Set(--in_flight);
    ++ended;
    const absl::Duration passed = now - window_begin;
    if (passed < kRateWindow) return;
    const double rate = ended / absl::ToDoubleSeconds(passed);
    // An idle moment says nothing about what could have been served.
    if (standing_since <= window_begin) {
      per_second = per_second == 0 ? rate : 0.8 * per_second + 0.2 * rate;
    } else if (per_second != 0 && rate > per_second) {
      per_second = rate;
    }
    ended = 0;
    window_begin = now;
    limit_gauge.Set(limit.limit());
  }

  // Its thread looks at its fate then. Nothing is held.
  static void Wake(Woken waiter) {
    if (waiter == nullptr) return;
    const auto executor = waiter->timer.get_executor();
    asio::post(executor, [waiter = std::move(waiter)] { waiter->timer.cancel(); });
  }

  void WakeNext(absl::Time now) {
    while (true) {
      Woken next;
      {
        const std::lock_guard lock(mutex);
        next = Next(now);
      }
      if (next == nullptr) return;
      Wake(std::move(next));
    }
  }
};

// Gives up the wait, or the place that came when it was over, if the coroutine goes before it has
// its ticket: a thread that stops destroys its coroutines where they stand.
struct Admission::Departure {
  State& state;
  std::shared_ptr<Waiter> waiter;
  ~Departure() {
    if (waiter == nullptr) return;
    const absl::Time now = state.clock();
    {
      const std::lock_guard lock(state.mutex);
      if (waiter->fate == Waiter::Fate::kWaiting) {
        state.TakeOut(*waiter, Waiter::Fate::kShed);
        return;
      }
      if (waiter->fate != Waiter::Fate::kAdmitted) return;
      state.Release(now);
    }
    state.WakeNext(now);
  }
};

Ticket& Ticket::operator=(Ticket&& other) noexcept {
  if (this == &other) return *this;
  Leave();
  admission_ = std::exchange(other.admission_, nullptr);
  begin_ = other.begin_;
  latency_class_ = other.latency_class_;
  admitted_ = std::exchange(other.admitted_, false);
  measured_ = other.measured_;
  return *this;
}

void Ticket::Leave() {
  if (Admission* admission = std::exchange(admission_, nullptr); admission != nullptr) {
    admission->Leave(latency_class_, begin_, measured_);
  }
}

Admission::Admission(const LimitsConfig& config) : Admission(config, SteadyNow) {}
Admission::Admission(const LimitsConfig& config, Clock clock)
    : state_(std::make_unique<State>(config, std::move(clock))) {}
Admission::~Admission() { Close(); }

Admission::Answer Admission::TryAdmit(Priority priority, int latency_class, Ticket& ticket) {
  ticket = Ticket();
  if (state_->unlimited || priority == Priority::kAlways) {
    ticket.admitted_ = true;
    return Answer::kAdmitted;
  }
  const absl::Time now = state_->clock();
  const std::lock_guard lock(state_->mutex);
  const Answer answer = state_->Try(priority, now);
  if (answer != Answer::kAdmitted) return answer;
  state_->in_flight_gauge.Set(++state_->in_flight);
  ticket.admission_ = this;
  ticket.begin_ = now;
  ticket.latency_class_ = latency_class;
  ticket.admitted_ = true;
  return answer;
}

bool Admission::Sheds(Priority priority) {
  if (state_->unlimited || priority == Priority::kAlways) return false;
  const absl::Time now = state_->clock();
  const std::lock_guard lock(state_->mutex);
  return state_->Try(priority, now) == Answer::kShed;
}

asio::awaitable<Ticket> Admission::Admit(Priority priority, int latency_class,
                                         absl::Time deadline) {
  Ticket ticket;
  if (TryAdmit(priority, latency_class, ticket) != Answer::kWait) co_return ticket;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const absl::Time begin = state_->clock();
  const auto waiter = std::make_shared<Waiter>(executor, priority, begin);
  State::Woken pushed_out;
  absl::Duration patience;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->closed) {  // just now
      state_->CountShed(priority, begin);
      co_return ticket;
    }
    pushed_out = state_->Enqueue(waiter, begin);
    patience = state_->Patience(begin);
  }
  Departure departure{*state_, waiter};
  State::Wake(std::move(pushed_out));
  state_->WakeNext(begin);  // a place that came free in between
  patience = std::min(patience, deadline - absl::Now());
  waiter->timer.expires_after(absl::ToChronoNanoseconds(std::max(patience, absl::ZeroDuration())));
  co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));

  const absl::Time now = state_->clock();
  const std::lock_guard lock(state_->mutex);
  departure.waiter = nullptr;
  if (waiter->fate == Waiter::Fate::kWaiting) {
    state_->TakeOut(*waiter, Waiter::Fate::kShed);
    state_->CountShed(priority, now);
  }
  if (waiter->fate == Waiter::Fate::kShed) co_return ticket;
  ticket.admission_ = this;
  ticket.begin_ = now;
  ticket.latency_class_ = latency_class;
  ticket.admitted_ = true;
  co_return ticket;
}

void Admission::Leave(int latency_class, absl::Time begin, bool measured) {
  const absl::Time now = state_->clock();
  {
    const std::lock_guard lock(state_->mutex);
    if (measured) state_->limit.Sample(latency_class, now - begin, state_->in_flight, now);
    state_->Release(now);
    if (state_->waiting == 0) return;
  }
  state_->WakeNext(now);
}

bool Admission::under_attack() const {
  const int64_t until = state_->attack_until.load(std::memory_order_relaxed);
  return until != 0 && absl::ToUnixNanos(state_->clock()) < until;
}

double Admission::load() const {
  const std::lock_guard lock(state_->mutex);
  return static_cast<double>(state_->in_flight + state_->waiting) / state_->limit.limit();
}

int Admission::limit() const {
  const std::lock_guard lock(state_->mutex);
  return state_->limit.limit();
}

int Admission::in_flight() const {
  const std::lock_guard lock(state_->mutex);
  return state_->in_flight;
}

int Admission::waiting() const {
  const std::lock_guard lock(state_->mutex);
  return state_->waiting;
}

void Admission::Close() {
  while (true) {
    State::Woken waiter;
    {
      const std::lock_guard lock(state_->mutex);
      state_->closed = true;
      for (State::Lane& lane : state_->lanes) {
        if (lane.empty()) continue;
        state_->in_flight_gauge.Set(++state_->in_flight);
        waiter = state_->TakeOut(lane.front(), Waiter::Fate::kAdmitted);
        break;
      }
    }
    if (waiter == nullptr) return;
    State::Wake(std::move(waiter));
  }
}

}  // namespace forium::gateway
