// SPDX-License-Identifier: Apache-2.0
// The terminal that a command was given at. Results go to stdout; progress to stderr, in place when
// it is a terminal.
#pragma once

#include <string>
#include <string_view>

#include "services/allinone/console.h"

namespace forium::allinone {

class Terminal : public Console {
 public:
  Terminal();
  ~Terminal() override;
  void Print(std::string_view line) override;
  void Progress(std::string_view state) override;
  // One sentence on stderr.
  void Fail(std::string_view sentence);

 private:
  void ClearProgress();
  const bool interactive_;
  bool progress_shown_ = false;
};

// The first line of stdin, without its end.
std::string ReadLineFromStdin();

}  // namespace forium::allinone
