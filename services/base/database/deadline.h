// SPDX-License-Identifier: Apache-2.0
// Until when the caller of this thread waits. Reads and writes neither wait for a connection, nor
// begin another statement or attempt, after it. The dispatcher of calls sets it; without one there
// is no bound but the database's own.
#pragma once

#include "absl/time/time.h"

namespace forium::database {

class Deadline {
 public:
  // Holds on this thread until destroyed; one that was set before and is earlier stays.
  explicit Deadline(absl::Time time);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // InfiniteFuture when there is none.
  static absl::Time Current();

 private:
  const absl::Time previous_;
};

}  // namespace forium::database
