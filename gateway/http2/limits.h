// SPDX-License-Identifier: Apache-2.0
// What one HTTP/2 connection may take, with the reasons; sizes and times that HTTP/1.1 has too are
// in gateway/config.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace forium::gateway {

// Streams at a time; the handlers that run are never more. A page with its parts needs about forty.
constexpr uint32_t kMostStreams = 128;
// A stream's window: a body is read into memory at the pace of its arrival.
constexpr uint32_t kStreamWindow = 64 << 10;
constexpr int32_t kConnectionWindow = 1 << 20;
// Beyond so many bytes of bodies in memory, only the oldest upload goes on; the others get their
// window back when there is room.
constexpr size_t kBodyMemory = 2 << 20;
// One gather write; a frame more may hang over.
constexpr size_t kBatchBytes = 128 << 10;
// Smaller pieces of a body are copied beside their frame's header.
constexpr size_t kCopiedBytes = 1024;
// Frames that wait for a client who does not read; beyond that nothing is read of it either.
constexpr size_t kMostWaitingFrames = 512;
constexpr size_t kMostWaitingAcks = 128;
// A header of max_header_bytes fits into two frames of the usual 16 kB.
constexpr int kMostContinuations = 8;
// A header so many times the limit is no mistake any more.
constexpr int64_t kGrossHeader = 8;
// Streams kept for their memory.
constexpr size_t kMostSpareStreams = 32;
// An answer to a closed window counts as progress from here on: a byte now and then is none.
constexpr int64_t kLeastProgress = 4096;
// A request that is answered before its end may send so much more, so long, before it is reset: not
// all clients read an answer that a reset follows at once.
constexpr int64_t kMostDropped = 1 << 20;
constexpr int64_t kDropSeconds = 1;
// A body that keeps coming may take as long as it needs at this rate, beside the timeout.
constexpr int64_t kSlowestBytesPerSecond = 1024;

}  // namespace forium::gateway
