// SPDX-License-Identifier: Apache-2.0
// A file that is written from its begin to its end. The first error stays, and is told at the end.
// Thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace forium::search {

class OutputFile {
 public:
  // kNameless: the file has no name, and goes with its descriptor. kSummed: CRC-32 of each MiB.
  enum class Kind { kNameless, kSummed };
  // Errors here and of Flush: ResourceExhausted when the disk is full; Internal.
  static absl::StatusOr<OutputFile> Create(const std::string& path, Kind kind);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  void Append(std::string_view bytes);
  // Bytes that were appended.
  uint64_t size() const { return written_ + buffer_.size(); }
  // Of what was appended, flushed or not. Errors: DataLoss.
  absl::Status ReadBack(uint64_t offset, size_t size, char* to) const;
  // For reads of what was flushed.
  int descriptor() const { return file_; }
  // Of a summed one only at its end.
  absl::Status Flush();
  // Also waits until all of it is on the disk.
  absl::Status Sync();
  // Of each whole MiB that was written, and of what is left behind the last: four bytes each.
  std::string Sums() const;

 private:
  OutputFile(int file, Kind kind) : kind_(kind), file_(file) {}
  void Write();

  Kind kind_;
  int file_;
  uint64_t written_ = 0;
  std::string buffer_;  // less than a MiB
  std::string sums_;
  absl::Status error_;
};

// Makes a name in the folder of `path` last.
absl::Status SyncFolderOf(const std::string& path);
// What a system call that writes failed with.
absl::Status WriteError(int cause);

}  // namespace forium::search
