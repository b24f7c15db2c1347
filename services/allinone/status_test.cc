// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/status.h"

#include <string>

#include "gtest/gtest.h"

namespace forium::allinone {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(StatusTest, EachSubjectHasItsLine) {
  const absl::StatusOr<std::string> words = StatusInWords(R"({
    "version": "1.2.3", "uptimeSeconds": 93784, "memoryBytes": 187300000, "eventBusConnected": true,
    "connections": {"open": 3, "limit": 16000, "http1": 1, "http2": 2, "tls": 2, "refused": 0, "denied": 4},
    "requests": {"total": 900, "perSecond": 11.25, "lastMinute": 660, "byStatus": {"5xx": {"lastMinute": 2}}},
    "queue": {"limit": 64, "inFlight": 5, "waiting": 1, "underAttack": true,
              "shed": [{"name": "guest_read", "total": 7, "lastMinute": 3}, {"name": "member", "total": 0, "lastMinute": 0}]},
    "limits": {"classes": []},
    "cache": {"pages": 12, "bytes": 1500000, "maxBytes": 33554432, "lastMinute": {"hitRatio": 0.98}},
    "realtime": {"connections": 9, "subscriptions": 21, "droppedSlow": 0},
    "certificates": [{"hosts": ["a.example", "b.example"], "state": "failing", "source": "acme",
                      "notAfter": "2026-12-01T00:00:00Z", "daysLeft": 9, "lastError": "no such name"}],
    "sites": [{"host": "app.example", "upstreams": [{"url": "http://127.0.0.1:3000", "well": false}]}],
    "routes": [{"method": "GET", "pattern": "/t/{slug}/{id}", "requests": 41, "meanMilliseconds": 8.5,
                "p95Milliseconds": 21, "failures": 2}]})");
  ASSERT_TRUE(words.ok());
  EXPECT_TRUE(Has(*words, "Forium 1.2.3  up 26 h 3 min, 187.3 MB of memory")) << *words;
  EXPECT_TRUE(Has(*words, "3 of 16000 (1 HTTP/1.1, 2 HTTP/2, 2 over TLS); 0 refused, 4 denied"));
  EXPECT_TRUE(Has(*words, "11.2 a second; 660 in the last minute, 2 of them failed; 900 since"));
  EXPECT_TRUE(Has(*words, "5 worked on, 1 waiting, limit 64; UNDER ATTACK"));
  EXPECT_TRUE(Has(*words, "guest_read 7 (3 in the last minute)"));
  EXPECT_FALSE(Has(*words, "member 0"));
  EXPECT_TRUE(Has(*words, "12 pages, 1.5 MB of 33.6 MB; 98% hits in the last minute"));
  EXPECT_TRUE(Has(*words, "a.example, b.example: failing, ends 2026-12-01T00:00:00Z (in 9 days)"));
  EXPECT_TRUE(Has(*words, "last error: no such name"));
  EXPECT_TRUE(Has(*words, "app.example: http://127.0.0.1:3000 away"));
  EXPECT_TRUE(Has(*words, "GET /t/{slug}/{id}"));
}

TEST(StatusTest, WhatAnotherVersionDoesNotTellIsNothing) {
  const absl::StatusOr<std::string> words = StatusInWords("{}");
  ASSERT_TRUE(words.ok());
  EXPECT_TRUE(Has(*words, "NOT connected to the event bus"));
  EXPECT_TRUE(Has(*words, "certificates  none"));
}

TEST(StatusTest, WhatIsNoDocumentIsAnError) { EXPECT_FALSE(StatusInWords("[1]").ok()); }

TEST(StatusTest, NobodyServesAFolderThatIsNotThere) {
  class Silent : public Console {
    void Print(std::string_view) override {}
    void Progress(std::string_view) override {}
  } console;
  const std::string folder = testing::TempDir() + "/nobody";
  const std::string data = "--data=" + folder;
  const char* const words[] = {"status", data.c_str()};
  const absl::Status status = StatusCommand(2, words, console);
  EXPECT_EQ(status.message(), "Nobody serves " + folder + ".");
}

}  // namespace
}  // namespace forium::allinone
