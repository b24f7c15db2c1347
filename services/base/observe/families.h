// SPDX-License-Identifier: Apache-2.0
// All metrics of the process as they are now, with those of the process itself: for a page that
// shows some of them. Thread-safe.
#pragma once

#include <vector>

#include "prometheus/metric_family.h"

namespace forium::observe {

std::vector<prometheus::MetricFamily> Families();

}  // namespace forium::observe
