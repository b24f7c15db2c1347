// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "gateway/cdn/purges.h"
#include "gateway/cdn/shared_caching.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ::testing::HasSubstr;

// What stands before a CDN: takes one POST a connection, answers as it is told.
class PurgeServer {
 public:
  PurgeServer() : acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    thread_ = std::thread([this] { Serve(); });
  }
  ~PurgeServer() {
    ended_ = true;
    asio::io_context io;
    tcp::socket wake(io);
    boost::system::error_code ignored;
    wake.connect(acceptor_.local_endpoint(), ignored);
    thread_.join();
  }
  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/purge?a=b";
  }
  void Answer(std::string line) {
    const absl::MutexLock lock(&mutex_);
    line_ = std::move(line);
  }
  // The n-th request, counted from one; waits for it.
  std::string Request(size_t n) {
    const auto there = [this, n] { return requests_.size() >= n; };
    const absl::MutexLock lock(&mutex_);
    if (!mutex_.AwaitWithTimeout(absl::Condition(&there), absl::Seconds(10))) return "none came";
    return requests_[n - 1];
  }
  size_t count() {
    const absl::MutexLock lock(&mutex_);
    return requests_.size();
  }

 private:
  void Serve() {
    while (true) {
      tcp::socket socket(io_);
      acceptor_.accept(socket);
      if (ended_) return;
      std::string request;
      boost::system::error_code ignored;
      const size_t head =
          asio::read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n", ignored);
      const size_t field = request.find("Content-Length: ");
      if (head == 0 || field == std::string::npos) continue;
      const size_t length = std::stoul(request.substr(field + 16));
      while (request.size() < head + length && !ignored) {
        char buffer[4096];
        const size_t size = socket.read_some(asio::buffer(buffer), ignored);
        request.append(buffer, size);
      }
      std::string line;
      {
        const absl::MutexLock lock(&mutex_);
        requests_.push_back(request);
        line = line_;
      }
      asio::write(socket, asio::buffer(line + "\r\nContent-Length: 0\r\n\r\n"), ignored);
    }
  }

  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::atomic<bool> ended_ = false;
  absl::Mutex mutex_;
  std::vector<std::string> requests_;
  std::string line_ = "HTTP/1.1 204 No Content";
  std::thread thread_;
};

class PurgesTest : public ::testing::Test {
 protected:
  void Start(absl::Duration again = absl::Hours(1)) {
    CdnConfig config;
    config.cdn_purge_url = server_.url();
    config.cdn_purge_token = "secret";
    auto started = Purges::Start(config, {.gather = absl::Milliseconds(20),
                                          .again = again,
                                          .first_retry = absl::Milliseconds(10),
                                          .longest_retry = absl::Milliseconds(50)});
    ASSERT_TRUE(started.ok()) << started.status();
    purges_ = *std::move(started);
  }
  void Purge(const std::vector<std::string>& tags) { purges_->Purge(tags); }
  static std::string BodyOf(const std::string& request) {
    return request.substr(request.find("\r\n\r\n") + 4);
  }

  PurgeServer server_;
  std::unique_ptr<Purges> purges_;
};

TEST_F(PurgesTest, BeginsWithEverythingAndSendsTagsTogether) {
  Start();
  EXPECT_EQ(BodyOf(server_.Request(1)), "{\"tags\":[\"site\"]}");
  Purge({"topic:17", "category:3"});
  Purge({"list", "topic:17", "tag:a,\"b"});
  const std::string request = server_.Request(2);
  EXPECT_EQ(BodyOf(request), "{\"tags\":[\"category:3\",\"list\",\"tag:a%2C\\\"b\",\"topic:17\"]}");
  EXPECT_THAT(request, HasSubstr("POST /purge?a=b HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Authorization: Bearer secret\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Type: application/json\r\n"));
}

TEST_F(PurgesTest, TellsOnceMoreWhatWasTaken) {
  Start(absl::Milliseconds(100));
  server_.Request(1);
  EXPECT_EQ(BodyOf(server_.Request(2)), "{\"tags\":[\"site\"]}");
  Purge({"topic:17"});
  EXPECT_EQ(BodyOf(server_.Request(3)), "{\"tags\":[\"topic:17\"]}");
  EXPECT_EQ(BodyOf(server_.Request(4)), "{\"tags\":[\"topic:17\"]}");
  // And not for ever: the next is something new.
  Purge({"topic:18"});
  EXPECT_EQ(BodyOf(server_.Request(5)), "{\"tags\":[\"topic:18\"]}");
}

TEST_F(PurgesTest, TriesAgainUntilItIsTaken) {
  server_.Answer("HTTP/1.1 503 Service Unavailable");
  Start();
  server_.Request(1);
  Purge({"topic:17"});
  server_.Request(4);
  server_.Answer("HTTP/1.1 200 OK");
  size_t n = 5;
  while (BodyOf(server_.Request(n)) != "{\"tags\":[\"site\",\"topic:17\"]}") ASSERT_LT(++n, 20u);
  const size_t taken = server_.count();
  Purge({"topic:18"});
  EXPECT_THAT(BodyOf(server_.Request(taken + 1)), HasSubstr("topic:18"));
}

TEST_F(PurgesTest, ABacklogBecomesOnePurgeOfEverything) {
  Start();
  server_.Request(1);
  std::vector<std::string> tags;
  for (size_t i = 0; i < Purges::kMostTags + 1; ++i) tags.push_back("topic:" + std::to_string(i));
  Purge(tags);
  EXPECT_EQ(BodyOf(server_.Request(2)), "{\"tags\":[\"site\"]}");
}

TEST_F(PurgesTest, LargeOnesAreSplit) {
  Start();
  server_.Request(1);
  std::vector<std::string> tags;
  for (size_t i = 0; i < Purges::kBatch + 1; ++i) tags.push_back("topic:" + std::to_string(i));
  Purge(tags);
  const auto commas = [](const std::string& body) {
    return static_cast<size_t>(std::count(body.begin(), body.end(), ','));
  };
  EXPECT_EQ(commas(BodyOf(server_.Request(2))), Purges::kBatch - 1);
  EXPECT_EQ(commas(BodyOf(server_.Request(3))), 0u);
}

TEST_F(PurgesTest, EndsAtOnceWhileNobodyListens) {
  CdnConfig config;
  config.cdn_purge_url = "http://127.0.0.1:1/purge";
  auto purges = Purges::Start(config, {.gather = absl::ZeroDuration()});
  ASSERT_TRUE(purges.ok());
  const absl::Time begin = absl::Now();
  purges->reset();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
}

TEST(PostAddressTest, TakesAddressesApartOrSaysWhatTheyLookLike) {
  const auto plain = PostAddress::Parse("http://cache.internal:6081/purge?x=1");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->host, "cache.internal");
  EXPECT_EQ(plain->port, "6081");
  EXPECT_EQ(plain->target, "/purge?x=1");
  EXPECT_FALSE(plain->tls);
  const auto tls = PostAddress::Parse("https://[::1]");
  ASSERT_TRUE(tls.ok());
  EXPECT_EQ(tls->host, "::1");
  EXPECT_EQ(tls->port, "443");
  EXPECT_EQ(tls->target, "/");
  EXPECT_TRUE(tls->tls);
  for (const char* wrong : {"", "purge", "ftp://a/", "http://", "http://a:b/", "http://a:123456/",
                            "http://u:p@a/", "http://a /", "http://[::1/", "http:///x"}) {
    EXPECT_FALSE(PostAddress::Parse(wrong).ok()) << wrong;
  }
}

Response PageWith(std::vector<std::string> tags) {
  Response response = Response::Html("page");
  response.cache_tags = std::move(tags);
  return response;
}

TEST(SharedCachingTest, CachesAskEachTimeUnlessThereIsACdn) {
  Response response = PageWith({"topic:17"});
  SetSharedCaching(CdnConfig(), response);
  EXPECT_EQ(response.Header("cache-control"), "no-cache");
  EXPECT_EQ(response.Header("cache-tag"), "");
  EXPECT_EQ(response.Header("vary"), "Accept-Encoding, Accept-Language, Cookie");
}

TEST(SharedCachingTest, ACdnKeepsWhatItCanDrop) {
  CdnConfig config;
  config.cdn = true;
  Response response = PageWith({"topic:17", "tag:c, d", "site"});
  SetSharedCaching(config, response);
  EXPECT_EQ(response.Header("cache-control"),
            "public, max-age=0, s-maxage=60, stale-while-revalidate=10");
  EXPECT_EQ(response.Header("cache-tag"), "site,topic:17,tag:c%2C%20d");
  EXPECT_EQ(response.Header("vary"), "Accept-Encoding, Accept-Language, Cookie");

  Response untagged = PageWith({});
  SetSharedCaching(config, untagged);
  EXPECT_EQ(untagged.Header("cache-control"), "no-cache");

  config.cdn_tag_header = "Surrogate-Key";
  Response other = PageWith({"topic:17", "list"});
  SetSharedCaching(config, other);
  EXPECT_EQ(other.Header("surrogate-key"), "site topic:17 list");
}

}  // namespace
}  // namespace forium::gateway
