// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "gateway/api/fields.h"
#include "gateway/api/form.h"
#include "gateway/api/transcoder.h"
#include "gateway/http/url.h"
#include "gtest/gtest.h"
#include "proto/forium/forum/v1/posts.pb.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

using type::v1::Reason;

// A request to one RPC as text, and what becomes of it: by default an empty message.
struct Case {
  const char* name;
  const char* rpc;
  std::string body;
  std::string query;
  std::string type;
  std::vector<Request::Parameter> variables;
  std::vector<Request::HeaderField> headers;
  std::string message;  // the bound message, in short text form
  Reason reason = type::v1::REASON_UNSPECIFIED;
  std::string field;

  Case(const char* name, const char* rpc, std::string body, std::string query,
       std::string type = "application/json")
      : name(name),
        rpc(rpc),
        body(std::move(body)),
        query(std::move(query)),
        type(std::move(type)) {}
  Case Path(std::string variable, std::string value) {
    variables.push_back({std::move(variable), std::move(value)});
    return *this;
  }
  Case Field(std::string_view header, std::string_view value) {
    headers.push_back({header, value});
    return *this;
  }
  Case Gives(std::string expected) {
    message = std::move(expected);
    return *this;
  }
  Case Fails(Reason expected, std::string at = "") {
    reason = expected;
    field = std::move(at);
    return *this;
  }
};

const Endpoint& EndpointOf(const std::string& rpc) {
  static const auto* const endpoints = [] {
    auto* all = new std::map<std::string, Endpoint>();
    const auto& pool = *google::protobuf::DescriptorPool::generated_pool();
    for (const char* service : {"forium.auth.v1.AuthService", "forium.forum.v1.ForumService"}) {
      for (Endpoint& endpoint : EndpointsOf(*pool.FindServiceByName(service), nullptr)) {
        all->emplace(endpoint.rpc->name(), std::move(endpoint));
      }
    }
    return all;
  }();
  return endpoints->at(rpc);
}

class BindingTest : public ::testing::TestWithParam<Case> {};

TEST_P(BindingTest, BindsOrNamesTheFault) {
  const Case& c = GetParam();
  const Endpoint& endpoint = EndpointOf(c.rpc);
  Request request;
  request.method = endpoint.method;
  request.headers = c.headers;
  if (!c.type.empty()) request.headers.push_back({"Content-Type", c.type});
  request.body = c.body;
  request.variables = c.variables;
  const auto query = ParsePairs(c.query);
  ASSERT_TRUE(query.has_value());
  request.query = *query;
  if (c.type.starts_with("application/x-www-form")) {
    request.method = Method::kPost;
    ASSERT_TRUE(ReadForm(request).ok());
  }
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(endpoint.rpc->input_type())
          ->New());
  const absl::Status bound = BindRequest(endpoint, request, *message);
  EXPECT_EQ(status::ReasonOf(bound), c.reason) << bound;
  EXPECT_EQ(status::DetailOf(bound).field(), c.field);
  if (bound.ok()) {
    EXPECT_EQ(message->ShortDebugString(), c.message);
  }
}

constexpr char kForm[] = "application/x-www-form-urlencoded";

const Case kCases[] = {
    // Bodies.
    Case{"Empty", "CreateTopic", "", ""},
    Case{"SnakeCase", "CreateTopic", R"({"category_id":"3","title":"t"})", ""}.Gives(
        R"(category_id: 3 title: "t")"),
    Case{"CamelCase", "CreateTopic", R"({"categoryId":3})", ""}.Gives("category_id: 3"),
    Case{"WholeDouble", "CreateTopic", R"({"categoryId":3e0})", ""}.Gives("category_id: 3"),
    Case{"LargestId", "CreateTopic", R"({"categoryId":"9223372036854775807"})", ""}.Gives(
        "category_id: 9223372036854775807"),
    Case{"LargestIdAsNumber", "CreateTopic", R"({"categoryId":9223372036854775807})", ""}.Gives(
        "category_id: 9223372036854775807"),
    Case{"List", "CreateTopic", R"({"tags":["a","b"]})", ""}.Gives(R"(tags: "a" tags: "b")"),
    Case{"NullIsUnset", "CreateTopic", R"({"title":null,"tags":null})", ""},
    Case{"Optional", "UpdateMe", R"({"bio":""})", ""}.Gives(R"(bio: "")"),
    Case{"EnumByName", "SetRole", R"({"role":"ADMIN_ROLE"})", ""}.Gives("role: ADMIN_ROLE"),
    Case{"EnumByNumber", "SetRole", R"({"role":2})", ""}.Gives("role: MODERATOR_ROLE"),
    Case{"EnumShort", "SetRole", R"({"role":"member"})", ""}.Gives("role: MEMBER_ROLE"),
    Case{"EnumWithDash", "UpdateSite", R"({"registration":"invite-only"})", ""}.Gives(
        "registration: INVITE_ONLY"),
    Case{"Time", "SuspendUser", R"({"until":"1970-01-01T00:00:07Z"})", ""}.Gives(
        "until { seconds: 7 }"),
    Case{"BodyOfDelete", "DeletePost", R"({"reason":"spam"})", ""}.Gives(R"(reason: "spam")"),
    Case{"Charset", "CreateTopic", R"({"title":"t"})", "", "application/json; charset=utf-8"}.Gives(
        R"(title: "t")"),

    Case{"NotJson", "CreateTopic", "{", ""}.Fails(type::v1::INVALID_JSON),
    Case{"TrailingText", "CreateTopic", "{} x", ""}.Fails(type::v1::INVALID_JSON),
    Case{"NotAnObject", "CreateTopic", "[]", ""}.Fails(type::v1::INVALID_JSON),
    Case{"InvalidUtf8", "CreateTopic", "{\"title\":\"\xFF\"}", ""}.Fails(type::v1::INVALID_JSON),
    Case{"TooDeep", "CreateTopic",
         R"({"tags":)" + std::string(100, '[') + std::string(100, ']') + "}", ""}
        .Fails(type::v1::INVALID_JSON),
    Case{"OtherType", "CreateTopic", "title=x", "", "text/plain"}.Fails(type::v1::INVALID_JSON),
    Case{"UnknownField", "CreateTopic", R"({"titel":"t"})", ""}.Fails(type::v1::UNKNOWN_FIELD,
                                                                      "titel"),
    Case{"WrongType", "CreateTopic", R"({"title":5})", ""}.Fails(type::v1::INVALID_FIELD, "title"),
    Case{"WrongElement", "CreateTopic", R"({"tags":["a",5]})", ""}.Fails(type::v1::INVALID_FIELD,
                                                                         "tags[1]"),
    Case{"NullElement", "CreateTopic", R"({"tags":[null]})", ""}.Fails(type::v1::INVALID_FIELD,
                                                                       "tags[0]"),
    Case{"NoList", "CreateTopic", R"({"tags":"a"})", ""}.Fails(type::v1::INVALID_FIELD, "tags"),
    Case{"Nul", "CreateTopic", R"({"title":"a\u0000b"})", ""}.Fails(type::v1::INVALID_FIELD,
                                                                    "title"),
    Case{"Overflow64", "CreateTopic", R"({"categoryId":"9223372036854775808"})", ""}.Fails(
        type::v1::INVALID_FIELD, "category_id"),
    Case{"Overflow64AsNumber", "CreateTopic", R"({"categoryId":9223372036854775808})", ""}.Fails(
        type::v1::INVALID_FIELD, "category_id"),
    Case{"Overflow32", "CreatePost", R"({"replyTo":2147483648})", ""}.Fails(type::v1::INVALID_FIELD,
                                                                            "reply_to"),
    Case{"HugeExponent", "CreatePost", R"({"replyTo":1e300})", ""}.Fails(type::v1::INVALID_FIELD,
                                                                         "reply_to"),
    Case{"Fraction", "CreatePost", R"({"replyTo":1.5})", ""}.Fails(type::v1::INVALID_FIELD,
                                                                   "reply_to"),
    Case{"NumberWithRest", "CreateTopic", R"({"categoryId":"3x"})", ""}.Fails(
        type::v1::INVALID_FIELD, "category_id"),
    Case{"BoolForNumber", "CreatePost", R"({"replyTo":true})", ""}.Fails(type::v1::INVALID_FIELD,
                                                                         "reply_to"),
    Case{"NumberForBool", "HidePost", R"({"hidden":1})", ""}.Fails(type::v1::INVALID_FIELD,
                                                                   "hidden"),
    Case{"UnknownEnum", "SetRole", R"({"role":"king"})", ""}.Fails(type::v1::INVALID_FIELD, "role"),
    Case{"UnknownEnumNumber", "SetRole", R"({"role":99})", ""}.Fails(type::v1::INVALID_FIELD,
                                                                     "role"),
    Case{"NoTime", "SuspendUser", R"({"until":"tomorrow"})", ""}.Fails(type::v1::INVALID_FIELD,
                                                                       "until"),

    // Queries.
    Case{"Query", "ListTopics", "", "page_size=5&pageToken=x&category=a%20b"}.Gives(
        R"(category: "a b" page_size: 5 page_token: "x")"),
    Case{"LowerCaseEnum", "ListTopics", "", "order=top&filter=unread"}.Gives(
        "order: TOP filter: UNREAD"),
    Case{"QueryOfDelete", "DeleteTopic", "", "reason=spam"}.Gives(R"(reason: "spam")"),
    Case{"QueryBool", "ListUserPosts", "", "topics_only=true"}.Gives("topics_only: true"),
    Case{"UnknownQuery", "ListTopics", "", "page=2"}.Fails(type::v1::UNKNOWN_FIELD, "page"),
    Case{"DottedUnknown", "ListTopics", "", "order.x=2"}.Fails(type::v1::UNKNOWN_FIELD, "order.x"),
    Case{"QueryNoNumber", "ListTopics", "", "page_size=many"}.Fails(type::v1::INVALID_FIELD,
                                                                    "page_size"),
    Case{"QueryEmptyNumber", "ListTopics", "", "page_size="}.Fails(type::v1::INVALID_FIELD,
                                                                   "page_size"),
    Case{"QueryOfBodyCall", "CreateTopic", "{}", "title=t"}.Fails(type::v1::UNKNOWN_FIELD, "title"),

    // Paths and headers.
    Case{"PathWinsOverBody", "CreatePost", R"({"topicId":"1","raw":"r"})", ""}
        .Path("topic_id", "17")
        .Gives(R"(topic_id: 17 raw: "r")"),
    Case{"PathOverflow", "GetTopic", "", ""}
        .Path("id", "99999999999999999999")
        .Fails(type::v1::NOT_FOUND),
    Case{"PathNoNumber", "GetTopic", "", ""}.Path("id", "x").Fails(type::v1::NOT_FOUND),
    Case{"IdempotencyKey", "CreatePost", "", ""}
        .Field("Idempotency-Key", "k1")
        .Gives(R"(request_id: "k1")"),
    Case{"LongIdempotencyKey", "CreatePost", "", ""}
        .Field("Idempotency-Key",
               "012345678901234567890123456789012345678901234567890123456789012"
               "3456789012345678901234567890123456789"
               "012345678901234567890123456789")
        .Fails(type::v1::INVALID_FIELD, "request_id"),
    Case{"IfMatch", "UpdatePost", "", ""}.Field("If-Match", "\"3\"").Gives("revision: 3"),
    Case{"BareIfMatch", "UpdatePost", "", ""}.Field("If-Match", "3").Gives("revision: 3"),
    Case{"WrongIfMatch", "UpdatePost", "", ""}
        .Field("If-Match", "\"x\"")
        .Fails(type::v1::INVALID_FIELD, "revision"),
    Case{"IfMatchElsewhere", "GetTopic", "", ""}.Field("If-Match", "\"x\""),

    // Forms.
    Case{"Form", "CreateTopic", "category_id=3&title=a+b&raw=%C3%BC%0D%0A&_next=%2F&_page=%2Fnew",
         "", kForm}
        .Gives(R"(category_id: 3 title: "a b" raw: "\303\274\r\n")"),
    Case{"FormTags", "CreateTopic", "tags=a%2C+b%2C&tags=c", "", kForm}.Gives(
        R"(tags: "a" tags: "b" tags: "c")"),
    Case{"FormEmptyNumber", "CreatePost", "raw=r&reply_to=", "", kForm}.Gives(R"(raw: "r")"),
    Case{"FormTickedBox", "HidePost", "hidden=on", "", kForm}.Gives("hidden: true"),
    Case{"FormDate", "SuspendUser", "until=1970-01-01T00%3A01", "", kForm}.Gives(
        "until { seconds: 60 }"),
    Case{"FormUnknown", "CreateTopic", "titel=x", "", kForm}.Fails(type::v1::UNKNOWN_FIELD,
                                                                   "titel"),
    Case{"FormWrong", "CreateTopic", "category_id=x", "", kForm}.Fails(type::v1::INVALID_FIELD,
                                                                       "category_id"),
};

INSTANTIATE_TEST_SUITE_P(Requests, BindingTest, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

TEST(FormTest, MethodIsOverridden) {
  Request request;
  request.method = Method::kPost;
  request.headers = {{"Content-Type", kForm}};
  request.body = "_method=delete&reason=x";
  ASSERT_TRUE(ReadForm(request).ok());
  EXPECT_EQ(request.method, Method::kDelete);
  EXPECT_TRUE(request.is_form);
}

TEST(FormTest, GetStaysGet) {
  Request request;
  request.headers = {{"Content-Type", kForm}};
  request.body = "_method=DELETE";
  ASSERT_TRUE(ReadForm(request).ok());
  EXPECT_EQ(request.method, Method::kGet);
}

TEST(FormTest, InvalidTextIsRefused) {
  Request request;
  request.method = Method::kPost;
  request.headers = {{"Content-Type", kForm}};
  request.body = "raw=%FF";
  EXPECT_FALSE(ReadForm(request).ok());
}

TEST(FormTest, NextIsFilledAndStaysHere) {
  forum::v1::Post post;
  post.set_topic_id(17);
  post.set_topic_slug("a b");
  post.set_number(3);
  EXPECT_EQ(NextPath("/t/{topic_slug}/{topicId}/{number}#p{number}", post), "/t/a%20b/17/3#p3");
  EXPECT_EQ(NextPath("/x{nothing}", post), "/x");
  EXPECT_EQ(NextPath("https://evil.example/", post), "/");
  EXPECT_EQ(NextPath("//evil.example/", post), "/");
  post.set_topic_slug("/evil.example");
  EXPECT_EQ(NextPath("/{topic_slug}", post), "/%2Fevil.example");
}

TEST(FormTest, FailedFormKeepsAllButSecrets) {
  Request request;
  request.form = {
      {"title", "<b>"}, {"password", "secret"}, {"_page", "/new"}, {"tags", "a"}, {"tags", "b"}};
  EXPECT_EQ(
      FailedForm(request, status::InvalidField("title", "Too long.")),
      R"({"values":{"title":"<b>","tags":"a,b"},"error":{"type":"about:blank","title":"Bad Request",)"
      R"("status":400,"detail":"Too long.","reason":"INVALID_FIELD","field":"title"}})");
}

}  // namespace
}  // namespace forium::gateway
