// SPDX-License-Identifier: Apache-2.0
// What a request's texts must be: valid UTF-8, within their bounds, without control characters.
// Each answers the text as it is kept. Errors: INVALID_FIELD or TEXT_TOO_LONG with the field's
// name. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"

namespace forium::forum {

inline constexpr size_t kMaxTitleCharacters = 200;
inline constexpr size_t kMaxTags = 5;
inline constexpr size_t kMaxTagCharacters = 30;
// Bounds the cost of cooking, too.
inline constexpr size_t kMaxRawBytes = 64 * 1024;
inline constexpr size_t kMaxReasonCharacters = 500;

// One line of 1 to `limit` characters, trimmed, of which one can be seen.
absl::StatusOr<std::string> Line(std::string_view field, std::string_view text, size_t limit);
// The same, but may be empty.
absl::StatusOr<std::string> OptionalLine(std::string_view field, std::string_view text,
                                         size_t limit);
absl::StatusOr<std::string> Title(std::string_view text);
// Why somebody edits, hides or deletes.
absl::StatusOr<std::string> Reason(std::string_view text);

// A post's Markdown: not blank, at most 64 kB, no NUL.
absl::Status CheckRaw(std::string_view raw);

// Lower-cased letters, digits and hyphens, 1 to 30 characters.
absl::StatusOr<std::string> TagSlug(std::string_view field, std::string_view tag);
// At most 5, without doubles, in their order. Commas separate, too.
absl::StatusOr<std::vector<std::string>> TagSlugs(
    const google::protobuf::RepeatedPtrField<std::string>& tags);

// Empty or a key that a client chose for a create: at most 128 printable ASCII characters.
absl::Status CheckRequestId(std::string_view request_id);
// Six hexadecimal digits, or empty.
absl::StatusOr<std::string> Color(std::string_view color);
// A category's own slug: letters, digits, hyphens; not only digits.
absl::StatusOr<std::string> CategorySlug(std::string_view slug);

}  // namespace forium::forum
