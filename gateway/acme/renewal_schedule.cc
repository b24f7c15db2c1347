// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/renewal_schedule.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/acme/signing_key.h"

namespace forium::gateway {

absl::Time RenewalTime(const std::string& host, absl::Time not_before, absl::Time not_after) {
  const absl::Duration lifetime = not_after - not_before;
  const std::string digest = Sha256(absl::StrCat(host, absl::ToUnixSeconds(not_before)));
  const double chance = static_cast<unsigned char>(digest[0]) / 255.0;
  return not_before + lifetime * 2 / 3 + lifetime / 50 * chance;
}

absl::Duration PauseAfter(int failures, const Pauses& pauses, double chance) {
  absl::Duration pause = failures <= 1 ? pauses.first : pauses.second;
  for (int i = 2; i < failures && pause < pauses.longest; ++i) pause *= 2;
  return std::min(pause, pauses.longest) * (0.8 + 0.4 * chance);
}

}  // namespace forium::gateway
