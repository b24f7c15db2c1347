// SPDX-License-Identifier: Apache-2.0
// A response in its final form, as the page cache keeps it. Immutable once kept.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/cache/body_file.h"

namespace forium::gateway {

// `head`: status line and header fields up to those that differ by request.
struct CachedPage {
  int status = 200;
  std::string head;
  std::string not_modified_head;  // of the 304 to the same
  std::string body;
  BodyFile body_file;         // its readers without TLS make it
  std::string etag;           // strong, in quotes
  std::string last_modified;  // empty: not known
  std::vector<std::string> tags;

  // What keeping it costs, with what lies around it: two strings' ends, list and index nodes.
  int64_t Cost() const {
    constexpr size_t kEntryOverhead = 512;
    constexpr size_t kTagOverhead = 96;
    return static_cast<int64_t>(head.size() + not_modified_head.size() + body.size() + etag.size() +
                                last_modified.size() + kEntryOverhead + tags.size() * kTagOverhead);
  }
};

}  // namespace forium::gateway
