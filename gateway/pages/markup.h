// SPDX-License-Identifier: Apache-2.0
// Text for HTML and XML documents that are put together by hand.
#pragma once

#include <string>
#include <string_view>

namespace forium::gateway {

// For text and for attributes in double quotes. Characters that XML cannot hold at all are left
// out.
std::string EscapeMarkup(std::string_view text);

}  // namespace forium::gateway
