// SPDX-License-Identifier: Apache-2.0
// The text of one log line, for Log() and its test.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "services/base/observe/log.h"

namespace forium::observe {

// A JSON object and a newline. Bytes that are not UTF-8 become U+FFFD.
std::string LogLine(absl::Time time, Level level, std::string_view message,
                    std::initializer_list<Field> fields);

}  // namespace forium::observe
