// SPDX-License-Identifier: Apache-2.0
#include "services/forum/page_token.h"

#include <cstring>

#include "absl/strings/escaping.h"
#include "services/base/fingerprint/fingerprint.h"
#include "services/base/status/status.h"
#include "services/forum/text.h"

namespace forium::forum {
namespace {

constexpr size_t kTokenBytes = 4 + 8 + 8;

void AppendNumber(uint64_t value, int bytes, std::string* out) {
  for (int i = bytes - 1; i >= 0; --i) out->push_back(static_cast<char>(value >> (8 * i)));
}

uint64_t ReadNumber(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<unsigned char>(byte);
  return value;
}

absl::Status Invalid() {
  return status::Error(absl::StatusCode::kInvalidArgument, status::Reason::INVALID_PAGE_TOKEN,
                       "This page token does not belong to this list. Start from the first page.",
                       "page_token");
}

}  // namespace

std::string MakePageToken(std::string_view list, const PageKey& key) {
  std::string bytes;
  bytes.reserve(kTokenBytes);
  AppendNumber(Fingerprint(list), 4, &bytes);
  AppendNumber(static_cast<uint64_t>(key.first), 8, &bytes);
  AppendNumber(static_cast<uint64_t>(key.second), 8, &bytes);
  return absl::WebSafeBase64Escape(bytes);
}

absl::StatusOr<PageKey> ParsePageToken(std::string_view list, std::string_view token) {
  std::string bytes;
  if (token.size() > 64 || !absl::WebSafeBase64Unescape(View(token), &bytes) ||
      bytes.size() != kTokenBytes) {
    return Invalid();
  }
  const std::string_view view = bytes;
  if (ReadNumber(view.substr(0, 4)) != (Fingerprint(list) & 0xffffffffu)) return Invalid();
  return PageKey{static_cast<int64_t>(ReadNumber(view.substr(4, 8))),
                 static_cast<int64_t>(ReadNumber(view.substr(12, 8)))};
}

absl::StatusOr<int> PageSize(int requested, int otherwise) {
  if (requested == 0) return otherwise;
  if (requested < 1 || requested > 100) {
    return status::InvalidField("page_size", "A page has 1 to 100 entries.");
  }
  return requested;
}

}  // namespace forium::forum
