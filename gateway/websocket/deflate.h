// SPDX-License-Identifier: Apache-2.0
// Messages of permessage-deflate (RFC 7692, 7.2): raw DEFLATE, each by itself, without the four
// bytes that end it. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace forium::gateway {

std::string DeflateMessage(std::string_view message);

enum class InflateError { kNone, kMalformed, kTooLarge };
// At most `most` bytes come out, whatever the input promises.
InflateError InflateMessage(std::string_view deflated, size_t most, std::string* message);

}  // namespace forium::gateway
