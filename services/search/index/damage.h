// SPDX-License-Identifier: Apache-2.0
// What tells that an index's file is not what was written, and the check of its texts. Pure
// functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace forium::search {

// A wrong checksum, or that SQLite could not make sense of the file or read it.
bool IsDamage(const absl::Status& error);

// CRC-32 of a text, as `texts.checksum` has it.
int64_t Checksum(std::string_view text);

// The text of what is packed (PackedText), when it is the one that was put in. For whoever reads
// `texts`.
// Errors: DataLoss.
absl::StatusOr<std::string> VerifiedText(int64_t checksum, std::string_view packed);

}  // namespace forium::search
