// SPDX-License-Identifier: Apache-2.0
// Sizes and times of the connections between processes.
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace forium::rpc {

// A message goes in one frame up to this size.
constexpr uint32_t kFrameBytes = 1 << 20;
constexpr uint32_t kHeaderBytes = 64 << 10;
constexpr uint32_t kStreams = 100'000;
// What may come of one stream before it was taken. An answer was asked for, a request was not.
constexpr int32_t kAnswerWindow = 16 << 20;
constexpr int32_t kRequestWindow = 1 << 20;
constexpr int32_t kConnectionWindow = 256 << 20;

// How soon either end notices that the other is gone without a word (a partition, a machine that
// stopped): after these two together.
constexpr absl::Duration kAskForLife = absl::Seconds(2);
constexpr absl::Duration kAnswerLife = absl::Milliseconds(1500);

}  // namespace forium::rpc
