// SPDX-License-Identifier: Apache-2.0
// The public half of an nkey: NATS's name for a user that signs in with an Ed25519 key.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace forium::events {

// The public key (`U…`) of a user's seed (`SU…`). Errors: InvalidArgument.
absl::StatusOr<std::string> PublicKeyOfSeed(std::string_view seed);
// The same of the first seed in a file.
absl::StatusOr<std::string> PublicKeyOfSeedFile(const std::string& path);
// The seed of 32 secret bytes.
std::string SeedOf(std::string_view secret);

}  // namespace forium::events
