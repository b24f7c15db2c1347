// SPDX-License-Identifier: Apache-2.0
#include "gateway/status/meter_values.h"

namespace forium::gateway {

MeterValues::MeterValues(const std::vector<prometheus::MetricFamily>& families) {
  for (const prometheus::MetricFamily& family : families) {
    const bool counter = family.type == prometheus::MetricType::Counter;
    if (!counter && family.type != prometheus::MetricType::Gauge) continue;
    std::vector<Sample>& samples = samples_[family.name];
    for (const prometheus::ClientMetric& metric : family.metric) {
      Sample sample{.labels = {}, .value = counter ? metric.counter.value : metric.gauge.value};
      for (const auto& label : metric.label) sample.labels[label.name] = label.value;
      samples.push_back(std::move(sample));
    }
  }
}

double MeterValues::Value(const std::string& name) const {
  const auto found = samples_.find(name);
  if (found == samples_.end()) return 0;
  double sum = 0;
  for (const Sample& sample : found->second) sum += sample.value;
  return sum;
}

double MeterValues::Value(const std::string& name, const std::string& label,
                          const std::string& value) const {
  const std::map<std::string, double> values = By(name, label);
  const auto found = values.find(value);
  return found == values.end() ? 0 : found->second;
}

std::map<std::string, double> MeterValues::By(const std::string& name,
                                              const std::string& label) const {
  std::map<std::string, double> values;
  const auto found = samples_.find(name);
  if (found == samples_.end()) return values;
  for (const Sample& sample : found->second) {
    if (const auto of = sample.labels.find(label); of != sample.labels.end()) {
      values[of->second] += sample.value;
    }
  }
  return values;
}

std::string MeterValues::Label(const std::string& name, const std::string& label) const {
  const auto found = samples_.find(name);
  if (found == samples_.end() || found->second.empty()) return {};
  const auto& labels = found->second.front().labels;
  const auto value = labels.find(label);
  return value == labels.end() ? std::string() : value->second;
}

}  // namespace forium::gateway
