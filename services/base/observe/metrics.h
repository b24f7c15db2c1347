// SPDX-License-Identifier: Apache-2.0
// The process's metrics (prometheus-cpp). Names: forium_<service>_<noun>_<unit>[_total]; labels
// from closed sets only. Ask for a metric once and keep the reference. Thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"

namespace forium::observe {

using Labels = std::map<std::string, std::string>;

prometheus::Counter& Counter(const std::string& name, const std::string& help,
                             const Labels& labels = {});
prometheus::Gauge& Gauge(const std::string& name, const std::string& help,
                         const Labels& labels = {});
// Seconds, buckets from 100 µs to 10 s.
prometheus::Histogram& Latency(const std::string& name, const std::string& help,
                               const Labels& labels = {});
// Whole numbers or other units; `bounds` are the upper ends of its buckets, growing.
prometheus::Histogram& Distribution(const std::string& name, const std::string& help,
                                    const std::vector<double>& bounds, const Labels& labels = {});
// The text exposition format, version 0.0.4.
std::string MetricsText();

}  // namespace forium::observe
