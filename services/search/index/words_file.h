// SPDX-License-Identifier: Apache-2.0
// The file of sealed words that stands beside an index's SQLite file: where it is, and what tells
// that it is the one that was written with it. Pure functions.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/search/segment/segment.h"

namespace forium::search {

// search-7.words beside search-7.db; of an index in memory (no path) a new one among temporary
// files.
std::string WordsPathOf(const std::string& path);
// With what is beside it while it is written.
void RemoveWords(const std::string& words_path);

// What `state.segment` remembers of the file: its bytes, and the CRC-32 of the last of them, where
// a segment has what leads to all else and the checksums of it.
absl::StatusOr<std::string> SealOf(const std::string& words_path);

// Errors: DataLoss, whatever it is that is wrong.
absl::StatusOr<std::shared_ptr<const Segment>> OpenWords(const std::string& words_path,
                                                         const std::string& seal);

}  // namespace forium::search
