// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/early_hints.h"

#include "gateway/http/router.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kDocument[] =
    "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>a</title>"
    "<script>1</script><link rel=\"stylesheet\" href=\"/assets/main-x.css\">"
    "<link rel=\"modulepreload\" href=\"/assets/topic-y.js\">"
    "<script type=\"module\" src=\"/assets/main-z.js\"></script>"
    "<link rel=\"icon\" href=\"/favicon.svg\"></head><body>"
    "<link rel=\"stylesheet\" href=\"/assets/of-a-post.css\"></body></html>";

TEST(EarlyHintsTest, DocumentsNameTheirStylesAndModules) {
  EXPECT_THAT(LinksOf(kDocument), ElementsAre("</assets/main-x.css>; rel=preload; as=style",
                                              "</assets/topic-y.js>; rel=modulepreload",
                                              "</assets/main-z.js>; rel=modulepreload"));
  EXPECT_THAT(LinksOf(""), IsEmpty());
  EXPECT_THAT(LinksOf("<link rel=\"stylesheet\" href=\"/assets/"), IsEmpty());
}

TEST(EarlyHintsTest, NothingElseIsHinted) {
  for (const char* tag : {"<link rel=\"stylesheet\" href=\"https://elsewhere.example/a.css\">",
                          "<link rel=\"stylesheet\" href=\"/assets/a>; rel=preload.css\">",
                          "<link rel=\"stylesheet\" href=\"/assets/a,b.css\">",
                          "<link rel=\"alternate\" href=\"/assets/a.css\">",
                          "<link rel=\"stylesheet\">", "<script src=\"/assets/a.js\"></script>"}) {
    EXPECT_THAT(LinksOf(tag), IsEmpty()) << tag;
  }
}

TEST(EarlyHintsTest, KnowsWhatADocumentOfTheRouteHad) {
  EarlyHints hints;
  Route topic, list;
  Request request;
  request.route = &topic;
  request.locale = "en";
  request.identity = std::make_shared<Identity>();
  EXPECT_EQ(hints.Find(request), nullptr);
  hints.Learn(request, Response::Html(kDocument, 404));
  EXPECT_EQ(hints.Find(request), nullptr);
  hints.Learn(request, Response::Html(kDocument));
  ASSERT_NE(hints.Find(request), nullptr);
  EXPECT_EQ(hints.Find(request)->size(), 3u);

  request.locale = "de";
  EXPECT_EQ(hints.Find(request), nullptr);
  request.locale = "en";
  request.route = &list;
  EXPECT_EQ(hints.Find(request), nullptr);
  request.route = &topic;
  auto member = std::make_shared<Identity>();
  member->principal.set_user_id(5);
  request.identity = member;
  EXPECT_EQ(hints.Find(request), nullptr);
}

}  // namespace
}  // namespace forium::gateway
