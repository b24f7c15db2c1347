// SPDX-License-Identifier: Apache-2.0
// Header fields that responses carry, fewest for scripts and styles. HTML gets a strict
// Content-Security-Policy: no inline script but those whose hash is given, no inline style, no
// frames.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/config.h"
#include "gateway/http/message.h"

namespace forium::gateway {

class SecurityHeaders {
 public:
  // `script_hashes`: CSP sources of the inline scripts that pages carry, `'sha256-…'`.
  SecurityHeaders(const Config& config, const std::vector<std::string>& script_hashes);
  void Apply(Response& response) const;

 private:
  using Fields = std::vector<std::pair<std::string, std::string>>;
  Fields for_all_;
  Fields for_html_;
  Fields for_others_;
};

}  // namespace forium::gateway
