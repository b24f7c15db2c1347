// SPDX-License-Identifier: Apache-2.0
// The body of a cached page once more, as a file in memory: of a file the kernel sends the pages as
// they are, where bytes of ours are copied for each reader. Only large bodies that are read again
// and again get one, and few at a time. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace forium::gateway {

class BodyFile {
 public:
  // Below, the second call of the system costs more than the copy.
  static constexpr size_t kSmallest = 16 << 10;
  // The readers who make it worth a file.
  static constexpr uint32_t kReaders = 16;
  // Of all files there are.
  static constexpr int64_t kMostBytes = 16 << 20;
  static constexpr int64_t kMostFiles = 256;

  BodyFile() = default;
  ~BodyFile();
  BodyFile(const BodyFile&) = delete;
  BodyFile& operator=(const BodyFile&) = delete;

  // The file, for one more reader of `body`, which is the same at each call; -1: there is none. It
  // is there as long as this is.
  int For(std::string_view body) const;

 private:
  mutable std::atomic<int> file_ = -1;
  mutable std::atomic<uint32_t> readers_ = 0;
};

}  // namespace forium::gateway
