// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace forium::process {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace forium::process
