// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/concurrency_limit.h"

#include <algorithm>
#include <cmath>

namespace forium::gateway {
namespace {

constexpr int kEnoughSamples = 10;  // to end a window before ten times its length, or to begin with
constexpr double kMostRatio = 10;   // one stall of a second is no reason to shrink by a hundred
constexpr double kMemory = 500;     // samples after which what was usual is mostly forgotten
constexpr double kLearnFromProbe = 0.5;

}  // namespace

ConcurrencyLimit::ConcurrencyLimit(const Options& options, absl::Time now)
    : options_(options),
      limit_(std::clamp(options.initial, options.min, options.max)),
      shown_(std::max(1, static_cast<int>(limit_))),
      window_end_(now + options.window),
      next_probe_(now + std::min(options.probe_interval, 20 * options.window)) {}

absl::Duration ConcurrencyLimit::Usual(int latency_class) const {
  return absl::Seconds(classes_[static_cast<unsigned>(latency_class) % kClasses].usual);
}

void ConcurrencyLimit::Sample(int latency_class, absl::Duration latency, int in_flight,
                              absl::Time now) {
  const double seconds = absl::ToDoubleSeconds(latency);
  if (!(seconds > 0) || !std::isfinite(seconds)) return;  // a clock that was set
  Class& of = classes_[static_cast<unsigned>(latency_class) % kClasses];
  of.sum += seconds;
  ++of.count;
  ++window_samples_;
  window_in_flight_ = std::max(window_in_flight_, in_flight);
  if (now < window_end_) return;
  if (window_samples_ < kEnoughSamples && now < window_end_ + 9 * options_.window) return;
  EndWindow(now);
}

double ConcurrencyLimit::Ratio() {
  double sum = 0;
  int count = 0;
  for (const Class& of : classes_) {
    if (of.count == 0 || of.usual == 0) continue;
    sum += of.count * std::min(kMostRatio, of.sum / of.count / of.usual);
    count += of.count;
  }
  return count == 0 ? 0 : sum / count;
}

// Moves what is usual towards this window's mean.
void ConcurrencyLimit::Learn(double each_up, double most) {
  for (Class& of : classes_) {
    if (of.count == 0) continue;
    const double mean = of.sum / of.count;
    if (of.usual == 0) {
      if (of.count >= kEnoughSamples) of.usual = mean;
      continue;
    }
    const double each = mean > of.usual ? each_up : std::max(each_up, 1 / kMemory);
    // A little under it is chance, and under load nothing but a probe would lead up again.
    if (each_up == 0 && mean > 0.9 * of.usual) continue;
    of.usual += (mean - of.usual) * std::min(most, each * of.count);
  }
}

void ConcurrencyLimit::Forget() {
  for (Class& of : classes_) {
    // Rare classes are summed up until there are enough to begin with.
    if (of.usual == 0 && of.count < kEnoughSamples && phase_ != Phase::kSettling) continue;
    of.sum = 0;
    of.count = 0;
  }
  window_samples_ = 0;
  window_in_flight_ = 0;
}

void ConcurrencyLimit::EndWindow(absl::Time now) {
  const double ratio = Ratio();
  const bool busy = window_in_flight_ * 2 >= shown_;
  switch (phase_) {
    case Phase::kSettling:  // these had begun before the probe
      if (window_in_flight_ <= shown_ + 1 || ratio == 0) phase_ = Phase::kProbing;
      break;
    case Phase::kProbing:
      Learn(kLearnFromProbe / kEnoughSamples, kLearnFromProbe);
      phase_ = Phase::kSteady;
      next_probe_ = now + options_.probe_interval;
      break;
    case Phase::kSteady:
      Learn(busy ? 0 : 1 / kMemory, kLearnFromProbe);
      if (!busy) {
        next_probe_ = now + options_.probe_interval;  // it learns without one
        break;
      }
      if (ratio > 0) {
        const double gradient = std::clamp(options_.tolerance / ratio, 0.5, 1.0);
        const double wanted = limit_ * gradient + std::max(options_.allowance, std::sqrt(limit_));
        limit_ += options_.smoothing * (wanted - limit_);
        limit_ = std::clamp(limit_, options_.min, options_.max);
      }
      if (now >= next_probe_) phase_ = Phase::kSettling;
      break;
  }
  const double shown = phase_ == Phase::kSteady ? limit_ : limit_ * kProbeShare;
  shown_ = std::max(1, static_cast<int>(std::lround(shown)));
  Forget();
  window_end_ = now + options_.window;
}

}  // namespace forium::gateway
