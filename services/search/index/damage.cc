// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/damage.h"

#include <sqlite3.h>
#include <zlib.h>

#include <string>

#include "absl/strings/numbers.h"
#include "services/base/status/status.h"
#include "services/search/segment/texts.h"

namespace forium::search {
namespace {

// The code that services/base/database puts at the end of a cause; 0: none.
int SqliteCodeOf(const absl::Status& error) {
  constexpr std::string_view kBefore = "(SQLite code ";
  const std::string cause = status::CauseOf(error);
  const size_t found = cause.rfind(kBefore);
  if (found == std::string::npos || cause.back() != ')') return 0;
  const size_t begin = found + kBefore.size();
  int code = 0;
  return absl::SimpleAtoi(cause.substr(begin, cause.size() - begin - 1), &code) ? code : 0;
}

}  // namespace

bool IsDamage(const absl::Status& error) {
  if (error.ok()) return false;
  if (absl::IsDataLoss(error)) return true;
  // A full disk is an I/O error too, but has a code of its own in the status.
  if (absl::IsResourceExhausted(error)) return false;
  switch (SqliteCodeOf(error) & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      return true;
    default:
      return false;
  }
}

int64_t Checksum(std::string_view text) {
  return static_cast<int64_t>(
      crc32_z(0, reinterpret_cast<const unsigned char*>(text.data()), text.size()));
}

absl::StatusOr<std::string> VerifiedText(int64_t checksum, std::string_view packed) {
  std::string text;
  if (UnpackText(packed, &text) && Checksum(text) == checksum) return text;
  return status::WithCause(
      absl::DataLossError("The search index is damaged and is being built anew."),
      "a text does not agree with its checksum");
}

}  // namespace forium::search
