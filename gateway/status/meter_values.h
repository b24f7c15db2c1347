// SPDX-License-Identifier: Apache-2.0
// The metrics of the process at one moment, by name. Thread-safe once made.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "prometheus/metric_family.h"

namespace forium::gateway {

class MeterValues {
 public:
  explicit MeterValues(const std::vector<prometheus::MetricFamily>& families);

  // Counter or gauge; the sum when it has labels, zero when nobody has counted yet.
  double Value(const std::string& name) const;
  // Of those with that value of a label.
  double Value(const std::string& name, const std::string& label, const std::string& value) const;
  // Its values by a label, in their order.
  std::map<std::string, double> By(const std::string& name, const std::string& label) const;
  // A label's value, for metrics that only tell something; empty when there is none.
  std::string Label(const std::string& name, const std::string& label) const;

 private:
  struct Sample {
    std::map<std::string, std::string> labels;
    double value;
  };
  std::map<std::string, std::vector<Sample>> samples_;
};

}  // namespace forium::gateway
