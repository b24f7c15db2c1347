// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/damage.h"

#include <sqlite3.h>
#include <zlib.h>
#include <zstd.h>

#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "services/base/status/status.h"

namespace forium::search {
namespace {

// Shorter texts hardly shrink.
constexpr size_t kPacked = 100;
constexpr int kLevel = 1;
constexpr char kZstd = 'z';
constexpr char kPlain = 't';
// A post has 64 kB; what claims to be much more was not packed here.
constexpr unsigned long long kMostText = 16 << 20;

bool Unpack(std::string_view packed, std::string* text) {
  if (packed.empty()) return false;
  const std::string_view rest = packed.substr(1);
  if (packed[0] == kPlain) {
    *text = rest;
    return true;
  }
  const unsigned long long size = ZSTD_getFrameContentSize(rest.data(), rest.size());
  if (packed[0] != kZstd || size > kMostText) return false;
  static thread_local const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context(
      ZSTD_createDCtx(), ZSTD_freeDCtx);
  text->resize(size);
  const size_t written =
      ZSTD_decompressDCtx(context.get(), text->data(), size, rest.data(), rest.size());
  return ZSTD_isError(written) == 0 && written == size;
}

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

std::string PackedText(std::string_view text) {
  if (text.size() >= kPacked) {
    static thread_local const std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)> context(
        ZSTD_createCCtx(), ZSTD_freeCCtx);
    std::string packed(1 + ZSTD_compressBound(text.size()), kZstd);
    const size_t size = ZSTD_compressCCtx(context.get(), packed.data() + 1, packed.size() - 1,
                                          text.data(), text.size(), kLevel);
    if (ZSTD_isError(size) == 0 && size < text.size()) {
      packed.resize(1 + size);
      return packed;
    }
  }
  return std::string(1, kPlain).append(text);
}

absl::StatusOr<std::string> VerifiedText(int64_t checksum, std::string_view packed) {
  std::string text;
  if (Unpack(packed, &text) && Checksum(text) == checksum) return text;
  return status::WithCause(
      absl::DataLossError("The search index is damaged and is being built anew."),
      "a text does not agree with its checksum");
}

}  // namespace forium::search
