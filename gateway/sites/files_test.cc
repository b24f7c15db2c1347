// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <fstream>

#include "gateway/http/byte_stream.h"
#include "gateway/sites/byte_range.h"
#include "gateway/sites/media_types.h"
#include "gateway/sites/static_site.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

TEST(ByteRangeTest, PartsAreInclusiveAndEndWithTheFile) {
  const auto text = [](std::string_view range, int64_t size) {
    const ByteRange found = ParseRange(range, size);
    if (found.kind == ByteRange::Kind::kUnsatisfiable) return std::string("none");
    if (found.kind == ByteRange::Kind::kWhole) return std::string("whole");
    return std::to_string(found.first) + "-" + std::to_string(found.last);
  };
  EXPECT_EQ(text("bytes=0-0", 10), "0-0");
  EXPECT_EQ(text("bytes=3-", 10), "3-9");
  EXPECT_EQ(text("bytes=3-99", 10), "3-9");
  EXPECT_EQ(text("bytes=-4", 10), "6-9");
  EXPECT_EQ(text("bytes=-99", 10), "0-9");
  EXPECT_EQ(text("bytes=10-", 10), "none");
  EXPECT_EQ(text("bytes=-0", 10), "none");
  EXPECT_EQ(text("bytes=-1", 0), "none");
  for (const char* whole :
       {"", "lines=1-2", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "bytes=1-2,4-5",
        "bytes=1-x", "bytes=99999999999999999999-", "bytes=--1", "bytes= 1-2"}) {
    EXPECT_EQ(text(whole, 10), "whole") << whole;
  }
}

TEST(MediaTypesTest, EndingsDecideInAnyCase) {
  EXPECT_EQ(MediaTypeOf("a.HTML"), "text/html; charset=utf-8");
  EXPECT_EQ(MediaTypeOf("x/y.woff2"), "font/woff2");
  EXPECT_EQ(MediaTypeOf("LICENSE"), "application/octet-stream");
}

class StaticSiteTest : public ::testing::Test {
 protected:
  StaticSiteTest() : folder_(fs::path(::testing::TempDir()) / ("site" + std::to_string(getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "root/blog/.git");
    fs::create_directories(folder_ / "root/.well-known");
    Write("root/index.html", "home");
    Write("root/blog/index.html", "blog");
    Write("root/a b.txt", "0123456789");
    Write("root/.secret", "hidden");
    Write("root/blog/.git/config", "hidden");
    Write("root/.well-known/security.txt", "contact");
    Write("root/app.js", "plain");
    Write("root/app.js.br", "brotli");
    Write("root/app.js.gz", "gzip");
    Write("root/big.bin", std::string(1 << 20, 'b'));
    Write("secret", "outside");
    fs::create_symlink(folder_ / "secret", folder_ / "root/link");
    auto site = StaticSite::Open((folder_ / "root").string(), pool_);
    EXPECT_TRUE(site.ok()) << site.status();
    site_ = *std::move(site);
  }
  ~StaticSiteTest() override { fs::remove_all(folder_); }

  void Write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name) << bytes;
  }

  Response Get(std::string_view path, std::vector<Request::HeaderField> headers = {},
               Method method = Method::kGet) {
    Request request;
    request.method = method;
    request.path = path;
    request.headers = std::move(headers);
    asio::io_context io;
    auto answer = asio::co_spawn(io, site_->Answer(request), asio::use_future);
    const auto work = asio::make_work_guard(io);
    while (answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) io.run_one();
    return answer.get();
  }

  const fs::path folder_;
  asio::thread_pool pool_{1};
  std::unique_ptr<StaticSite> site_;
};

TEST_F(StaticSiteTest, FoldersShowTheirIndex) {
  EXPECT_EQ(Get("/").body.view(), "home");
  EXPECT_EQ(Get("/blog/").body.view(), "blog");
  const Response moved = Get("/blog");
  EXPECT_EQ(moved.status, 301);
  EXPECT_EQ(moved.Header("location"), "/blog/");
  EXPECT_EQ(Get("/a%20b.txt").body.view(), "0123456789");
}

TEST_F(StaticSiteTest, NothingOutsideOrHiddenIsShown) {
  for (const char* path :
       {"/../secret", "/%2e%2e/secret", "/blog/../../secret", "/link", "/.secret",
        "/blog/.git/config", "/..%2fsecret", "/%00", "/blog/%2e%2e/%2e%2e/secret", "/..\\secret",
        "/%", "/nothing", "/index.html/", "//../secret"}) {
    const Response response = Get(path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.body.view().find("outside"), std::string::npos) << path;
  }
  EXPECT_EQ(Get("/.well-known/security.txt").body.view(), "contact");
}

TEST_F(StaticSiteTest, MissingPagesHaveThePageOfTheSite) {
  EXPECT_NE(Get("/nothing").body.view(), "lost");
  Write("root/404.html", "lost");
  const Response response = Get("/nothing");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body.view(), "lost");
  EXPECT_EQ(response.Header("etag"), "");
}

TEST_F(StaticSiteTest, CompressedNeighboursAreTakenWhenWanted) {
  EXPECT_EQ(Get("/app.js").body.view(), "plain");
  EXPECT_EQ(Get("/app.js", {{"Accept-Encoding", "gzip"}}).body.view(), "gzip");
  const Response best = Get("/app.js", {{"Accept-Encoding", "gzip, br"}});
  EXPECT_EQ(best.body.view(), "brotli");
  EXPECT_EQ(best.Header("content-encoding"), "br");
  EXPECT_EQ(best.Header("content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(best.Header("vary"), "Accept-Encoding");
  fs::last_write_time(folder_ / "root/app.js",
                      fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_EQ(Get("/app.js", {{"Accept-Encoding", "gzip, br"}}).body.view(), "plain")
      << "they are older";
}

TEST_F(StaticSiteTest, ConditionsAndRanges) {
  const Response whole = Get("/a%20b.txt");
  const std::string etag(whole.Header("etag"));
  const std::string modified(whole.Header("last-modified"));
  EXPECT_EQ(Get("/a%20b.txt", {{"If-None-Match", etag}}).status, 304);
  EXPECT_EQ(Get("/a%20b.txt", {{"If-Modified-Since", modified}}).status, 304);
  EXPECT_EQ(Get("/a%20b.txt", {{"If-None-Match", "\"x\""}, {"If-Modified-Since", modified}}).status,
            200);
  const Response part = Get("/a%20b.txt", {{"Range", "bytes=2-4"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body.view(), "234");
  EXPECT_EQ(part.Header("content-range"), "bytes 2-4/10");
  EXPECT_EQ(Get("/a%20b.txt", {{"Range", "bytes=2-4"}, {"If-Range", "\"x\""}}).status, 200);
  const Response beyond = Get("/a%20b.txt", {{"Range", "bytes=10-"}});
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.Header("content-range"), "bytes */10");
}

class Sink : public ByteStream {
 public:
  asio::awaitable<size_t> Read(char*, size_t) override { co_return 0; }
  asio::awaitable<bool> Write(std::span<const std::string_view> parts) override {
    for (const std::string_view part : parts) bytes += part.size();
    co_return true;
  }
  void Expect(absl::Duration) override {}
  void ShutdownWrite() override {}
  void Close() override {}
  size_t bytes = 0;
};

TEST_F(StaticSiteTest, LargeFilesComeInPartsAndTellTheirLength) {
  const Response response = Get("/big.bin");
  EXPECT_EQ(response.Header("content-length"), "1048576");
  ASSERT_TRUE(response.stream != nullptr);
  Sink sink;
  asio::io_context io;
  auto sent = asio::co_spawn(io, response.stream(sink), asio::use_future);
  const auto work = asio::make_work_guard(io);
  while (sent.wait_for(std::chrono::seconds(0)) != std::future_status::ready) io.run_one();
  EXPECT_TRUE(sent.get());
  EXPECT_EQ(sink.bytes, 1u << 20);
}

TEST_F(StaticSiteTest, OnlyReadsAreTaken) {
  const Response response = Get("/", {}, Method::kPost);
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.Header("allow"), "GET, HEAD");
}

TEST_F(StaticSiteTest, FolderThatIsNotThereIsAnError) {
  EXPECT_FALSE(StaticSite::Open((folder_ / "none").string(), pool_).ok());
}

}  // namespace
}  // namespace forium::gateway
