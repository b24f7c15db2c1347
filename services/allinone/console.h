// SPDX-License-Identifier: Apache-2.0
// Where a command speaks to the person who gave it: this terminal, or through the control socket to
// another's.
#pragma once

#include <string_view>

namespace forium::allinone {

class Console {
 public:
  virtual ~Console() = default;
  // A line of the result.
  virtual void Print(std::string_view line) = 0;
  // The state of long work; replaces the one before on a terminal.
  virtual void Progress(std::string_view state) = 0;
};

}  // namespace forium::allinone
