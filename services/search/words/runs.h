// SPDX-License-Identifier: Apache-2.0
// Runs of letters: a word, or an identifier (`std::vector`, `foo_bar`, `GetComponent`, `2.4.1`,
// `C++`, `.NET`, `/etc/hosts`, `well-known`) with the parts that it is joined from, or a URL. Pure
// functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace forium::search {

struct Part {
  size_t begin, end;   // bytes of the source
  uint8_t joiner = 0;  // bytes of the joiner that stands before it
  uint8_t suffix = 0;  // bytes behind it that belong to it: `++`, `#`
  bool ascii = true;   // letters and digits of ASCII only
};

struct Run {
  size_t begin = 0, end = 0;
  std::vector<Part> parts;
  // `.NET`: the dot belongs to it.
  bool leading_dot = false;
  // A URL: its first parts are the host's, whose bytes these are; the parts behind have no whole.
  bool url = false;
  size_t host_begin = 0, host_end = 0;
  size_t host_parts = 0;

  // Has a whole that differs from its parts.
  bool joined() const {
    return !url && (parts.size() > 1 || leading_dot || (!parts.empty() && parts[0].suffix));
  }
};

// Reads the run that begins at `at`, where BeginsWord holds or a dot stands before such a place.
// `run` is filled anew; its end lies behind `at`.
void ReadRun(std::string_view text, size_t at, Run& run);

}  // namespace forium::search
