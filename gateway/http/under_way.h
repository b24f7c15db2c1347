// SPDX-License-Identifier: Apache-2.0
// Work on threads of others that will resume a coroutine of the gateway, in the whole process:
// calls and renders. What it resumes must stay until the count is 0.
#pragma once

#include <atomic>

namespace forium::gateway {

inline std::atomic<int> work_under_way{0};

}  // namespace forium::gateway
