// SPDX-License-Identifier: Apache-2.0
// Who is worked on, who waits and who is turned away: one limit for the process (ConcurrencyLimit)
// and one bounded queue before it, with a lane for each priority. To turn a request away costs less
// than a microsecond. Thread-safe; must outlive its tickets, and the threads of those who wait.
// Metrics: forium_gateway_{concurrency_limit, requests_in_flight, queue_requests},
// forium_gateway_queue_seconds, forium_gateway_requests_shed_total{priority}.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/time/time.h"
#include "gateway/limits/config.h"
#include "gateway/limits/route_class.h"

namespace forium::gateway {

// First what stays alive longest.
enum class Priority : uint8_t {
  kAlways,  // health, files: never waits, takes no place
  kMember,  // known to be signed in
  kClaims,  // sent a token that auth must be asked about
  kGuestRead,
  kGuestWrite,
};
inline constexpr int kPriorities = 5;
std::string_view PriorityName(Priority priority);  // `member`, for labels

// `claims`: sent a token whose identity is not known yet.
Priority PriorityOf(RouteClass route_class, bool signed_in, bool claims);

class Admission;

// A place among the requests that are worked on; given back, with the time it was held, when it
// goes. Hold it while the answer is made, not while it is written to a slow reader, and not for
// streams. One thread at a time.
class Ticket {
 public:
  Ticket() = default;  // not admitted
  ~Ticket() { Leave(); }
  Ticket(Ticket&& other) noexcept { *this = std::move(other); }
  Ticket& operator=(Ticket&& other) noexcept;
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  bool admitted() const { return admitted_; }
  // Gives the place back now.
  void Leave();
  // How long this one took says nothing: its client went away, or it waited for somebody else.
  void Ignore() { measured_ = false; }

 private:
  friend class Admission;
  Admission* admission_ = nullptr;  // nullptr: takes no place
  absl::Time begin_;
  int latency_class_ = 0;
  bool admitted_ = false;
  bool measured_ = true;
};

class Admission {
 public:
  using Clock = std::function<absl::Time()>;
  enum class Answer : uint8_t { kAdmitted, kWait, kShed };

  explicit Admission(const LimitsConfig& config);
  Admission(const LimitsConfig& config, Clock clock);  // one that never goes back
  ~Admission();

  // At once: a place, or whether it is worth to wait (then Admit) or to say no. `latency_class`: 0
  // to 63, requests that take about as long: a RouteClass, or finer.
  Answer TryAdmit(Priority priority, int latency_class, Ticket& ticket);

  // One that came now would be turned away, and is counted as that. Before the work of Admit, to
  // which all others go.
  bool Sheds(Priority priority);

  // Waits for a place until `deadline` at most. Not admitted: shed. The coroutine's executor must
  // be that of one thread.
  boost::asio::awaitable<Ticket> Admit(Priority priority, int latency_class, absl::Time deadline);

  // Guests have been turned away for seconds, and lately: time for the challenge.
  bool under_attack() const;
  // In flight and waiting, as a share of the limit: 1 is full. For those who spend less under load.
  double load() const;
  int limit() const;
  int in_flight() const;
  int waiting() const;

  // The process is to end: whoever waits is let in, and nobody waits any more, so that nothing
  // reaches for a thread that stops. Those who still come get a free place or none.
  void Close();

 private:
  friend class Ticket;
  struct Waiter;
  struct State;
  struct Departure;
  void Leave(int latency_class, absl::Time begin, bool measured);

  std::unique_ptr<State> state_;
};

}  // namespace forium::gateway
