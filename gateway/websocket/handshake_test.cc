// SPDX-License-Identifier: Apache-2.0
#include "gateway/websocket/handshake.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace forium::gateway {
namespace {

Request Upgrade(std::vector<Request::HeaderField> headers) {
  Request request;
  request.upgrade = "websocket";
  request.headers = std::move(headers);
  return request;
}

const std::vector<Request::HeaderField> kGood = {{"Connection", "keep-alive, Upgrade"},
                                                 {"Sec-WebSocket-Version", "13"},
                                                 {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};

std::vector<Request::HeaderField> With(std::string_view name, std::string_view value) {
  std::vector<Request::HeaderField> headers = kGood;
  for (auto& field : headers) {
    if (field.name == name) {
      field.value = value;
      return headers;
    }
  }
  headers.push_back({name, value});
  return headers;
}

TEST(HandshakeTest, AnswersTheKeyOfTheRfc) {
  EXPECT_EQ(WebSocketAccept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  const auto handshake = AcceptWebSocket(Upgrade(kGood));
  ASSERT_TRUE(handshake.ok());
  EXPECT_EQ(handshake->response.status, 101);
  EXPECT_EQ(handshake->response.Header("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_FALSE(handshake->deflate);
}

TEST(HandshakeTest, NeedsNoKeyOverHttp2) {
  const auto handshake = AcceptWebSocket(Upgrade({{"sec-websocket-version", "13"}}));
  ASSERT_TRUE(handshake.ok());
  EXPECT_EQ(handshake->response.Header("sec-websocket-accept"), "");
}

TEST(HandshakeTest, RefusesWhatIsNoWebSocket) {
  EXPECT_FALSE(AcceptWebSocket(Upgrade(With("Sec-WebSocket-Version", "8"))).ok());
  EXPECT_FALSE(AcceptWebSocket(Upgrade(With("Sec-WebSocket-Version", ""))).ok());
  EXPECT_FALSE(AcceptWebSocket(Upgrade(With("Sec-WebSocket-Key", ""))).ok());
  EXPECT_FALSE(AcceptWebSocket(Upgrade(With("Sec-WebSocket-Key", "c2hvcnQ="))).ok());
  EXPECT_FALSE(AcceptWebSocket(Upgrade(With("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ="))).ok());
  EXPECT_FALSE(AcceptWebSocket(Upgrade(With("Connection", "close"))).ok());
  Request plain = Upgrade(kGood);
  plain.upgrade = "";
  const auto refused = AcceptWebSocket(plain);
  ASSERT_FALSE(refused.ok());
  const Response response = HandshakeRefusal(plain, refused.status());
  EXPECT_EQ(response.status, 426);
  EXPECT_EQ(response.Header("upgrade"), "websocket");
  EXPECT_EQ(response.Header("sec-websocket-version"), "13");
}

TEST(HandshakeTest, TakesTheFirstOfferOfDeflateThatItCanKeep) {
  const std::string plain =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  const struct {
    std::string_view offers;
    std::string answer;  // empty: declined
  } kCases[] = {
      {"permessage-deflate", plain},
      {"permessage-deflate; client_max_window_bits", plain},
      {"permessage-deflate; client_max_window_bits=10", plain},
      {"permessage-deflate; client_max_window_bits=\"10\"", plain},
      {"permessage-deflate; server_max_window_bits=15", plain + "; server_max_window_bits=15"},
      {"permessage-deflate; server_max_window_bits=10", ""},
      {"permessage-deflate; server_max_window_bits=10, permessage-deflate", plain},
      {"x-webkit-deflate-frame, permessage-deflate", plain},
      {"permessage-deflate; server_no_context_takeover; client_no_context_takeover", plain},
      {"permessage-deflate; server_no_context_takeover=1", ""},
      {"permessage-deflate; client_max_window_bits=16", ""},
      {"permessage-deflate; client_max_window_bits=08", ""},
      {"permessage-deflate; client_max_window_bits; client_max_window_bits", ""},
      {"permessage-deflate; unknown", ""},
      {"permessage-bzip2", ""},
      {";,;,", ""},
      {"permessage-deflate; a=\"", ""},
      {"", ""},
  };
  for (const auto& example : kCases) {
    const auto agreed = AgreeOnDeflate(example.offers);
    EXPECT_EQ(agreed.has_value() ? agreed->answer : "", example.answer) << example.offers;
  }
}

}  // namespace
}  // namespace forium::gateway
