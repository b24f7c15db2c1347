// SPDX-License-Identifier: Apache-2.0
// How many requests to work on at once, found from their latency alone: while they take as long as
// they do without a queue the limit grows by a small allowance, when they take longer it shrinks in
// proportion (the gradient; the idea is Netflix's concurrency-limits, Gradient2). Not thread-safe.
//
// Latency is looked at as a ratio to the usual one of its class, so that slow routes among fast
// ones are no sign of a queue. What is usual must not be learnt from a queue of our own, or the
// limit would follow it upwards for ever: it is learnt while places are free, and under lasting
// load by a probe, a moment with a limit so low that nothing can queue.
#pragma once

#include <array>
#include <cstdint>

#include "absl/time/time.h"

namespace forium::gateway {

class ConcurrencyLimit {
 public:
  struct Options {
    double initial = 32;
    double min = 8;
    double max = 512;
    // Latency may be so many times the usual one before the limit shrinks. Below 2: times the
    // probe's share it must stay under 1, or limit and usual latency would raise each other.
    double tolerance = 1.5;
    // Requests that may queue behind the limit inside the server; at least its square root.
    double allowance = 4;
    double smoothing = 0.2;  // of each step
    absl::Duration window = absl::Milliseconds(100);
    absl::Duration probe_interval = absl::Seconds(10);
  };
  static constexpr int kClasses = 64;

  ConcurrencyLimit(const Options& options, absl::Time now);

  // At the moment; lower while it probes.
  int limit() const { return shown_; }
  // A request has ended. `in_flight` counts it still. Classes are 0 to 63; others are folded.
  void Sample(int latency_class, absl::Duration latency, int in_flight, absl::Time now);
  // The latency of a class that is taken as usual; zero while not known.
  absl::Duration Usual(int latency_class) const;

 private:
  enum class Phase : uint8_t { kSteady, kSettling, kProbing };
  struct Class {
    double usual = 0;  // seconds; 0: not known yet
    double sum = 0;    // of the window
    int count = 0;
  };
  static constexpr double kProbeShare = 0.4;

  void EndWindow(absl::Time now);
  // How much longer than usual the requests of this window took, and forgets them.
  double Ratio();
  // Upwards by `each_up` a sample (0: downwards only), and never by more than `most` of the way.
  void Learn(double each_up, double most);
  void Forget();

  const Options options_;
  std::array<Class, kClasses> classes_;
  double limit_;
  int shown_;
  Phase phase_ = Phase::kSteady;
  absl::Time window_end_;
  absl::Time next_probe_;
  int window_samples_ = 0;
  int window_in_flight_ = 0;  // the most of the window
};

}  // namespace forium::gateway
