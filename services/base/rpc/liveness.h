// SPDX-License-Identifier: Apache-2.0
// How soon either end of a connection between processes notices that the other one is gone without
// a word (a partition, a paused machine): after these two together.
#pragma once

namespace forium::rpc {

inline constexpr int kPingEveryMilliseconds = 2000;
inline constexpr int kPingTimeoutMilliseconds = 1500;

}  // namespace forium::rpc
