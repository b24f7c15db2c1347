// SPDX-License-Identifier: Apache-2.0
// The processor's time that a query has used on this thread, and what it may use: a share of what
// all queries have that are under way. Not thread-safe.
#pragma once

#include <cstdint>

namespace forium::search {

class Budget {
 public:
  Budget();
  ~Budget();
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;
  bool Over() const;

 private:
  int64_t end_;
};

}  // namespace forium::search
