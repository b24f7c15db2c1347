// SPDX-License-Identifier: Apache-2.0
// A file that is read where the system keeps it, without a call for each read: a query makes some
// hundred. What is not there any more, because the file was cut off or its disk fails, is DataLoss
// and no signal: the handler of SIGBUS puts a page of zeros there, and notes it. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"

namespace forium::search {

class MappedFile {
 public:
  // Null when there is no room for one more: then it is to be read otherwise.
  static std::unique_ptr<const MappedFile> Map(int file, uint64_t bytes);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  // Exactly what was asked. Errors: DataLoss; after a loss, for every read.
  absl::Status Read(uint64_t offset, size_t size, char* to) const;
  // What was read no longer counts as the process's memory, until it is read again.
  void Rest() const;

  // What the handler knows of a file.
  struct Slot;

 private:
  MappedFile(Slot& slot, char* begin, uint64_t bytes);

  Slot& slot_;
  char* const begin_;
  const uint64_t bytes_;
};

// A file by its descriptor, and mapped where it is.
struct FileView {
  FileView(int descriptor, const MappedFile* mapped = nullptr)  // NOLINT: each file is one
      : descriptor(descriptor), mapped(mapped) {}

  int descriptor;
  const MappedFile* mapped;
};

}  // namespace forium::search
