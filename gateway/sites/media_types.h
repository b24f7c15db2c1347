// SPDX-License-Identifier: Apache-2.0
// Media types by the ending of a file's name. Pure.
#pragma once

#include <string_view>

namespace forium::gateway {

// `text/html; charset=utf-8`; application/octet-stream for what is not known.
std::string_view MediaTypeOf(std::string_view file_name);

}  // namespace forium::gateway
