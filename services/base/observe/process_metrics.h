// SPDX-License-Identifier: Apache-2.0
// For MetricsText: metrics of the process, as they are now.
#pragma once

#include <vector>

#include "prometheus/metric_family.h"

namespace forium::observe {

std::vector<prometheus::MetricFamily> ProcessMetrics();

}  // namespace forium::observe
