// SPDX-License-Identifier: Apache-2.0
// The file of a backup: a tar compressed with zstd. Blocking.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace forium::allinone {

struct ArchivedFile {
  std::string name;  // in the archive, `default/forum.db`
  std::string path;  // on disk
};

// Writes `files` to `out`, which appears whole or not at all. Errors: ResourceExhausted (disk
// full), AlreadyExists.
absl::Status WriteArchive(const std::string& out, const std::vector<ArchivedFile>& files);

// Unpacks into `folder`, regular files only and none outside of it. The names. Errors: DataLoss,
// NotFound.
absl::StatusOr<std::vector<std::string>> ReadArchive(const std::string& in,
                                                     const std::string& folder);

}  // namespace forium::allinone
