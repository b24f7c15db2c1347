// SPDX-License-Identifier: Apache-2.0
// How a fuzz target says what must hold: otherwise the program ends with the claim that was broken.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace forium::fuzz {

inline void Require(bool holds, const char* claim, const std::string& detail = {}) {
  if (holds) return;
  std::fprintf(stderr, "%s%s%s\n", claim, detail.empty() ? "" : ": ", detail.c_str());
  std::abort();
}

}  // namespace forium::fuzz
