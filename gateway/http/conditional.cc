// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/conditional.h"

#include <openssl/sha.h>

#include "gateway/http/ascii.h"

namespace forium::gateway {

std::string EtagOf(std::string_view bytes) {
  unsigned char hash[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string etag = "\"";
  for (int i = 0; i < 12; ++i) {
    etag += kDigits[hash[i] >> 4];
    etag += kDigits[hash[i] & 15];
  }
  return etag + "\"";
}

bool MatchesEtag(std::string_view if_none_match, std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.empty()) return false;
  while (!if_none_match.empty()) {
    std::string_view candidate = Trim(TakeUntil(if_none_match, ','));
    if (candidate == "*") return true;
    if (candidate.starts_with("W/")) candidate.remove_prefix(2);
    if (candidate == etag) return true;
  }
  return false;
}

std::string HttpDate(absl::Time time) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", time, absl::UTCTimeZone());
}

bool IsUnchanged(const Condition& condition, const Validators& validators) {
  if (!condition.if_none_match.empty()) {
    return MatchesEtag(condition.if_none_match, validators.etag);
  }
  return !validators.last_modified.empty() &&
         condition.if_modified_since == validators.last_modified;
}

}  // namespace forium::gateway
