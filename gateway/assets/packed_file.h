// SPDX-License-Identifier: Apache-2.0
// One file of the blob, as the pack tool lists it. Offsets are into the blob; a size of 0 means
// that the variant is not there.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace forium::gateway {

struct PackedVariant {
  size_t offset;
  size_t size;
};

struct PackedFile {
  std::string_view path;  // `/assets/shell-BvLsk7cp.js`
  std::string_view content_type;
  std::string_view hash;  // of the bytes as they are, hexadecimal
  bool immutable;         // its name changes with its bytes
  PackedVariant plain;
  PackedVariant brotli;
  PackedVariant gzip;
};

// Sorted by path. Made by the pack tool.
extern const std::span<const PackedFile> kPackedFiles;
// The SSR bundle's folder: not served.
inline constexpr std::string_view kPrivatePrefix = "//";

}  // namespace forium::gateway

extern "C" const char forium_assets_blob[];
