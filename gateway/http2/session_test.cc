// SPDX-License-Identifier: Apache-2.0
// What requests and answers are over HTTP/2.
#include <gtest/gtest.h>

#include "gateway/http2/frame_client.h"
#include "gateway/http2/test_server.h"

namespace forium::gateway {
namespace {

class Http2Test : public ::testing::Test {
 protected:
  Http2TestServer server_;
};

FieldList With(FieldList fields, FieldList more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

FieldList Post(std::string path, FieldList more = {}) {
  FieldList fields = With(FrameClient::Get(std::move(path)), std::move(more));
  fields[0].second = "POST";
  return fields;
}

Frame Data(uint32_t stream, std::string bytes, bool ends) {
  return {.type = NGHTTP2_DATA,
          .flags = static_cast<uint8_t>(ends ? NGHTTP2_FLAG_END_STREAM : 0),
          .stream = stream,
          .payload = std::move(bytes)};
}

TEST_F(Http2Test, AnswersAreOfTheirStreams) {
  FrameClient client(server_.port());
  ASSERT_TRUE(client.Greet());
  client.Ask(1, FrameClient::Get("/hold"));
  client.Ask(3, FrameClient::Get("/a%20b?c=d"));
  const auto head = client.ReceiveType(NGHTTP2_HEADERS);
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->stream, 3u);
  EXPECT_EQ(head->Field(":status"), "200");
  EXPECT_EQ(head->Field("connection"), "");
  EXPECT_NE(head->Field("date"), "");
  EXPECT_EQ(head->Field("content-length"), "17");
  EXPECT_EQ(client.ReceiveBody(3), "GET /a%20b?c=d h ");
  server_.Release();
  EXPECT_EQ(client.ReceiveBody(1), "released");
}

TEST_F(Http2Test, CachedPageGoesOutAsItIsAndAs304) {
  FrameClient client(server_.port());
  ASSERT_TRUE(client.Greet());
  client.Ask(1, FrameClient::Get("/cached"));
  const auto head = client.ReceiveType(NGHTTP2_HEADERS);
  EXPECT_EQ(head->Field("etag"), "\"e\"");
  EXPECT_EQ(head->Field("content-length"), "300");
  EXPECT_EQ(client.ReceiveBody(1), std::string(300, 'c'));
  client.Ask(3, With(FrameClient::Get("/cached"), {{"if-none-match", "\"e\""}}));
  const auto unmodified = client.ReceiveType(NGHTTP2_HEADERS);
  EXPECT_EQ(unmodified->Field(":status"), "304");
  EXPECT_EQ(unmodified->Field("content-length"), "");
  EXPECT_TRUE(unmodified->Has(NGHTTP2_FLAG_END_STREAM));
}

TEST_F(Http2Test, HeadHasLengthAndNoBody) {
  FrameClient client(server_.port());
  ASSERT_TRUE(client.Greet());
  for (const auto& [path, length] : FieldList{{"/x", "11"}, {"/cached", "300"}, {"/stream", ""}}) {
    FieldList fields = FrameClient::Get(path);
    fields[0].second = "HEAD";
    static uint32_t stream = 1;
    client.Ask(stream, fields);
    const auto head = client.ReceiveType(NGHTTP2_HEADERS);
    ASSERT_TRUE(head.has_value());
    EXPECT_EQ(head->Field("content-length"), length);
    EXPECT_TRUE(head->Has(NGHTTP2_FLAG_END_STREAM)) << path;
    stream += 2;
  }
}

TEST_F(Http2Test, CookieCrumbsAreJoined) {
  FrameClient client(server_.port());
  ASSERT_TRUE(client.Greet());
  client.Ask(1, With(FrameClient::Get("/cookies"),
                     {{"cookie", "a=1"}, {"accept", "x"}, {"cookie", "b=2"}, {"cookie", "c=3"}}));
  EXPECT_EQ(client.ReceiveBody(1), "a=1; b=2; c=3");
}

TEST_F(Http2Test, BodiesOfManyStreamsMayMix) {
  FrameClient client(server_.port());
  ASSERT_TRUE(client.Greet());
  client.Ask(1, Post("/one"), false);
  client.Ask(3, Post("/two", {{"content-length", "4"}}), false);
  client.Send(Data(1, "ab", false));
  client.Send(Data(3, "xy", false));
  client.Send(Data(1, "c", true));
  EXPECT_EQ(client.ReceiveBody(1), "POST /one? h abc");
  client.Send(Data(3, "z!", true));
  EXPECT_EQ(client.ReceiveBody(3), "POST /two? h xyz!");
}

TEST_F(Http2Test, UploadLargerThanTheWindowsArrives) {
  FrameClient client(server_.port());
  ASSERT_TRUE(client.Greet());
  client.Ask(1, Post("/size"), false);
  size_t window = 65536, left = 900'000;
  while (left > 0) {
    const size_t size = std::min({window, left, size_t{16384}});
    if (size == 0) {
      const auto update = client.ReceiveType(NGHTTP2_WINDOW_UPDATE, 1);
      ASSERT_TRUE(update.has_value());
      window += update->Word(0);
      continue;
    }
    window -= size;
    left -= size;
    ASSERT_TRUE(client.Send(Data(1, std::string(size, 'u'), left == 0)));
  }
  EXPECT_EQ(client.ReceiveBody(1), "900000");
}

TEST_F(Http2Test, BodyBeyondTheLimitIsRefusedAndTheConnectionStays) {
  FrameClient client(server_.port());
  ASSERT_TRUE(client.Greet());
  client.Ask(1, Post("/up", {{"content-length", "1048577"}}), false);
  const auto head = client.ReceiveType(NGHTTP2_HEADERS);
  EXPECT_EQ(head->Field(":status"), "413");
  const auto reset = client.ReceiveType(NGHTTP2_RST_STREAM, 1);
  ASSERT_TRUE(reset.has_value());
  EXPECT_EQ(reset->Word(0), static_cast<uint32_t>(NGHTTP2_NO_ERROR));
  client.Ask(3, FrameClient::Get("/after"));
  EXPECT_EQ(client.ReceiveBody(3), "GET /after? h ");
}

TEST_F(Http2Test, ExpectationIsMetBeforeTheBody) {
  FrameClient client(server_.port());
  ASSERT_TRUE(client.Greet());
  client.Ask(1, Post("/p", {{"expect", "100-continue"}}), false);
  EXPECT_EQ(client.ReceiveType(NGHTTP2_HEADERS)->Field(":status"), "100");
  client.Send(Data(1, "go", true));
  EXPECT_EQ(client.ReceiveType(NGHTTP2_HEADERS)->Field(":status"), "200");
  EXPECT_EQ(client.ReceiveBody(1), "POST /p? h go");
  client.Ask(3, Post("/p", {{"expect", "miracles"}}), false);
  EXPECT_EQ(client.ReceiveType(NGHTTP2_HEADERS)->Field(":status"), "417");
}

TEST_F(Http2Test, StreamedAnswerEndsWithItsStream) {
  FrameClient client(server_.port());
  ASSERT_TRUE(client.Greet());
  client.Ask(1, FrameClient::Get("/stream"));
  EXPECT_EQ(client.ReceiveBody(1), "one;two;three;");
}

TEST_F(Http2Test, AnswerCutShortIsReset) {
  FrameClient client(server_.port());
  ASSERT_TRUE(client.Greet());
  client.Ask(1, FrameClient::Get("/cut"));
  EXPECT_EQ(client.ReceiveType(NGHTTP2_DATA, 1)->payload, "one");
  EXPECT_EQ(client.ReceiveType(NGHTTP2_RST_STREAM, 1)->Word(0),
            static_cast<uint32_t>(NGHTTP2_INTERNAL_ERROR));
  EXPECT_TRUE(client.Alive());
}

TEST_F(Http2Test, ExtendedConnectSpeaksBothWays) {
  FrameClient client(server_.port());
  ASSERT_TRUE(client.Greet());
  FieldList fields = With(FrameClient::Get("/echo"), {{":protocol", "echo"}});
  fields[0].second = "CONNECT";
  std::swap(fields[3], fields[4]);
  client.Ask(1, fields, false);
  const auto head = client.ReceiveType(NGHTTP2_HEADERS);
  EXPECT_EQ(head->Field(":status"), "200");
  EXPECT_FALSE(head->Has(NGHTTP2_FLAG_END_STREAM));
  client.Send(Data(1, "hello", false));
  EXPECT_EQ(client.ReceiveType(NGHTTP2_DATA, 1)->payload, "hello");
  client.Send(Data(1, std::string(3000, 'x'), true));
  EXPECT_EQ(client.ReceiveBody(1), std::string(3000, 'x'));
}

TEST_F(Http2Test, ExtendedConnectToAPageIsNoTunnel) {
  FrameClient client(server_.port());
  ASSERT_TRUE(client.Greet());
  FieldList fields = With(FrameClient::Get("/cached"), {{":protocol", "websocket"}});
  fields[0].second = "CONNECT";
  client.Ask(1, fields, false);
  EXPECT_EQ(client.ReceiveType(NGHTTP2_HEADERS)->Field(":status"), "501");
}

TEST_F(Http2Test, ResetEndsAnAnswerThatIsWritten) {
  FrameClient client(server_.port());
  ASSERT_TRUE(client.Greet());
  client.Ask(1, FrameClient::Get("/endless"));
  ASSERT_TRUE(client.ReceiveType(NGHTTP2_DATA, 1).has_value());
  client.Send(
      Frame{.type = NGHTTP2_RST_STREAM, .stream = 1, .payload = std::string("\0\0\0\x08", 4)});
  client.Widen(0, 1 << 20);
  client.Ask(3, FrameClient::Get("/next"));
  EXPECT_EQ(client.ReceiveBody(3), "GET /next? h ");
}

TEST_F(Http2Test, ConnectionThatEndsMeanwhileWaitsForItsHandlers) {
  {
    FrameClient client(server_.port());
    ASSERT_TRUE(client.Greet());
    client.Ask(1, FrameClient::Get("/hold"));
    client.Ask(3, FrameClient::Get("/endless"));
    ASSERT_TRUE(client.ReceiveType(NGHTTP2_DATA, 3).has_value());
  }
  FrameClient other(server_.port());
  ASSERT_TRUE(other.Greet());
  while (server_.handlers() != 1) {
    other.Alive();
  }
  EXPECT_EQ(server_.connections(), 2);
  server_.Release();
  while (server_.connections() != 1) other.Alive();
  EXPECT_EQ(server_.handlers(), 0);
}

TEST_F(Http2Test, DrainFinishesWhatRuns) {
  FrameClient client(server_.port());
  ASSERT_TRUE(client.Greet());
  client.Ask(1, FrameClient::Get("/hold"));
  ASSERT_TRUE(client.Alive());
  server_.Drain(false);
  client.Ask(3, FrameClient::Get("/late"));
  const auto notice = client.ReceiveType(NGHTTP2_GOAWAY);
  ASSERT_TRUE(notice.has_value());
  EXPECT_EQ(notice->Word(0), 0x7FFFFFFFu);
  EXPECT_EQ(client.ReceiveBody(3), "GET /late? h ");
  server_.Drain(true);
  server_.Release();
  const auto last = client.ReceiveType(NGHTTP2_HEADERS, 1);
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(client.ReceiveBody(1), "released");
  EXPECT_TRUE(client.Closed());
}

TEST_F(Http2Test, IdleConnectionIsClosedByADrain) {
  FrameClient client(server_.port());
  ASSERT_TRUE(client.Greet());
  client.Ask(1, FrameClient::Get("/x"));
  client.ReceiveBody(1);
  server_.Drain(true);
  const auto goaway = client.ReceiveType(NGHTTP2_GOAWAY);
  ASSERT_TRUE(goaway.has_value());
  EXPECT_EQ(goaway->Word(4), static_cast<uint32_t>(NGHTTP2_NO_ERROR));
  EXPECT_TRUE(client.Closed());
}

}  // namespace
}  // namespace forium::gateway
