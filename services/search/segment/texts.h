// SPDX-License-Identifier: Apache-2.0
// Texts as they are kept: packed, and in a segment's file with a checksum behind each. Pure
// functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/search/segment/mapped_file.h"
#include "services/search/segment/output_file.h"

namespace forium::search {

// zstd (RFC 8878) behind `z`, or, where that does not pay, the text itself behind `t`.
std::string PackedText(std::string_view text);
// False: it was not packed by this.
bool UnpackText(std::string_view packed, std::string* text);

// Where a text lies in a segment's file, with its checksum.
struct TextPlace {
  uint64_t offset = 0;
  uint32_t bytes = 0;
};

TextPlace PutText(std::string_view text, OutputFile& file);
// Errors: DataLoss.
absl::StatusOr<std::string> ReadText(const FileView& file, const TextPlace& place);
// Of a file that is not finished.
absl::StatusOr<std::string> ReadText(const OutputFile& file, const TextPlace& place);

}  // namespace forium::search
