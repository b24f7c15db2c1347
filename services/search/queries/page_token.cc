// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/page_token.h"

#include "absl/strings/escaping.h"
#include "services/base/fingerprint/fingerprint.h"
#include "services/base/status/status.h"

namespace forium::search {
namespace {

constexpr size_t kPlaceBytes = 8 + 8 + 4;
constexpr size_t kTokenBytes = 8 + kPlaceBytes;

void Append(uint64_t value, int bytes, std::string* out) {
  for (int i = bytes - 1; i >= 0; --i) out->push_back(static_cast<char>(value >> (8 * i)));
}

uint64_t Number(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<unsigned char>(byte);
  return value;
}

// Over the list and the place: a token that was changed does not fit either.
uint64_t FingerprintOf(std::string_view list, std::string_view place) {
  return Fingerprint(place, Fingerprint(std::string_view("\0", 1), Fingerprint(list)));
}

absl::Status Invalid() {
  return status::Error(absl::StatusCode::kInvalidArgument, status::Reason::INVALID_PAGE_TOKEN,
                       "This page token does not belong to this search. Start from its first page.",
                       "page_token");
}

}  // namespace

std::string MakePageToken(std::string_view list, const PagePlace& place) {
  std::string bytes;
  Append(static_cast<uint64_t>(place.score), 8, &bytes);
  Append(static_cast<uint64_t>(place.key), 8, &bytes);
  Append(static_cast<uint64_t>(place.count), 4, &bytes);
  std::string token;
  Append(FingerprintOf(list, bytes), 8, &token);
  return absl::WebSafeBase64Escape(token + bytes);
}

absl::StatusOr<PagePlace> ParsePageToken(std::string_view list, std::string_view token) {
  std::string bytes;
  if (token.size() > 64 ||
      !absl::WebSafeBase64Unescape(absl::string_view(token.data(), token.size()), &bytes) ||
      bytes.size() != kTokenBytes) {
    return Invalid();
  }
  const std::string_view place = std::string_view(bytes).substr(8);
  if (Number(std::string_view(bytes).substr(0, 8)) != FingerprintOf(list, place)) return Invalid();
  return PagePlace{static_cast<int64_t>(Number(place.substr(0, 8))),
                   static_cast<int64_t>(Number(place.substr(8, 8))),
                   static_cast<int32_t>(Number(place.substr(16, 4)))};
}

}  // namespace forium::search
