// SPDX-License-Identifier: Apache-2.0
#include "services/forum/config.h"

namespace forium::forum {

std::string HostOf(const std::string& url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string::npos) return "";
  const size_t begin = scheme + 3;
  return url.substr(begin, url.find('/', begin) - begin);
}

}  // namespace forium::forum
