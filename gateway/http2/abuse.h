// SPDX-License-Identifier: Apache-2.0
// What a client may do to a connection that costs the server more than the client, and how much of
// it is borne. One thread, as the connection.
#pragma once

#include <string_view>

#include "absl/time/time.h"

namespace forium::gateway {

enum class Abuse {
  kRapidReset,    // requests and at once their cancellation (CVE-2023-44487)
  kMadeReset,     // frames that make the server reset streams (CVE-2025-8671)
  kContinuation,  // a header that never ends
  kHeaderList,    // a header far beyond the limit
  kSettings,
  kPing,
  kPriority,
  kWindowUpdate,
  kEmptyData,     // DATA without bytes and without end
  kUnknownFrame,  // of types that nobody knows
  kAnswers,       // makes answers and does not read them
  kSlowHeader,
  kSlowBody,
  kSlowRead,  // keeps an answer waiting by a closed window
};
constexpr int kAbuses = 14;

std::string_view AbuseName(Abuse abuse);
// forium_gateway_http2_abuse_total
void CountAbuse(Abuse abuse);

// So many at once, so many a second from then on.
class Allowance {
 public:
  constexpr Allowance(double burst, double per_second)
      : burst_(burst), per_second_(per_second), left_(burst) {}
  // False: used up.
  bool Take(absl::Time now);
  // Useful work makes room for more, up to the burst.
  void Earn(double amount);

 private:
  double burst_;
  double per_second_;
  double left_;
  absl::Time last_ = absl::InfiniteFuture();
};

}  // namespace forium::gateway
