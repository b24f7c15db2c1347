// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rebuilds untrusted HTML of an imported post from what is allowed: every tag, attribute and class
// of the result is written by this code, nothing is copied through but text. Understands
// Discourse's quotes, oneboxes, lightboxes, mentions and emoji. Pure, thread-safe.

#include <string_view>

#include "absl/status/statusor.h"
#include "services/forum/markdown/markdown.h"

namespace forium::markdown {

// InvalidArgument (TEXT_TOO_LONG) over kMaxHtmlBytes of html_tree.h. What is nested or grows beyond
// bounds comes out as plain text. Uses options.site_host and options.is_user.
absl::StatusOr<Cooked> Sanitize(std::string_view untrusted_html, const CookOptions& options);

}  // namespace forium::markdown
