// SPDX-License-Identifier: Apache-2.0
#include "services/base/observe/admin.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <mutex>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/observe/metrics.h"
#include "services/base/observe/status_source.h"

namespace forium::observe {
namespace {

using boost::asio::ip::tcp;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class AdminTest : public ::testing::Test {
 protected:
  AdminTest() {
    auto server = AdminServer::Start("127.0.0.1:0", [this] {
      const std::lock_guard lock(mutex_);
      return waiting_;
    });
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  tcp::socket Connect() {
    tcp::socket socket(io_);
    socket.connect(
        {boost::asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(server_->port())});
    return socket;
  }
  // All that the server says to these bytes.
  std::string Send(const std::string& bytes) {
    tcp::socket socket = Connect();
    boost::asio::write(socket, boost::asio::buffer(bytes));
    std::string answer;
    boost::system::error_code error;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
    EXPECT_EQ(error, boost::asio::error::eof);
    return answer;
  }
  std::string Get(const std::string& path) {
    return Send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  void WaitFor(const std::string& what) {
    const std::lock_guard lock(mutex_);
    waiting_ = what;
  }

  boost::asio::io_context io_;
  std::mutex mutex_;
  std::string waiting_;
  std::unique_ptr<AdminServer> server_;
};

TEST_F(AdminTest, AliveAndReadyAreTwoThings) {
  EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Get("/readyz?verbose"), StartsWith("HTTP/1.1 200 OK\r\n"));
  WaitFor("the forum's database");
  EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 200 OK\r\n"));
  const std::string answer = Get("/readyz");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nthe forum's database\n"));
}

TEST_F(AdminTest, MetricsAreServedAsText) {
  Counter("forium_admin_test_total", "A test.").Increment();
  const std::string answer = Get("/metrics");
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, HasSubstr("\nforium_admin_test_total 1\n"));
}

TEST_F(AdminTest, StatusIsThereAsLongAsItsSource) {
  EXPECT_THAT(Get("/status"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  {
    const StatusSource source([] { return std::string(R"({"well":true})"); });
    const std::string answer = Get("/status");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: application/json\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\n{\"well\":true}"));
  }
  EXPECT_THAT(Get("/status"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
}

TEST_F(AdminTest, HeadHasTheLengthButNoBody) {
  const std::string answer = Send("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(AdminTest, OtherRequestsAreRefused) {
  EXPECT_THAT(Get("/"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Send("POST /metrics HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"),
              StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(Send("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Send("GET /healthz HTTP/1.1\r\nX: " + std::string(20'000, 'x')),
              StartsWith("HTTP/1.1 400 "));
}

TEST_F(AdminTest, ASilentConnectionDoesNotHoldTheNextOneUp) {
  tcp::socket silent = Connect();
  const absl::Time start = absl::Now();
  EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 200 "));
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
}

TEST(AdminStartTest, AnAddressInUseOrMalformedIsAnError) {
  const auto ready = [] { return std::string(); };
  const auto first = AdminServer::Start("127.0.0.1:0", ready);
  ASSERT_TRUE(first.ok());
  const auto second = AdminServer::Start("127.0.0.1:" + std::to_string((*first)->port()), ready);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("in use"));
  EXPECT_FALSE(AdminServer::Start("127.0.0.1", ready).ok());
  EXPECT_FALSE(AdminServer::Start("127.0.0.1:http", ready).ok());
}

}  // namespace
}  // namespace forium::observe
