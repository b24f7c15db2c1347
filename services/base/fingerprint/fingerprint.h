// SPDX-License-Identifier: Apache-2.0
// A short number for a text: 64-bit FNV-1a, the same in every process and release, so that it may
// be kept. Not secret, and no protection against who wants two texts to have one.
// http://www.isthe.com/chongo/tech/comp/fnv/ Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace forium {

// Of nothing at all.
inline constexpr uint64_t kFingerprintStart = 14695981039346656037u;

// `before`: of the text that this one goes on from.
constexpr uint64_t Fingerprint(std::string_view text, uint64_t before = kFingerprintStart) {
  uint64_t hash = before;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return hash;
}

}  // namespace forium
