// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/texts.h"

#include <zstd.h>

#include <memory>

#include "services/base/status/macros.h"
#include "services/search/segment/layout.h"
#include "services/search/segment/varint.h"

namespace forium::search {
namespace {

// Shorter texts hardly shrink.
constexpr size_t kPacked = 100;
// Letters are left as they are: a sixth more bytes, and unpacked in a quarter of the time.
constexpr int kLevel = -1;
constexpr char kZstd = 'z';
constexpr char kPlain = 't';
// A post has 64 kB; what claims to be much more was not packed here.
constexpr unsigned long long kMostText = 16 << 20;

constexpr size_t kChecksumBytes = 4;

absl::Status CheckSize(const TextPlace& place) {
  if (place.bytes > kChecksumBytes && place.bytes <= kMostText) return absl::OkStatus();
  return SegmentDamage("a text's size");
}

// What lies at a place: packed, then the checksum of that.
absl::StatusOr<std::string> TextOf(std::string_view bytes) {
  const std::string_view packed = bytes.substr(0, bytes.size() - kChecksumBytes);
  std::string text;
  if (LoadFixed<uint32_t>(bytes.data() + packed.size()) != Sum(packed)) {
    return SegmentDamage("wrong checksum of a text");
  }
  if (!UnpackText(packed, &text)) return SegmentDamage("a text that is not packed");
  return text;
}

}  // namespace

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

bool UnpackText(std::string_view packed, std::string* text) {
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

TextPlace PutText(std::string_view text, OutputFile& file) {
  std::string packed = PackedText(text);
  AppendFixed(Sum(packed), packed);
  const TextPlace place = {file.size(), static_cast<uint32_t>(packed.size())};
  file.Append(packed);
  return place;
}

absl::StatusOr<std::string> ReadText(const FileView& file, const TextPlace& place) {
  RETURN_IF_ERROR(CheckSize(place));
  std::string bytes(place.bytes, '\0');
  RETURN_IF_ERROR(ReadAt(file, place.offset, bytes.size(), bytes.data()));
  return TextOf(bytes);
}

absl::StatusOr<std::string> ReadText(const OutputFile& file, const TextPlace& place) {
  RETURN_IF_ERROR(CheckSize(place));
  std::string bytes(place.bytes, '\0');
  RETURN_IF_ERROR(file.ReadBack(place.offset, bytes.size(), bytes.data()));
  return TextOf(bytes);
}

}  // namespace forium::search
