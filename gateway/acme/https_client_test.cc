// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/https_client.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <future>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/tls/testing/tls_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

using ::testing::HasSubstr;

// What the server answers to a request's head, and then it ends the connection; empty: nothing,
// ever.
std::string AnswerTo(const std::string& head) {
  const std::string path = head.substr(head.find(' ') + 1, head.find(" HTTP") - head.find(' ') - 1);
  const auto answer = [](const std::string& fields, const std::string& body) {
    return absl::StrCat("HTTP/1.1 ", fields, "\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
  };
  if (path == "/hang") return "";
  if (path == "/bound") return answer("200 OK", std::string(HttpsClient::kMaxBody, 'a'));
  if (path == "/large") return answer("200 OK", std::string(HttpsClient::kMaxBody + 1, 'a'));
  if (path == "/endless") return absl::StrCat("HTTP/1.1 200 OK\r\n\r\n", std::string(2 << 20, 'a'));
  if (path == "/fields") return answer("200 OK\r\nA: " + std::string(40 << 10, 'a'), "");
  if (path == "/cut") return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
  if (path == "/junk") return "what?\r\n\r\n";
  if (path == "/moved") return answer("302 Found\r\nLocation: /echo?moved", "");
  if (path == "/plain") return answer("302 Found\r\nLocation: http://localhost/echo", "");
  if (path == "/loop") return answer("302 Found\r\nLocation: /loop", "");
  if (path == "/denied") return answer("403 Forbidden\r\nRetry-AFTER: 7", "no");
  return answer("200 OK\r\nX-Name: value", head);
}

boost::asio::awaitable<void> Serve(Transport& transport) {
  std::array<char, 4096> bytes;
  std::string head;
  while (head.find("\r\n\r\n") == std::string::npos) {
    const size_t size = co_await transport.Read(bytes.data(), bytes.size());
    if (size == 0) co_return;
    head.append(bytes.data(), size);
  }
  const std::string answer = AnswerTo(head);
  const bool written = co_await TestServer::WriteAll(transport, Parts(answer));
  if (!answer.empty() && written) transport.ShutdownWrite();
  while (co_await transport.Read(bytes.data(), bytes.size()) != 0) {
  }
}

class HttpsClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const PemPair pem = Issue({.hosts = {"localhost"}});
    ASSERT_TRUE(store_.PutFile("localhost", pem.certificate, pem.key).ok());
    char folder[] = "/tmp/forium-https-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    std::ofstream(folder_ + "/authorities.pem") << TestAuthority().ToPem()->certificate;
    client_ = Client(folder_ + "/authorities.pem", absl::Seconds(10));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static std::unique_ptr<HttpsClient> Client(const std::string& authorities,
                                             absl::Duration timeout) {
    return *HttpsClient::Create({.authorities = authorities, .timeout = timeout});
  }
  std::string Url(const std::string& path) {
    return absl::StrCat("https://localhost:", server_.port(), path);
  }
  std::string ErrorOf(const std::string& url) {
    const auto response = client_->Send({.url = url});
    return response.ok() ? "" : std::string(response.status().message());
  }

  std::string folder_;
  TlsConfig config_;
  CertificateStore store_;
  TlsServer tls_{config_, store_, {"http/1.1"}};
  TestServer server_{tls_, Serve};
  std::unique_ptr<HttpsClient> client_;
};

TEST_F(HttpsClientTest, AsksAndHears) {
  const auto response = client_->Send({.url = Url("/echo?a=b")});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->Field("x-name"), "value");
  EXPECT_EQ(response->Field("x-other"), "");
  EXPECT_THAT(response->body, HasSubstr("GET /echo?a=b HTTP/1.1\r\n"));
  EXPECT_THAT(response->body, HasSubstr(absl::StrCat("Host: localhost:", server_.port(), "\r\n")));

  const auto post = client_->Send(
      {.method = "POST", .url = Url("/echo"), .content_type = "text/plain", .body = "hello"});
  ASSERT_TRUE(post.ok()) << post.status();
  EXPECT_THAT(post->body, HasSubstr("POST /echo"));
  EXPECT_THAT(post->body, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(post->body, HasSubstr("Content-Type: text/plain\r\n"));
}

TEST_F(HttpsClientTest, RefusalsAreAnswers) {
  const auto response = client_->Send({.url = Url("/denied")});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 403);
  EXPECT_EQ(response->Field("retry-after"), "7");
  EXPECT_EQ(response->body, "no");
}

TEST_F(HttpsClientTest, StrangersAreNotTrusted) {
  EXPECT_THAT(ErrorOf(absl::StrCat("https://127.0.0.1:", server_.port(), "/echo")),
              HasSubstr("not trusted or is for another host"));
  client_ = Client("", absl::Seconds(10));
  EXPECT_THAT(ErrorOf(Url("/echo")), HasSubstr("not trusted"));
}

TEST_F(HttpsClientTest, AnswersAreBounded) {
  const auto bound = client_->Send({.url = Url("/bound")});
  ASSERT_TRUE(bound.ok()) << bound.status();
  EXPECT_EQ(bound->body.size(), HttpsClient::kMaxBody);
  EXPECT_THAT(ErrorOf(Url("/large")), HasSubstr("too long"));
  EXPECT_THAT(ErrorOf(Url("/endless")), HasSubstr("too long"));
  EXPECT_THAT(ErrorOf(Url("/fields")), HasSubstr("too long"));
}

TEST_F(HttpsClientTest, BrokenAnswersAreErrors) {
  EXPECT_NE(ErrorOf(Url("/cut")), "");
  EXPECT_NE(ErrorOf(Url("/junk")), "");
}

TEST_F(HttpsClientTest, RedirectsStayEncryptedAndEnd) {
  const auto moved = client_->Send({.url = Url("/moved")});
  ASSERT_TRUE(moved.ok()) << moved.status();
  EXPECT_THAT(moved->body, HasSubstr("GET /echo?moved "));
  EXPECT_THAT(ErrorOf(Url("/plain")), HasSubstr("https://"));
  EXPECT_THAT(ErrorOf(Url("/loop")), HasSubstr("redirects without end"));
  const auto post = client_->Send({.method = "POST", .url = Url("/moved"), .body = "x"});
  ASSERT_TRUE(post.ok()) << post.status();
  EXPECT_EQ(post->status, 302) << "a POST is not repeated elsewhere";
}

TEST_F(HttpsClientTest, SilentServerCostsTheTimeoutOnly) {
  client_ = Client(folder_ + "/authorities.pem", absl::Milliseconds(300));
  const absl::Time begin = absl::Now();
  const auto response = client_->Send({.url = Url("/hang")});
  EXPECT_TRUE(absl::IsDeadlineExceeded(response.status())) << response.status();
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(300));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
}

TEST_F(HttpsClientTest, StopEndsTheCallUnderWay) {
  client_ = Client(folder_ + "/authorities.pem", absl::Seconds(60));
  auto call = std::async(std::launch::async, [&] { return client_->Send({.url = Url("/hang")}); });
  EXPECT_EQ(call.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);
  client_->Stop();
  ASSERT_EQ(call.wait_for(std::chrono::seconds(5)), std::future_status::ready);
  EXPECT_TRUE(absl::IsCancelled(call.get().status()));
  EXPECT_TRUE(absl::IsCancelled(client_->Send({.url = Url("/echo")}).status()));
}

TEST_F(HttpsClientTest, NobodyThereIsAnError) {
  EXPECT_THAT(ErrorOf("https://localhost:1/"), HasSubstr("cannot be reached"));
  EXPECT_THAT(ErrorOf("https://nowhere.invalid/"), HasSubstr("does not resolve"));
}

TEST(HttpsAddressTest, PartsOfAnAddress) {
  const auto full = ParseHttpsAddress("https://ca.example:8443/dir/x?y=1#z");
  ASSERT_TRUE(full.ok());
  EXPECT_EQ(full->host, "ca.example");
  EXPECT_EQ(full->port, "8443");
  EXPECT_EQ(full->target, "/dir/x?y=1");
  EXPECT_EQ(ParseHttpsAddress("https://ca.example")->target, "/");
  EXPECT_EQ(ParseHttpsAddress("https://ca.example")->port, "443");
  EXPECT_EQ(ParseHttpsAddress("https://ca.example?x")->target, "/?x");
  EXPECT_EQ(ParseHttpsAddress("https://[::1]:44/a")->host, "::1");
  EXPECT_EQ(ParseHttpsAddress("https://[::1]:44/a")->port, "44");
  for (const char* url : {"", "http://ca.example/", "https://", "https:///path", "https://a:b/",
                          "https://a:0/", "https://a:65536/", "https://user@a/", "https://[::1/",
                          "https://[::1]x/", "https://a/\r\nX: y", "https://a b/", "ftp://a/"}) {
    EXPECT_FALSE(ParseHttpsAddress(url).ok()) << url;
  }
}

}  // namespace
}  // namespace forium::gateway
