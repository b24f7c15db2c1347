// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/metadata.h"

namespace forium::rpc {

std::string HeaderText(std::string_view text) {
  constexpr size_t kMaximum = 512;
  std::string header;
  for (const char c : text.substr(0, kMaximum)) {
    if (c >= 0x20 && c <= 0x7E) header.push_back(c);
  }
  return header;
}

}  // namespace forium::rpc
