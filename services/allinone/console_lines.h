// SPDX-License-Identifier: Apache-2.0
// A console that keeps what it was told, for tests. One thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/allinone/console.h"

namespace forium::allinone {

class Lines : public Console {
 public:
  void Print(std::string_view line) override { lines.emplace_back(line); }
  void Progress(std::string_view) override {}
  std::vector<std::string> lines;
};

}  // namespace forium::allinone
