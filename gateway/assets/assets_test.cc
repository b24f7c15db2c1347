// SPDX-License-Identifier: Apache-2.0
#include "gateway/assets/assets.h"

#include <brotli/decode.h>

#include <algorithm>

#include "gateway/assets/packed_file.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

Request Accepting(std::string_view encodings) {
  Request request;
  request.headers.push_back({"Accept-Encoding", encodings});
  return request;
}

TEST(AssetsTest, DescriptionOfTheApiIsServedInEachCoding) {
  const auto plain = AssetResponse("/api/v1/openapi.json", Accepting(""));
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->Header("content-type"), "application/json");
  EXPECT_TRUE(plain->Header("content-encoding").empty());
  EXPECT_TRUE(plain->body.view().starts_with("{"));

  const auto packed = AssetResponse("/api/v1/openapi.json", Accepting("gzip, br"));
  ASSERT_TRUE(packed.has_value());
  EXPECT_EQ(packed->Header("content-encoding"), "br");
  EXPECT_NE(packed->Header("etag"), plain->Header("etag"));
  std::string unpacked(plain->body.size(), '\0');
  size_t size = unpacked.size();
  ASSERT_EQ(BrotliDecoderDecompress(packed->body.size(),
                                    reinterpret_cast<const uint8_t*>(packed->body.view().data()),
                                    &size, reinterpret_cast<uint8_t*>(unpacked.data())),
            BROTLI_DECODER_RESULT_SUCCESS);
  EXPECT_EQ(unpacked, plain->body.view());
  EXPECT_EQ(AssetResponse("/api/v1/openapi.json", Accepting("gzip"))->Header("content-encoding"),
            "gzip");
}

TEST(AssetsTest, PageOfTheApiNamesItsFilesByHash) {
  const auto page = AssetResponse("/api/docs", Accepting(""));
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->Header("content-type"), "text/html; charset=utf-8");
  const std::string_view html = page->body.view();
  const size_t script = html.find("/assets/api-docs-");
  ASSERT_NE(script, std::string_view::npos);
  EXPECT_EQ(html.find("{{"), std::string_view::npos);
  const std::string_view path = html.substr(script, html.find('"', script) - script);
  const auto file = AssetResponse(path, Accepting(""));
  ASSERT_TRUE(file.has_value()) << path;
  EXPECT_EQ(file->Header("cache-control"), "public, max-age=31536000, immutable");
}

TEST(AssetsTest, UnhashedFilesAreAskedForAgain) {
  EXPECT_EQ(AssetResponse("/api/docs", Accepting(""))->Header("cache-control"), "public, no-cache");
}

TEST(AssetsTest, OnlyExactPathsAreFiles) {
  for (const char* path :
       {"", "/", "/assets/", "/assets/../api/docs", "/api/docs/", "/api//docs", "//ssr/render.js",
        "/assets/../../ssr/render.js", "/etc/passwd", "/assets/%2e%2e/api/docs"}) {
    EXPECT_FALSE(AssetResponse(path, Accepting("br")).has_value()) << path;
  }
}

TEST(AssetsTest, ListIsSortedForTheSearch) {
  EXPECT_TRUE(
      std::is_sorted(kPackedFiles.begin(), kPackedFiles.end(),
                     [](const PackedFile& a, const PackedFile& b) { return a.path < b.path; }));
}

TEST(AssetsTest, BundleAndItsHashesComeTogether) {
  EXPECT_EQ(SsrBundle().empty(), SsrScriptHashes().empty());
  for (const std::string& hash : SsrScriptHashes()) {
    EXPECT_TRUE(hash.starts_with("'sha256-") && hash.ends_with("='")) << hash;
  }
}

}  // namespace
}  // namespace forium::gateway
