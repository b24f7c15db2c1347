// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/terminal.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>

namespace forium::allinone {
namespace {

void Write(FILE* out, std::string_view text) { fwrite(text.data(), 1, text.size(), out); }

}  // namespace

Terminal::Terminal() : interactive_(isatty(STDERR_FILENO) == 1) {}

Terminal::~Terminal() { ClearProgress(); }

void Terminal::Print(std::string_view line) {
  ClearProgress();
  Write(stdout, line);
  Write(stdout, "\n");
  fflush(stdout);
}

void Terminal::Progress(std::string_view state) {
  // A log wants no bar.
  if (!interactive_) return;
  Write(stderr, "\r\x1b[K");
  Write(stderr, state);
  progress_shown_ = true;
}

void Terminal::Fail(std::string_view sentence) {
  ClearProgress();
  Write(stderr, "forium: ");
  Write(stderr, sentence);
  Write(stderr, "\n");
}

void Terminal::ClearProgress() {
  if (progress_shown_) Write(stderr, "\r\x1b[K");
  progress_shown_ = false;
}

std::string ReadLineFromStdin() {
  std::string line;
  std::getline(std::cin, line);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace forium::allinone
