// SPDX-License-Identifier: Apache-2.0
// Asking whether a certificate is still good (OCSP, RFC 6960; without a nonce, as RFC 5019 has it).
// Pure functions but for Fetch, which blocks.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/tls/key_pair.h"

namespace forium::gateway {

// The question about the pair's certificate, DER. An error when its chain lacks who signed it.
absl::StatusOr<std::string> OcspQuestion(const KeyPair& pair);

struct OcspAnswer {
  absl::Time made;   // thisUpdate
  absl::Time until;  // nextUpdate
};
// Checks that the answer is signed for the certificate's authority, is of now, and says `good`.
absl::StatusOr<OcspAnswer> CheckOcspAnswer(const KeyPair& pair, std::string_view answer,
                                           absl::Time now);

// Asks the responder by HTTP.
absl::StatusOr<std::string> FetchOcsp(const std::string& responder, const std::string& question,
                                      absl::Duration timeout);

}  // namespace forium::gateway
