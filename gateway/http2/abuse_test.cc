// SPDX-License-Identifier: Apache-2.0
// Clients that cost more than they ask for, and how soon they are gone.
#include "gateway/http2/abuse.h"

#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "gateway/http2/frame_client.h"
#include "gateway/http2/test_server.h"
#include "services/base/observe/metrics.h"

namespace forium::gateway {
namespace {

// The count of a kind, from what a scrape would see.
double Counted(Abuse kind) {
  const std::string line =
      "forium_gateway_http2_abuse_total{kind=\"" + std::string(AbuseName(kind)) + "\"} ";
  const std::string text = observe::MetricsText();
  const size_t at = text.find(line);
  return at == std::string::npos ? 0 : std::stod(text.substr(at + line.size()));
}

std::string Word(uint32_t value) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift);
  return bytes;
}

Config Impatient() {
  Config config;
  config.header_timeout = absl::Milliseconds(200);
  config.body_timeout = absl::Milliseconds(200);
  config.write_timeout = absl::Milliseconds(400);
  config.keep_alive_timeout = absl::Milliseconds(400);
  return config;
}

Frame Header(uint32_t stream, const FieldList& fields, uint8_t flags) {
  return {.type = NGHTTP2_HEADERS,
          .flags = flags,
          .stream = stream,
          .payload = FrameClient::Block(fields)};
}

class AbuseTest : public ::testing::Test {
 protected:
  // Sends what `next` makes, up to `most` times, until the server says goodbye.
  void ExpectEnd(Abuse kind, int most, const std::function<std::string(uint32_t)>& next) {
    const double before = Counted(kind);
    Http2TestServer server;
    FrameClient client(server.port());
    ASSERT_TRUE(client.Greet());
    std::string bytes;
    for (int i = 0; i < most; ++i) bytes += next(static_cast<uint32_t>(2 * i + 1));
    client.Send(bytes);
    const auto goaway = client.ReceiveType(NGHTTP2_GOAWAY);
    ASSERT_TRUE(goaway.has_value());
    EXPECT_EQ(goaway->Word(4), static_cast<uint32_t>(NGHTTP2_ENHANCE_YOUR_CALM));
    EXPECT_TRUE(client.Closed());
    EXPECT_EQ(Counted(kind), before + 1);
    FrameClient other(server.port());
    EXPECT_TRUE(other.Greet());
  }
  // The same of a frame that is borne so often.
  void ExpectPatience(int times, const std::function<std::string(uint32_t)>& next) {
    Http2TestServer server;
    FrameClient client(server.port());
    ASSERT_TRUE(client.Greet());
    std::string bytes;
    for (int i = 0; i < times; ++i) bytes += next(static_cast<uint32_t>(2 * i + 1));
    client.Send(bytes);
    EXPECT_TRUE(client.Alive());
  }
};

std::string OpenAndReset(uint32_t stream) {
  return FrameClient::Bytes(Header(stream, FrameClient::Get("/hold"),
                                   NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM)) +
         FrameClient::Bytes({.type = NGHTTP2_RST_STREAM, .stream = stream, .payload = Word(8)});
}

TEST_F(AbuseTest, RapidResetEndsTheConnection) {
  ExpectEnd(Abuse::kRapidReset, 400, &OpenAndReset);
}

TEST_F(AbuseTest, LeavingAPageFullOfPicturesIsNoAbuse) { ExpectPatience(120, &OpenAndReset); }

TEST_F(AbuseTest, CancelledRequestsKeepTheirPlaceUntilTheirHandlersEnd) {
  Http2TestServer server;
  FrameClient client(server.port());
  ASSERT_TRUE(client.Greet());
  for (uint32_t i = 0; i < 150; ++i) client.Send(OpenAndReset(2 * i + 1));
  ASSERT_TRUE(client.Alive());
  EXPECT_EQ(server.handlers(), 128);
  server.Release();
  while (server.handlers() > 0) ASSERT_TRUE(client.Alive());
  client.Ask(999, FrameClient::Get("/after"));
  EXPECT_EQ(client.ReceiveBody(999), "GET /after? h ");
}

TEST_F(AbuseTest, ResetsThatTheClientProvokesCountAsItsOwn) {
  const double before = Counted(Abuse::kMadeReset);
  Http2TestServer server;
  FrameClient client(server.port());
  ASSERT_TRUE(client.Greet());
  int borne = 0;
  for (uint32_t stream = 1; stream < 1000; stream += 2, ++borne) {
    client.Ask(stream, FrameClient::Get("/deaf"), false);
    client.Widen(stream, 0x7FFFFFFF);
    if (borne % 20 == 0 && !client.Alive()) break;
  }
  EXPECT_GE(borne, 200);
  EXPECT_LT(borne, 300);
  EXPECT_EQ(Counted(Abuse::kMadeReset), before + 1);
}

TEST_F(AbuseTest, ContinuationFloodEndsTheConnection) {
  ExpectEnd(Abuse::kContinuation, 1000, [](uint32_t stream) {
    if (stream == 1) return FrameClient::Bytes(Header(1, FrameClient::Get("/"), 0));
    return FrameClient::Bytes(
        {.type = NGHTTP2_CONTINUATION, .stream = 1, .payload = FrameClient::Block({{"a", "b"}})});
  });
}

// One byte a field, four thousand of them out of the table.
TEST_F(AbuseTest, HeaderThatUnfoldsIntoMegabytesEndsTheConnection) {
  ExpectEnd(Abuse::kHeaderList, 1, [](uint32_t) {
    std::string block = FrameClient::Block(FrameClient::Get("/"));
    const std::string value(3000, 'y');
    block += std::string("\x40\x01x\x7f", 4);
    size_t rest = value.size() - 127;
    for (; rest >= 128; rest /= 128) block += static_cast<char>(rest % 128 + 128);
    block += static_cast<char>(rest);
    block += value + std::string(4000, '\xbe');
    return FrameClient::Bytes({.type = NGHTTP2_HEADERS,
                               .flags = NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM,
                               .stream = 1,
                               .payload = block});
  });
}

TEST_F(AbuseTest, SettingsFloodEndsTheConnection) {
  ExpectEnd(Abuse::kSettings, 100,
            [](uint32_t) { return FrameClient::Bytes({.type = NGHTTP2_SETTINGS}); });
}

TEST_F(AbuseTest, PingFloodEndsTheConnection) {
  const auto ping = [](uint32_t) {
    return FrameClient::Bytes({.type = NGHTTP2_PING, .payload = "12345678"});
  };
  ExpectPatience(20, ping);
  ExpectEnd(Abuse::kPing, 100, ping);
}

TEST_F(AbuseTest, PriorityFloodEndsTheConnection) {
  ExpectEnd(Abuse::kPriority, 1000, [](uint32_t stream) {
    return FrameClient::Bytes(
        {.type = NGHTTP2_PRIORITY, .stream = stream, .payload = Word(0) + "x"});
  });
  ExpectEnd(Abuse::kPriority, 1000, [](uint32_t) {
    return FrameClient::Bytes({.type = NGHTTP2_PRIORITY_UPDATE, .payload = Word(1) + "u=1"});
  });
}

TEST_F(AbuseTest, WindowUpdateFloodEndsTheConnection) {
  ExpectEnd(Abuse::kWindowUpdate, 2000, [](uint32_t) {
    return FrameClient::Bytes({.type = NGHTTP2_WINDOW_UPDATE, .payload = Word(1)});
  });
}

TEST_F(AbuseTest, WindowUpdatesOfADownloadAreNoAbuse) {
  Http2TestServer server;
  FrameClient client(server.port());
  ASSERT_TRUE(client.Greet());
  client.Ask(1, FrameClient::Get("/big"));
  int64_t left = 8 << 20;
  while (left > 0) {
    const auto data = client.ReceiveType(NGHTTP2_DATA, 1);
    ASSERT_TRUE(data.has_value());
    left -= static_cast<int64_t>(data->payload.size());
    client.Widen(0, static_cast<uint32_t>(data->payload.size()));
    client.Widen(1, static_cast<uint32_t>(data->payload.size()));
  }
  EXPECT_TRUE(client.Alive());
}

TEST_F(AbuseTest, EmptyDataFloodEndsTheConnection) {
  for (const bool padded : {false, true}) {
    ExpectEnd(Abuse::kEmptyData, 200, [padded](uint32_t stream) {
      if (stream == 1)
        return FrameClient::Bytes(Header(
            1, {{":method", "POST"}, {":scheme", "http"}, {":path", "/"}, {":authority", "h"}},
            NGHTTP2_FLAG_END_HEADERS));
      Frame data{.type = NGHTTP2_DATA, .stream = 1};
      if (padded) {
        data.flags = NGHTTP2_FLAG_PADDED;
        data.payload = std::string("\x03\0\0\0", 4);
      }
      return FrameClient::Bytes(data);
    });
  }
}

TEST_F(AbuseTest, UnknownFrameFloodEndsTheConnection) {
  ExpectEnd(Abuse::kUnknownFrame, 500,
            [](uint32_t) { return FrameClient::Bytes({.type = 0x42, .payload = "x"}); });
}

TEST_F(AbuseTest, AnswersThatNobodyReadsStopTheReading) {
  Config config = Impatient();
  Http2TestServer server(config);
  const double before = Counted(Abuse::kSlowRead);
  FrameClient client(server.port(), 4096);
  ASSERT_TRUE(client.Greet());
  client.Widen(0, 0x7FFF0000 - 65535);
  client.Send(FrameClient::Bytes(
      {.type = NGHTTP2_SETTINGS, .payload = std::string("\0\x04", 2) + Word(0x7FFF0000)}));
  client.Ask(1, FrameClient::Get("/big"));
  while (server.connections() > 0) {
    std::this_thread::yield();
  }
  EXPECT_EQ(Counted(Abuse::kSlowRead), before + 1);
}

TEST_F(AbuseTest, SlowHeaderEndsTheConnection) {
  Http2TestServer server(Impatient());
  FrameClient client(server.port());
  ASSERT_TRUE(client.Greet());
  client.Ask(1, FrameClient::Get("/hold"));
  client.Send(Header(3, FrameClient::Get("/"), NGHTTP2_FLAG_END_STREAM));
  const auto goaway = client.ReceiveType(NGHTTP2_GOAWAY);
  ASSERT_TRUE(goaway.has_value());
  EXPECT_EQ(goaway->Word(4), static_cast<uint32_t>(NGHTTP2_ENHANCE_YOUR_CALM));
  EXPECT_TRUE(client.Closed());
  server.Release();
}

TEST_F(AbuseTest, PrefaceHasItsTime) {
  Http2TestServer server(Impatient());
  FrameClient silent(server.port()), slow(server.port());
  slow.Send("PRI * HTTP/2.0\r\n");
  EXPECT_TRUE(silent.Closed());
  EXPECT_TRUE(slow.Closed());
}

TEST_F(AbuseTest, SlowBodyIsAnswered408) {
  Http2TestServer server(Impatient());
  FrameClient client(server.port());
  ASSERT_TRUE(client.Greet());
  FieldList post = FrameClient::Get("/up");
  post[0].second = "POST";
  client.Ask(1, post, false);
  client.Send({.type = NGHTTP2_DATA, .stream = 1, .payload = "x"});
  const auto head = client.ReceiveType(NGHTTP2_HEADERS, 1);
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->Field(":status"), "408");
  client.Ask(3, FrameClient::Get("/after"));
  EXPECT_EQ(client.ReceiveBody(3), "GET /after? h ");
}

TEST_F(AbuseTest, AnswerBehindAShutWindowIsReset) {
  Http2TestServer server(Impatient());
  FrameClient client(server.port());
  ASSERT_TRUE(client.Greet());
  client.Send({.type = NGHTTP2_SETTINGS, .payload = std::string("\0\x04\0\0\0\0", 6)});
  client.Ask(1, FrameClient::Get("/cached-large"));
  ASSERT_TRUE(client.ReceiveType(NGHTTP2_HEADERS, 1).has_value());
  client.Widen(1, 1);  // a byte is no progress
  const auto reset = client.ReceiveType(NGHTTP2_RST_STREAM, 1);
  ASSERT_TRUE(reset.has_value());
  EXPECT_EQ(reset->Word(0), static_cast<uint32_t>(NGHTTP2_ENHANCE_YOUR_CALM));
  EXPECT_TRUE(client.Alive());
}

TEST_F(AbuseTest, ShutWindowOfTheConnectionEndsIt) {
  Http2TestServer server(Impatient());
  FrameClient client(server.port());
  ASSERT_TRUE(client.Greet());
  client.Widen(0, 1);
  client.Send({.type = NGHTTP2_SETTINGS, .payload = std::string("\0\x04\0\x10\0\0", 6)});
  client.Ask(1, FrameClient::Get("/cached-large"));
  const auto goaway = client.ReceiveType(NGHTTP2_GOAWAY);
  ASSERT_TRUE(goaway.has_value());
  EXPECT_TRUE(client.Closed());
}

TEST_F(AbuseTest, IdleConnectionEndsInPeaceWhateverItPings) {
  Http2TestServer server(Impatient());
  FrameClient client(server.port());
  ASSERT_TRUE(client.Greet());
  client.Ask(1, FrameClient::Get("/x"));
  client.ReceiveBody(1);
  client.Send({.type = NGHTTP2_PING, .payload = "12345678"});
  const auto goaway = client.ReceiveType(NGHTTP2_GOAWAY);
  ASSERT_TRUE(goaway.has_value());
  EXPECT_EQ(goaway->Word(4), static_cast<uint32_t>(NGHTTP2_NO_ERROR));
  EXPECT_TRUE(client.Closed());
}

TEST_F(AbuseTest, UploadsBeyondTheirMemoryWaitForTheOldest) {
  Http2TestServer server;
  FrameClient client(server.port());
  ASSERT_TRUE(client.Greet());
  FieldList post = FrameClient::Get("/size");
  post[0].second = "POST";
  constexpr uint32_t kStreams = 60;
  for (uint32_t i = 0; i < kStreams; ++i) client.Ask(2 * i + 1, post, false);
  // All windows are filled: more than the memory for bodies.
  for (uint32_t i = 0; i < kStreams; ++i) {
    for (int part = 0; part < 4; ++part) {
      ASSERT_TRUE(client.Send(
          {.type = NGHTTP2_DATA, .stream = 2 * i + 1, .payload = std::string(16384, 'u')}));
    }
  }
  // Each ends with what fits its first window; all are answered in the end.
  for (uint32_t i = 0; i < kStreams; ++i) {
    ASSERT_TRUE(
        client.Send({.type = NGHTTP2_DATA, .flags = NGHTTP2_FLAG_END_STREAM, .stream = 2 * i + 1}));
  }
  EXPECT_EQ(client.ReceiveBody(2 * kStreams - 1), "65536");
  EXPECT_TRUE(client.Alive());
}

TEST(AllowanceTest, RefillsWithTimeUpToItsBurst) {
  Allowance allowance(2, 10);
  const absl::Time start = absl::UnixEpoch();
  EXPECT_TRUE(allowance.Take(start));
  EXPECT_TRUE(allowance.Take(start));
  EXPECT_FALSE(allowance.Take(start));
  EXPECT_TRUE(allowance.Take(start + absl::Milliseconds(100)));
  EXPECT_FALSE(allowance.Take(start + absl::Milliseconds(100)));
  allowance.Earn(5);
  EXPECT_TRUE(allowance.Take(start + absl::Milliseconds(100)));
  EXPECT_TRUE(allowance.Take(start + absl::Milliseconds(100)));
  EXPECT_FALSE(allowance.Take(start + absl::Milliseconds(100)));
}

}  // namespace
}  // namespace forium::gateway
