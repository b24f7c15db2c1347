// SPDX-License-Identifier: Apache-2.0
#include "gateway/assets/assets.h"

#include <algorithm>
#include <array>

#include "gateway/assets/packed_file.h"
#include "gateway/http/ascii.h"
#include "gateway/http/compression.h"

namespace forium::gateway {
namespace {

const PackedFile* Find(std::string_view path) {
  const auto found = std::lower_bound(
      kPackedFiles.begin(), kPackedFiles.end(), path,
      [](const PackedFile& file, std::string_view wanted) { return file.path < wanted; });
  return found == kPackedFiles.end() || found->path != path || path.empty() ? nullptr : &*found;
}

std::string_view Bytes(const PackedVariant& variant) {
  return {forium_assets_blob + variant.offset, variant.size};
}

// Without zstd: brotli at its best makes every file smaller, and who takes zstd takes brotli.
constexpr std::array kPackedEncodings = {Encoding::kBrotli, Encoding::kGzip};

constexpr std::string_view kBundle = "//ssr/render.js";
constexpr std::string_view kPolicy = "//ssr/csp.json";

}  // namespace

std::optional<Response> AssetResponse(std::string_view path, const Request& request) {
  const PackedFile* file = Find(path);
  if (file == nullptr || path.starts_with(kPrivatePrefix)) return std::nullopt;
  Encoding encoding = NegotiateEncoding(request.Header("accept-encoding"), kPackedEncodings);
  if (encoding == Encoding::kBrotli && file->brotli.size == 0) encoding = Encoding::kIdentity;
  if (encoding == Encoding::kGzip && file->gzip.size == 0) encoding = Encoding::kIdentity;

  Response response;
  response.Add("Content-Type", std::string(file->content_type));
  // A name with a hash in it is never asked for again.
  if (!file->immutable) {
    response.Add("ETag", Concat({"\"", file->hash, EncodingName(encoding), "\""}));
  }
  response.Add("Cache-Control",
               file->immutable ? "public, max-age=31536000, immutable" : "public, no-cache");
  if (file->brotli.size != 0 || file->gzip.size != 0) response.Add("Vary", "Accept-Encoding");
  switch (encoding) {
    case Encoding::kBrotli:
      response.body = Body::Static(Bytes(file->brotli));
      break;
    case Encoding::kGzip:
      response.body = Body::Static(Bytes(file->gzip));
      break;
    case Encoding::kZstd:  // not offered
    case Encoding::kIdentity:
      response.body = Body::Static(Bytes(file->plain));
      return response;
  }
  response.Add("Content-Encoding", std::string(EncodingName(encoding)));
  return response;
}

std::string_view AssetBytes(std::string_view path) {
  const PackedFile* file = Find(path);
  return file == nullptr ? std::string_view() : Bytes(file->plain);
}

std::string_view SsrBundle() { return AssetBytes(kBundle); }

std::vector<std::string> SsrScriptHashes() {
  // {"scriptHashes":["sha256-…"]}: hashes are the only texts in it that begin so.
  std::vector<std::string> hashes;
  std::string_view policy = AssetBytes(kPolicy);
  for (size_t at = policy.find("\"sha256-"); at != std::string_view::npos;
       at = policy.find("\"sha256-", at)) {
    const size_t end = policy.find('"', at + 1);
    if (end == std::string_view::npos) break;
    hashes.push_back(Concat({"'", policy.substr(at + 1, end - at - 1), "'"}));
    at = end;
  }
  return hashes;
}

}  // namespace forium::gateway
