// SPDX-License-Identifier: Apache-2.0
// Whatever comes where a PROXY header must be: the answer never changes once it is given, however
// the bytes arrive, and stays within them.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "gateway/limits/proxy_protocol.h"

namespace {

using namespace forium::gateway;
using State = ProxyHeader::State;

void Require(bool holds, const char* claim) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", claim);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const ProxyHeader whole = ParseProxyHeader(text);
  Require((whole.state == State::kMalformed) == !whole.mistake.empty(), "mistake not told");
  Require(whole.state != State::kNeedMore || size < kLongestProxyHeader, "reads without end");
  if (whole.state == State::kComplete) {
    Require(whole.length > 0 && whole.length <= size, "header beyond its bytes");
    const ProxyHeader alone = ParseProxyHeader(text.substr(0, whole.length));
    Require(alone.state == State::kComplete && alone.length == whole.length &&
                alone.source == whole.source && alone.source_port == whole.source_port &&
                alone.own_addresses == whole.own_addresses,
            "what follows changes the header");
  }
  for (size_t i = 0; i < size && i < 300; ++i) {
    const ProxyHeader part = ParseProxyHeader(text.substr(0, i));
    if (part.state == State::kNeedMore) continue;
    Require(part.state == whole.state, "an answer was taken back");
    Require(part.length == whole.length, "a header changed its length");
  }
  return 0;
}
