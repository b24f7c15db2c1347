// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/encoding.h"

#include "gateway/http/ascii.h"

namespace forium::gateway {
namespace {

constexpr int kNotNamed = -1;

// Thousandths; what is not a weight counts as 0, so that nobody gets what he may have refused.
int WeightOf(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  int weight = text[0] == '1' ? 1000 : 0;
  if (text.size() == 1) return weight;
  if (text[1] != '.') return 0;
  int unit = 100;
  for (const char c : text.substr(2)) {
    if (c < '0' || c > '9') return 0;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return weight > 1000 ? 1000 : weight;
}

// What Accept-Encoding says of each coding.
struct Weights {
  int brotli = kNotNamed;
  int gzip = kNotNamed;
  int zstd = kNotNamed;
  int identity = kNotNamed;
  int others = kNotNamed;  // `*`

  int* Named(std::string_view name) {
    if (EqualsIgnoreCase(name, "gzip") || EqualsIgnoreCase(name, "x-gzip")) return &gzip;
    if (EqualsIgnoreCase(name, "br")) return &brotli;
    if (EqualsIgnoreCase(name, "zstd")) return &zstd;
    if (EqualsIgnoreCase(name, "identity")) return &identity;
    return name == "*" ? &others : nullptr;
  }
  int Of(Encoding encoding) const {
    const int named = encoding == Encoding::kBrotli ? brotli
                      : encoding == Encoding::kZstd ? zstd
                                                    : gzip;
    if (named != kNotNamed) return named;
    return others == kNotNamed ? 0 : others;
  }
};

}  // namespace

Encoding NegotiateEncoding(std::string_view accept_encoding, std::span<const Encoding> offered) {
  Weights weights;
  while (!accept_encoding.empty()) {
    std::string_view item = TakeUntil(accept_encoding, ',');
    int* const weight = weights.Named(Trim(TakeUntil(item, ';')));
    if (weight == nullptr) continue;
    const std::string_view parameter = Trim(item);
    *weight = 1000;
    if (parameter.starts_with("q=") || parameter.starts_with("Q=")) {
      *weight = WeightOf(Trim(parameter.substr(2)));
    }
  }
  Encoding best = Encoding::kIdentity;
  int best_weight = 0;
  for (const Encoding encoding : offered) {
    if (weights.Of(encoding) <= best_weight) continue;
    best = encoding;
    best_weight = weights.Of(encoding);
  }
  return weights.identity > best_weight ? Encoding::kIdentity : best;
}

std::string_view EncodingName(Encoding encoding) {
  switch (encoding) {
    case Encoding::kBrotli:
      return "br";
    case Encoding::kGzip:
      return "gzip";
    case Encoding::kZstd:
      return "zstd";
    case Encoding::kIdentity:
      break;
  }
  return "";
}

}  // namespace forium::gateway
