// SPDX-License-Identifier: Apache-2.0
// Lines of a text file, plain or compressed (.xz, .zst), read as a stream. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace forium::allinone {

class LineReader {
 public:
  // The compression is told by the first bytes, not by the name. Errors: NotFound,
  // FailedPrecondition.
  static absl::StatusOr<LineReader> Open(const std::string& path);
  LineReader(LineReader&&) noexcept;
  ~LineReader();

  // The next line without its end; false at the end of the file. Errors: DataLoss (damaged, cut
  // off), and InvalidArgument for a line over 256 MB.
  absl::StatusOr<bool> Next(std::string* line);

  // Bytes of the file read so far, and all of it, for progress.
  int64_t position() const;
  int64_t size() const;

 private:
  struct State;
  explicit LineReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace forium::allinone
