// SPDX-License-Identifier: Apache-2.0
#include "services/base/observe/metrics.h"

#include <memory>
#include <utility>

#include "prometheus/family.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"
#include "services/base/observe/families.h"
#include "services/base/observe/process_metrics.h"

namespace forium::observe {
namespace {

// Never destroyed: metrics outlive every static object that may still count on them. The registry
// merges families of one name, so asking twice gives the same metric.
prometheus::Registry& Registry() {
  static auto* const registry =
      new prometheus::Registry(prometheus::Registry::InsertBehavior::Merge);
  return *registry;
}

prometheus::Histogram::BucketBoundaries LatencyBuckets() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
          0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
}

}  // namespace

prometheus::Counter& Counter(const std::string& name, const std::string& help,
                             const Labels& labels) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(Registry()).Add(labels);
}

prometheus::Gauge& Gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(Registry()).Add(labels);
}

prometheus::Histogram& Latency(const std::string& name, const std::string& help,
                               const Labels& labels) {
  return prometheus::BuildHistogram()
      .Name(name)
      .Help(help)
      .Register(Registry())
      .Add(labels, LatencyBuckets());
}

prometheus::Histogram& Distribution(const std::string& name, const std::string& help,
                                    const std::vector<double>& bounds, const Labels& labels) {
  return prometheus::BuildHistogram()
      .Name(name)
      .Help(help)
      .Register(Registry())
      .Add(labels, bounds);
}

std::vector<prometheus::MetricFamily> Families() {
  std::vector<prometheus::MetricFamily> families = ProcessMetrics();
  for (prometheus::MetricFamily& family : Registry().Collect()) {
    families.push_back(std::move(family));
  }
  return families;
}

std::string MetricsText() { return prometheus::TextSerializer().Serialize(Families()); }

}  // namespace forium::observe
