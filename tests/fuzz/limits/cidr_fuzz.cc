// SPDX-License-Identifier: Apache-2.0
// Whatever stands in a list of networks: it is refused, or every address that its ranges begin and
// end with is inside.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "gateway/limits/cidr.h"

namespace {

using namespace forium::gateway;

void Require(bool holds, const char* claim) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", claim);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto set = CidrSet::ParseText(text);
  if (!set.ok()) Require(!set.status().message().empty(), "mistake not told");
  const auto address = ParseIp(text);
  if (!address.has_value()) return 0;
  Require(ParseIp(address->ToString()) == address, "an address changes when it is written");
  Require(set.ok() && set->Contains(*address), "an address is no network");
  Require(set->ranges() == 1, "an address is several");
  return 0;
}
