// SPDX-License-Identifier: Apache-2.0
// What people may be called, and the cleaning of every other text that auth takes. Unicode by ICU.
// Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace forium::auth {

// Who chose a name: the person, or somebody who is trusted with `admin` and the like.
enum class NameChoice { kOwn, kTrusted };

// The name as it is kept: composed (NFKC). 2 to 30 letters and digits of one script, `_`, `-`, `.`;
// a letter, digit or
// `_` at both ends; not only digits. Errors: INVALID_FIELD on `username`.
absl::StatusOr<std::string> CheckUsername(std::string_view raw, NameChoice choice);
// The nearest acceptable name for an author of another forum, whose rules were different.
std::string StagedUsername(std::string_view raw, int64_t source_id);
// `name` with a number behind it, not longer than a name may be.
std::string WithSuffix(std::string_view name, int suffix);
// The name under which an erased account stands; nobody can choose it.
std::string ErasedUsername(int64_t user_id);

// Errors: INVALID_FIELD on `email`. Only the shape is checked: whether it arrives shows when
// something is sent.
absl::StatusOr<std::string> CheckEmail(std::string_view raw);

// For comparing names, addresses and logins: composed, without case (NFKC_Casefold). Empty for text
// that can be none of them (control characters, broken UTF-8).
std::string Fold(std::string_view text);
// Composed (NFKC), so that one password typed on two keyboards is the same bytes. Broken UTF-8
// stays as it is.
std::string Compose(std::string_view text);
int CountCharacters(std::string_view text);

// One line: no control characters, no change of the writing direction, at most four marks on a
// letter, single blanks, trimmed.
std::string CleanLine(std::string_view raw);
// The same for text of several lines.
std::string CleanText(std::string_view raw);
// Cleaned and of at most `limit` characters. Errors: INVALID_FIELD on `field`.
absl::StatusOr<std::string> CheckLine(std::string_view raw, std::string_view field, int limit);
absl::StatusOr<std::string> CheckText(std::string_view raw, std::string_view field, int limit);

// A language tag (BCP 47), an IANA time zone; by their shape. Empty is fine: none chosen. Errors:
// INVALID_FIELD.
absl::StatusOr<std::string> CheckLocale(std::string_view raw);
absl::StatusOr<std::string> CheckTimeZone(std::string_view raw);

}  // namespace forium::auth
