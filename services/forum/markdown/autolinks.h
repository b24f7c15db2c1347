// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where bare addresses and mentions in running text begin and end. Each function looks at text[at]
// and the bytes around it, and answers 0 for "none"; what it scans is bounded or consumed.

#include <cstddef>
#include <string_view>

namespace forium::markdown {

// End of the http(s) URL whose ":" stands at `colon`; *start is where its scheme begins, not before
// `floor`. With `in_brackets` a "]" ends it.
size_t UrlAround(std::string_view text, size_t colon, size_t floor, bool in_brackets,
                 size_t* start);
// End of "www.example.org/…" at `at`.
size_t WwwAddressEnd(std::string_view text, size_t at, bool in_brackets);
// End of the mail address whose "@" stands at `at`; *start is where it begins, not before `floor`.
size_t MailAround(std::string_view text, size_t at, size_t floor, size_t* start);
// End of "@name" at `at`.
size_t MentionEnd(std::string_view text, size_t at);

}  // namespace forium::markdown
