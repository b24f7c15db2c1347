// SPDX-License-Identifier: Apache-2.0
// What a processor of the last ten years can do beyond the least of its kind, asked when the
// program runs: a function that needs it is marked FORIUM_AVX2 and called only where HasAvx2. Each
// has a twin for all others. Thread-safe.
#pragma once

#if defined(__x86_64__)
#define FORIUM_HAS_AVX2 1
#define FORIUM_AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#endif

namespace forium::search {

inline bool HasAvx2() {
#ifdef FORIUM_HAS_AVX2
  static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                          __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
  return has;
#else
  return false;
#endif
}

}  // namespace forium::search
