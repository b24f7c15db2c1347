// SPDX-License-Identifier: Apache-2.0
// The generated writers against protobuf's own JSON printer.
#include "proto/json/writer.h"

#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <random>
#include <string>

#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "proto/forium/auth/v1/auth.json.h"
#include "proto/forium/events/v1/events.json.h"
#include "proto/forium/forum/v1/forum.json.h"
#include "proto/forium/search/v1/search.json.h"
#include "proto/forium/type/v1/errors.json.h"
#include "proto/json/random_message.h"
#include "proto/json/sample/v1/everything.json.h"

namespace forium::json {
namespace {

using google::protobuf::Message;

std::string Reference(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return json;
}

boost::json::value Parse(const std::string& json) {
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(json, error);
  EXPECT_FALSE(error) << error.message() << ": " << json;
  return value;
}

// Some escapes are free (`<` or `\u003c`), so the texts are compared as what they mean.
template <typename T>
void ExpectSameJson(const T& message) {
  std::string json;
  AppendJson(message, &json);
  EXPECT_EQ(Parse(json), Parse(Reference(message))) << message.DebugString();
}

template <typename T>
class RandomMessages : public testing::Test {};

using Types =
    testing::Types<sample::v1::Everything, sample::v1::Nothing, forum::v1::Topic,
                   forum::v1::ListTopicsResponse, forum::v1::UpdateCategoryRequest,
                   forum::v1::Statistics, forum::v1::ImportRequest, search::v1::SearchResponse,
                   search::v1::SuggestResponse, search::v1::ListSimilarTopicsResponse, auth::v1::Me,
                   auth::v1::Link, auth::v1::UpdateSiteRequest, auth::v1::ResolveSessionResponse,
                   events::v1::Event, type::v1::ErrorDetail>;
TYPED_TEST_SUITE(RandomMessages, Types);

TYPED_TEST(RandomMessages, ReadAsProtobufPrintsThem) {
  std::mt19937_64 random(20260101);
  ExpectSameJson(TypeParam());
  for (int i = 0; i < 300 && !this->HasFailure(); ++i) {
    TypeParam message;
    FillRandomly(message, random);
    ExpectSameJson(message);
  }
}

std::string TimeJson(int64_t seconds, int32_t nanos) {
  google::protobuf::Timestamp time;
  time.set_seconds(seconds);
  time.set_nanos(nanos);
  std::string json;
  AppendJson(time, &json);
  EXPECT_EQ(json, Reference(time));
  return json;
}

TEST(JsonWriterTest, TimesHaveAsManyDigitsAsTheyNeed) {
  EXPECT_EQ(TimeJson(1700000000, 0), "\"2023-11-14T22:13:20Z\"");
  EXPECT_EQ(TimeJson(1700000000, 120000000), "\"2023-11-14T22:13:20.120Z\"");
  EXPECT_EQ(TimeJson(1700000000, 120034000), "\"2023-11-14T22:13:20.120034Z\"");
  EXPECT_EQ(TimeJson(1700000000, 120034567), "\"2023-11-14T22:13:20.120034567Z\"");
}

TEST(JsonWriterTest, TimesBefore1970AreTold) {
  EXPECT_EQ(TimeJson(-1, 500000000), "\"1969-12-31T23:59:59.500Z\"");
  EXPECT_EQ(TimeJson(-62135596800, 0), "\"0001-01-01T00:00:00Z\"");
}

TEST(JsonWriterTest, EveryDayOfFourCenturiesIsRight) {
  for (int64_t day = -80000; day < 70000; day += 1) TimeJson(day * 86400 + day % 86400, 0);
}

TEST(JsonWriterTest, ControlCharactersAreEscaped) {
  std::string json;
  AppendText(std::string_view("a\0\x01\n\"\\\x7f", 7), &json);
  EXPECT_EQ(json, "\"a\\u0000\\u0001\\n\\\"\\\\\x7f\"");
}

TEST(JsonWriterTest, AppendsBehindWhatIsThere) {
  std::string json = "x";
  AppendJson(type::v1::ErrorDetail(), &json);
  EXPECT_EQ(json,
            "x{\"reason\":\"REASON_UNSPECIFIED\",\"field\":\"\",\"retryAfter\":0,\"metadata\":{}}");
  json.clear();
  AppendJson(forum::v1::Unread(), &json);
  EXPECT_EQ(json, "{\"unreadTopics\":0,\"newTopics\":0}");
}

}  // namespace
}  // namespace forium::json
