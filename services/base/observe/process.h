// SPDX-License-Identifier: Apache-2.0
// What the admin port tells of the process itself: process_* as Prometheus's clients name them,
// read when /metrics is asked for, what was built, and the disk under its data. Thread-safe.
#pragma once

#include <string>

namespace forium::observe {

// forium_build_info{program,version}; main says it once.
void DescribeProcess(const std::string& program, const std::string& version);

// forium_disk_free_bytes and forium_disk_size_bytes, of the file system that holds `folder`.
void WatchDisk(const std::string& folder);

}  // namespace forium::observe
