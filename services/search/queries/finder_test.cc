// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/finder.h"

#include "services/base/status/status.h"
#include "services/search/queries/finder_fixture.h"

namespace forium::search {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr type::v1::Role kModerators = static_cast<type::v1::Role>(2);

// A small community about an engine. Topic 5 is for moderators.
class FinderCommunityTest : public FinderTest {
 protected:
  FinderCommunityTest() {
    auto solved = TopicOf(2, 1, "Physics bodies fall through the terrain", {"physics"});
    solved.set_accepted_post_number(2);
    auto closed = TopicOf(4, 2, "Show your shadows", {"rendering", "gallery"});
    closed.set_closed(true);
    auto code = PostOf(31, 3, 2, "Call SetDepthMapSize(2048) on the renderer_2d object.", 2);
    code.set_has_code(true);
    auto liked = PostOf(41, 4, 2, "Lovely colours in that picture of shadows.", 3);
    liked.set_likes_count(9);
    auto answer = PostOf(21, 2, 2, "Set the collision margin; tunnelling comes from speed.", 2);
    answer.set_accepted(true);
    index_.Put({.categories = {CategoryOf(1, "support"), CategoryOf(2, "showcase"),
                               CategoryOf(3, "staff", kModerators)},
                .users = {UserOf(1, "jan", "Jan Döring"), UserOf(2, "mika", "Mika Salo"),
                          UserOf(3, "zoe")},
                .topics = {TopicOf(1, 1, "Soft shadows look wrong", {"rendering"}), solved,
                           TopicOf(3, 1, "Resolution of maps", {"rendering"}), closed,
                           TopicOf(5, 3, "Quarrel about zanzibar", {"secretive"})},
                .posts = {PostOf(10, 1, 1, "My soft shadows flicker when the camera moves."),
                          PostOf(11, 1, 2, "Which driver is it? Mine flickers too.", 2),
                          PostOf(20, 2, 1, "A box falls through std::vector of heightmaps."),
                          answer, PostOf(30, 3, 1, "How is the size of a texture changed?"), code,
                          PostOf(40, 4, 1, "Pictures here, please."), liked,
                          PostOf(50, 5, 1, "The zanzibar case and shadows, internally.", 2)}});
  }
};

TEST_F(FinderCommunityTest, FindsByTitleAndByText) {
  EXPECT_EQ(Topics(Find("soft shadows")).front(), 1);
  EXPECT_EQ(Topics(Find("heightmaps")), std::vector<int64_t>{2});
  EXPECT_THAT(Topics(Find("shadows")), UnorderedElementsAre(1, 4));
}

TEST_F(FinderCommunityTest, InflectionsAreFound) {
  EXPECT_THAT(Topics(Find("flickering ")), ElementsAre(1));
}

TEST_F(FinderCommunityTest, TheLastWordGoesOnUnlessASpaceFollows) {
  EXPECT_THAT(Topics(Find("tunnel")), Contains(2));
  EXPECT_THAT(Topics(Find("heightm")), ElementsAre(2));
}

TEST_F(FinderCommunityTest, TyposAreForgivenAndTold) {
  const v1::SearchResponse found = Find("heihgtmaps falls ");
  EXPECT_THAT(Topics(found), ElementsAre(2));
  ASSERT_EQ(found.interpretation().corrections_size(), 1);
  EXPECT_EQ(found.interpretation().corrections(0).typed(), "heihgtmaps");
  EXPECT_EQ(found.interpretation().corrections(0).used(), "heightmaps");
  EXPECT_EQ(found.interpretation().suggestion(), "heightmaps falls ");
  EXPECT_THAT(Find("heightmaps ").interpretation().corrections(), IsEmpty());
}

// `bodes` is an inflection of `bode`; nothing but a correction explains `bodies`.
TEST_F(FinderCommunityTest, ACorrectionIsToldWhenAnInflectionIsHitToo) {
  index_.Put({.topics = {TopicOf(9, 1, "This will bode well"), TopicOf(10, 1, "Rigid bodies")},
              .posts = {PostOf(90, 9, 1, "I hope so."), PostOf(100, 10, 1, "They fall.")}});
  const v1::SearchResponse found = Find("bodes ");
  EXPECT_THAT(Topics(found), Contains(9));
  EXPECT_THAT(Topics(found), Contains(10));
  ASSERT_EQ(found.interpretation().corrections_size(), 1);
  EXPECT_EQ(found.interpretation().corrections(0).used(), "bodies");
  EXPECT_THAT(Find("bode ").interpretation().corrections(), IsEmpty());
}

TEST_F(FinderCommunityTest, ACorrectionOfARareWordIsToldWhenTheWordIsHitToo) {
  PutDocuments documents = {.topics = {TopicOf(100, 1, "A colou")},
                            .posts = {PostOf(1000, 100, 1, "Which one?")}};
  for (int64_t id = 101; id < 126; ++id) {
    documents.topics.push_back(TopicOf(id, 1, "A colour"));
    documents.posts.push_back(PostOf(10 * id, id, 1, "This one."));
  }
  index_.Put(documents);
  const v1::SearchResponse found = Find("colou ");
  EXPECT_EQ(Topics(found).front(), 100);
  EXPECT_GT(found.total(), 20);
  ASSERT_EQ(found.interpretation().corrections_size(), 1);
  EXPECT_EQ(found.interpretation().corrections(0).used(), "colour");
  EXPECT_THAT(Find("colour ").interpretation().corrections(), IsEmpty());
}

TEST_F(FinderCommunityTest, TitlesWithTheWordsComeBeforePartsOfIdentifiers) {
  index_.Put(
      {.topics = {TopicOf(9, 1, "How a smoke trail is made blurry"),
                  TopicOf(10, 1, "SetSmokeTrailFilter"), TopicOf(11, 1, "SmokeTrail blurry")},
       .posts = {PostOf(90, 9, 1, "Who knows?"), PostOf(100, 10, 1, "Who knows?"),
                 PostOf(110, 11, 1, "Who knows?")}});
  // An identifier of these very words is as good as the words.
  EXPECT_THAT(Topics(Find("smoke trail ")), ElementsAre(11, 9, 10));
  EXPECT_EQ(Topics(Find("setsmoketrailfilter ")).front(), 10);
  EXPECT_EQ(Topics(Find("set smoke trail filter ")).front(), 10);
}

TEST_F(FinderCommunityTest, WordsWithHyphensAreNoIdentifiers) {
  index_.Put(
      {.topics = {TopicOf(9, 1, "A cross-fade of sounds"), TopicOf(10, 1, "A CrossFade of sounds")},
       .posts = {PostOf(90, 9, 1, "Who knows?"), PostOf(100, 10, 1, "Who knows?")}});
  EXPECT_THAT(Topics(Find("fade ")), ElementsAre(9, 10));
}

TEST_F(FinderCommunityTest, IdentifiersAreFoundWholeAndByPart) {
  EXPECT_THAT(Topics(Find("std::vector")), ElementsAre(2));
  EXPECT_THAT(Topics(Find("SetDepthMapSize")), ElementsAre(3));
  EXPECT_THAT(Topics(Find("renderer_2d")), ElementsAre(3));
  EXPECT_THAT(Topics(Find("depthmapsiz ")), ElementsAre(3));
}

TEST_F(FinderCommunityTest, PhrasesStandInARow) {
  EXPECT_THAT(Topics(Find("\"collision margin\"")), ElementsAre(2));
  EXPECT_THAT(Topics(Find("\"margin collision\"")), IsEmpty());
  EXPECT_THAT(Topics(Find("shadows -\"soft shadows\"")), ElementsAre(4));
}

TEST_F(FinderCommunityTest, FiltersHold) {
  EXPECT_THAT(Topics(Find("shadows category:showcase")), ElementsAre(4));
  EXPECT_THAT(Topics(Find("shadows -category:showcase")), ElementsAre(1));
  EXPECT_THAT(Topics(Find("tag:rendering")), ElementsAre(4, 3, 1));
  EXPECT_THAT(Topics(Find("tag:rendering tag:gallery")), ElementsAre(4));
  EXPECT_THAT(Topics(Find("tag:rendering -tag:gallery")), ElementsAre(3, 1));
  EXPECT_THAT(Topics(Find("is:solved")), ElementsAre(2));
  EXPECT_THAT(Topics(Find("is:closed")), ElementsAre(4));
  EXPECT_THAT(Topics(Find("shadows is:open")), ElementsAre(1));
  EXPECT_THAT(Posts(Find("has:code")), ElementsAre(31));
  EXPECT_THAT(Posts(Find("@mika flickers")), ElementsAre(11));
  EXPECT_THAT(Topics(Find("user:MIKA")), ElementsAre(3, 2, 1));
  EXPECT_THAT(Topics(Find("in:title shadows")), UnorderedElementsAre(1, 4));
  EXPECT_THAT(Topics(Find("in:first flicker")), ElementsAre(1));
  EXPECT_THAT(Topics(Find("in:first driver")), IsEmpty());
  EXPECT_THAT(Topics(Find("shadows before:2024")), IsEmpty());
  EXPECT_EQ(Topics(Find("shadows after:2024-01-01 before:2024-01-02")).size(), 2u);
}

TEST_F(FinderCommunityTest, WithinATopicPostsAreListed) {
  EXPECT_THAT(Posts(Find("topic:1 flicker")), UnorderedElementsAre(10, 11));
  EXPECT_THAT(Posts(Find("topic:1 order:oldest")), ElementsAre(10, 11));
}

TEST_F(FinderCommunityTest, OrdersByTimeAndLikes) {
  EXPECT_THAT(Topics(Find("shadows order:latest")), ElementsAre(4, 1));
  EXPECT_THAT(Topics(Find("shadows order:oldest")), ElementsAre(1, 4));
  EXPECT_THAT(Posts(Find("shadows order:likes")).front(), 41);
}

TEST_F(FinderCommunityTest, WhatIsNotThereFitsNothingAndIsTold) {
  for (const char* const q : {"shadows category:none", "shadows tag:none", "shadows @nobody",
                              "shadows topic:99", "shadows before:soon", "shadows category:staff",
                              "shadows tag:secretive", "shadows topic:5"}) {
    const v1::SearchResponse found = Find(q);
    EXPECT_EQ(found.results_size(), 0) << q;
    ASSERT_EQ(found.interpretation().problems_size(), 1) << q;
    EXPECT_EQ(found.interpretation().problems(0).kind(), v1::Problem::UNKNOWN_VALUE) << q;
  }
}

TEST_F(FinderCommunityTest, WordsOfOneTopicAreFoundTogether) {
  const v1::SearchResponse found = Find("camera driver ");
  EXPECT_TRUE(found.relaxed());
  EXPECT_EQ(Topics(found).front(), 1);
}

TEST_F(FinderCommunityTest, SnippetsShowTheHits) {
  const v1::SearchResponse found = Find("flicker ");
  EXPECT_EQ(Shown(found.results(0).snippet()), "My soft shadows [flicker] when the camera moves.");
  EXPECT_EQ(Shown(Find("soft shadow").results(0).title_pieces()), "[Soft] [shadows] look wrong");
}

// Wherever the text stands: in the segment, in the table, or in both with another one.
TEST_F(FinderCommunityTest, SnippetsShowThePostAsItIs) {
  const auto snippet_of = [this](std::string_view q) {
    const v1::SearchResponse found = Find(q);
    return found.results_size() == 1 ? Shown(found.results(0).snippet()) : "not one";
  };
  index_.Seal();
  index_.Put({.posts = {PostOf(12, 1, 3, "A marmot came since.")}});
  EXPECT_EQ(snippet_of("marmot "), "A [marmot] came since.");
  EXPECT_EQ(snippet_of("lovely "), "[Lovely] colours in that picture of shadows.");
  // Touched, but as it was: only the likes differ.
  auto liked = PostOf(41, 4, 2, "Lovely colours in that picture of shadows.", 3);
  liked.set_likes_count(10);
  index_.Put({.posts = {liked}});
  EXPECT_EQ(index_.file().numbers().unsealed, 0);
  EXPECT_EQ(snippet_of("lovely "), "[Lovely] colours in that picture of shadows.");
  // Edited, and back.
  index_.Put({.posts = {PostOf(41, 4, 2, "Lovely gophers, these.", 3)}});
  EXPECT_EQ(snippet_of("lovely "), "[Lovely] gophers, these.");
  EXPECT_EQ(snippet_of("colours "), "not one");
  index_.Put({.posts = {liked}});
  EXPECT_EQ(snippet_of("lovely "), "[Lovely] colours in that picture of shadows.");
  // Of a topic with another title; hidden, and shown.
  index_.Put({.topics = {TopicOf(2, 1, "Physics of boxes", {"physics"})}});
  EXPECT_EQ(snippet_of("heightmaps "), "A box falls through std::vector of [heightmaps].");
  forum::v1::TopicDocument hidden;
  hidden.set_id(3);
  index_.Put({.topics = {hidden}});
  EXPECT_EQ(snippet_of("texture "), "not one");
  index_.Put({.topics = {TopicOf(3, 1, "Resolution of maps", {"rendering"})}});
  EXPECT_EQ(snippet_of("texture "), "How is the size of a [texture] changed?");
  index_.Put({.posts = {GonePostOf(30, 3)}});
  EXPECT_EQ(snippet_of("texture "), "not one");
  index_.Put({.posts = {PostOf(30, 3, 1, "How is the size of a texture changed?")}});
  EXPECT_EQ(snippet_of("texture "), "How is the size of a [texture] changed?");
}

TEST_F(FinderCommunityTest, LongTextsAreCutAroundTheHits) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "padding <b>" + std::to_string(i) + "</b>\n";
  index_.Put(
      {.topics = {TopicOf(6, 1, "Long")}, .posts = {PostOf(60, 6, 1, text + " quokka " + text)}});
  const v1::SearchResponse found = Find("quokka");
  const std::string shown = Shown(found.results(0).snippet());
  EXPECT_THAT(shown, HasSubstr("[quokka]"));
  EXPECT_EQ(shown.substr(0, 3), "…");
  EXPECT_EQ(shown.substr(shown.size() - 3), "…");
  EXPECT_LT(shown.size(), 260u);
}

TEST_F(FinderCommunityTest, FacetsCountWhatMayBeRead) {
  const v1::SearchResponse found = Find("shadows");
  ASSERT_EQ(found.facets().categories_size(), 2);
  EXPECT_EQ(found.facets().years(0).value(), "2024");
  EXPECT_EQ(found.facets().years(0).topics(), 2);
  EXPECT_EQ(found.facets().tags(0).value(), "rendering");
  EXPECT_EQ(found.facets().tags(0).topics(), 2);
  EXPECT_EQ(Find("shadows", kAdministrator).facets().categories_size(), 3);
}

TEST_F(FinderCommunityTest, PagesContinueExactly) {
  std::vector<int64_t> seen;
  PutDocuments many;
  for (int i = 0; i < 90; ++i) {
    many.topics.push_back(TopicOf(100 + i, 1, "Wombat number " + std::to_string(i)));
    many.posts.push_back(PostOf(1000 + i, 100 + i, 1, "About wombats."));
  }
  index_.Put(many);
  std::string token;
  int pages = 0;
  do {
    const v1::SearchResponse found = Find("wombat", kAnonymous, 20, token);
    EXPECT_EQ(found.total(), 90);
    for (const int64_t id : Topics(found)) seen.push_back(id);
    token = found.next_page_token();
  } while (!token.empty() && ++pages < 20);
  EXPECT_EQ(seen.size(), 90u);
  std::sort(seen.begin(), seen.end());
  EXPECT_TRUE(std::unique(seen.begin(), seen.end()) == seen.end());
}

TEST_F(FinderCommunityTest, TokensOfOtherSearchesAreRefused) {
  v1::SearchRequest request;
  request.set_q("shadows");
  request.set_page_size(1);
  const auto first = Search(index_.Read(), kAnonymous, request);
  ASSERT_TRUE(first.ok());
  request.set_page_token(first->next_page_token());
  EXPECT_TRUE(Search(index_.Read(), kAnonymous, request).ok());
  for (const std::string& token :
       {std::string("x"), std::string(200, 'A'), "A" + first->next_page_token().substr(1)}) {
    request.set_page_token(token);
    const auto found = Search(index_.Read(), kAnonymous, request);
    EXPECT_EQ(status::ReasonOf(found.status()), status::Reason::INVALID_PAGE_TOKEN) << token;
  }
  request.set_page_token(first->next_page_token());
  request.set_q("soft");
  EXPECT_FALSE(Search(index_.Read(), kAnonymous, request).ok());
}

TEST_F(FinderCommunityTest, ExactTitlesLead) {
  index_.Put({.topics = {TopicOf(7, 1, "Wombat"), TopicOf(8, 1, "Wombat wombat and its wombats")},
              .posts = {PostOf(70, 7, 1, "Hello."),
                        PostOf(80, 8, 1, "wombat wombat wombat wombat wombat")}});
  EXPECT_THAT(Topics(Find("wombat ")), ElementsAre(7, 8));
}

TEST_F(FinderCommunityTest, Suggests) {
  const v1::SuggestResponse soft = SuggestFor("soft sha");
  ASSERT_EQ(soft.topics_size(), 1);
  EXPECT_EQ(Shown(soft.topics(0).title_pieces()), "[Soft] [shadows] look wrong");
  EXPECT_THAT(soft.completions(), Contains("shadows"));
  EXPECT_EQ(SuggestFor("show").categories(0).slug(), "showcase");
  EXPECT_EQ(SuggestFor("tag:ren").tags(0).slug(), "rendering");
  EXPECT_EQ(SuggestFor("@mi").members(0).username(), "mika");
  EXPECT_EQ(SuggestFor("").topics_size(), 0);
}

TEST_F(FinderCommunityTest, SuggestionsTellNothingHidden) {
  for (const char* const q :
       {"zan", "zanzibar", "quarrel ab", "sta", "secr", "tag:secr", "category:sta", "intern"}) {
    const v1::SuggestResponse none = SuggestFor(q);
    EXPECT_EQ(none.ByteSizeLong(), 0u) << q << ": " << none.ShortDebugString();
  }
  EXPECT_THAT(SuggestFor("zan", kAdministrator).completions(), ElementsAre("zanzibar"));
  EXPECT_EQ(SuggestFor("tag:secr", kAdministrator).tags_size(), 1);
}

TEST_F(FinderCommunityTest, CorrectionsTellNothingHidden) {
  const v1::SearchResponse found = Find("zanzibxr ");
  EXPECT_EQ(found.results_size(), 0);
  EXPECT_EQ(found.interpretation().corrections_size(), 0);
  // A word that only others may read is as if it were not there.
  index_.Put({.topics = {TopicOf(9, 3, "Other"), TopicOf(10, 1, "Heightmap")},
              .posts = {PostOf(90, 9, 1, "heighfmaps"), PostOf(100, 10, 1, "Heightmaps.")}});
  const v1::SearchResponse hidden = Find("heighfmaps ");
  const v1::SearchResponse unknown = Find("heighkmaps ");
  EXPECT_EQ(Topics(hidden), Topics(unknown));
  EXPECT_EQ(hidden.interpretation().corrections_size(), 1);
  EXPECT_EQ(unknown.interpretation().corrections_size(), 1);
}

// The vocabulary that a query uses is older than the index.
TEST_F(FinderCommunityTest, WhatJustCameIsNoTypo) {
  kept_ = index_.Read();
  index_.Put({.topics = {TopicOf(9, 3, "Other"), TopicOf(10, 1, "Terrain")},
              .posts = {PostOf(90, 9, 1, "heighfmaps"), PostOf(100, 10, 1, "Heightmapz.")}});
  const v1::SearchResponse found = Find("heightmapz ");
  EXPECT_THAT(Topics(found), ElementsAre(10));
  EXPECT_THAT(found.interpretation().corrections(), IsEmpty());
  // Nor does it tell of what only others may read.
  EXPECT_THAT(Topics(Find("heighfmaps ", kAdministrator)), ElementsAre(9));
  const v1::SearchResponse hidden = Find("heighfmaps ");
  EXPECT_EQ(Topics(hidden), Topics(Find("heighkmaps ")));
  EXPECT_EQ(hidden.interpretation().corrections_size(), 1);
}

TEST_F(FinderCommunityTest, DigitsAreNoTypos) {
  index_.Put({.topics = {TopicOf(9, 1, "Error 1045 of version 3"), TopicOf(10, 1, "An mp4player")},
              .posts = {PostOf(90, 9, 1, "Which one?"), PostOf(100, 10, 1, "How?")}});
  EXPECT_THAT(Topics(Find("1045 ")), ElementsAre(9));
  EXPECT_THAT(Topics(Find("1046 ")), IsEmpty());
  EXPECT_THAT(Topics(Find("mp4plaier ")), ElementsAre(10));
  EXPECT_THAT(Topics(Find("mp3player ")), Not(Contains(10)));
}

// A tag is unknown when no post that one may read has it, wherever the posts stand.
TEST_F(FinderCommunityTest, ATagThatPostsHaveIsNotUnknown) {
  const auto unknown = [this](std::string_view q) {
    const v1::SearchResponse found = Find(q);
    for (const v1::Problem& problem : found.interpretation().problems()) {
      EXPECT_EQ(problem.kind(), v1::Problem::UNKNOWN_VALUE) << q;
    }
    return found.interpretation().problems_size();
  };
  for (const bool sealed : {false, true}) {
    if (sealed) index_.Seal();
    EXPECT_EQ(unknown("tag:gallery tag:physics"), 0) << sealed;
    EXPECT_EQ(unknown("tag:secretive"), 1) << sealed;
    EXPECT_EQ(unknown("tag:none"), 1) << sealed;
  }
}

// Four words, of which two are enough: FTS5 is asked for each pair, and a word stands in several.
TEST_F(FinderCommunityTest, ScoresAreTheSameWhereverWordsStand) {
  const std::vector<std::string> texts = {
      "A walrus, a tusk and a herring.", "A tusk, a walrus and an iceberg.",
      "Herring on an iceberg.", "The walrus eats the herring by the iceberg, with its tusks."};
  int64_t id = 500;
  for (const std::string& text : texts) {
    index_.Put({.topics = {TopicOf(id, 1, "Of the sea")}, .posts = {PostOf(10 * id, id, 1, text)}});
    ++id;
  }
  // A token of the next page has the score of the last result.
  const auto scores = [this](std::string_view q) {
    std::vector<std::string> tokens = {""};
    do {
      tokens.push_back(Find(q, kAnonymous, 1, tokens.back()).next_page_token());
    } while (!tokens.back().empty());
    return tokens;
  };
  const std::vector<std::string> loose = scores("walrus tusk herring iceberg");
  index_.Seal();
  EXPECT_EQ(scores("walrus tusk herring iceberg"), loose);
  EXPECT_EQ(loose.size(), texts.size() + 1);
}

TEST_F(FinderCommunityTest, SimilarTopics) {
  index_.Put({.topics = {TopicOf(11, 1, "Shadows flicker on terrain"), TopicOf(12, 1, "Sound")},
              .posts = {PostOf(110, 11, 1, "The camera moves and soft shadows flicker."),
                        PostOf(120, 12, 1, "No sound.")}});
  v1::ListSimilarTopicsRequest request;
  request.set_topic_id(11);
  for (const bool sealed : {false, true}) {
    if (sealed) index_.Seal();
    const auto similar = ListSimilarTopics(index_.Read(), kAnonymous, request);
    ASSERT_TRUE(similar.ok()) << similar.status();
    ASSERT_GT(similar->topics_size(), 0);
    EXPECT_EQ(similar->topics(0).topic_id(), 1);
    for (const v1::TopicSuggestion& topic : similar->topics()) EXPECT_NE(topic.topic_id(), 11);
  }
  // By the text alone.
  index_.Put({.topics = {TopicOf(13, 1, "Why?")},
              .posts = {PostOf(130, 13, 1, "Soft shadows flicker on the terrain.")}});
  request.set_topic_id(13);
  for (const bool sealed : {false, true}) {
    if (sealed) index_.Seal();
    EXPECT_GT(ListSimilarTopics(index_.Read(), kAnonymous, request)->topics_size(), 0);
  }
  request.set_topic_id(5);
  EXPECT_TRUE(absl::IsNotFound(ListSimilarTopics(index_.Read(), kAnonymous, request).status()));
  v1::ListSimilarTopicsRequest draft;
  draft.set_title("shadows are flickering");
  const auto drafted = ListSimilarTopics(index_.Read(), kAnonymous, draft);
  ASSERT_TRUE(drafted.ok());
  EXPECT_GE(drafted->topics_size(), 1);
}

TEST_F(FinderCommunityTest, MembersByAnyPartOfAName) {
  const auto names = [&](std::string_view q, std::string token = {}) {
    v1::SearchMembersRequest request;
    request.set_q(std::string(q));
    request.set_page_size(2);
    request.set_page_token(token);
    const auto found = SearchMembers(index_.Read(), kAnonymous, request);
    EXPECT_TRUE(found.ok());
    std::vector<std::string> usernames;
    for (const v1::FoundMember& one : found->members()) {
      usernames.push_back(one.member().username());
    }
    if (!found->next_page_token().empty()) usernames.push_back(found->next_page_token());
    return usernames;
  };
  EXPECT_THAT(names("dor"), ElementsAre("jan"));
  EXPECT_THAT(names("@MIK"), ElementsAre("mika"));
  EXPECT_THAT(names("mika sa"), ElementsAre("mika"));
  EXPECT_THAT(names("nobody"), IsEmpty());
  const std::vector<std::string> all = names("");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(names("", all[2]).size(), 1u);
}

TEST_F(FinderCommunityTest, OtherScriptsAreFound) {
  index_.Put({.topics = {TopicOf(13, 1, "物理エンジンの設定"), TopicOf(14, 1, "Настройка теней")},
              .posts = {PostOf(130, 13, 1, "衝突判定がうまく動きません。"),
                        PostOf(140, 14, 1, "Как включить мягкие тени?")}});
  EXPECT_THAT(Topics(Find("衝突判定")), ElementsAre(13));
  EXPECT_THAT(Topics(Find("\"衝突判定がうまく\"")), ElementsAre(13));
  EXPECT_THAT(Topics(Find("мягкие тени")), ElementsAre(14));
}

}  // namespace
}  // namespace forium::search
