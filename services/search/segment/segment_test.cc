// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/segment.h"

#include <unistd.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/search/segment/segment_builder.h"
#include "services/search/segment/testing/written_segment.h"

namespace forium::search {
namespace {

using Column = SegmentBuilder::Column;

class SegmentTest : public ::testing::Test {
 protected:
  SegmentTest() { std::filesystem::create_directories(folder_); }
  ~SegmentTest() override { std::filesystem::remove_all(folder_); }

  std::shared_ptr<const Segment> Written(const std::vector<WrittenPost>& posts,
                                         size_t memory = 48 << 20) {
    const absl::Status written = WriteSegment(posts, path_, memory);
    EXPECT_TRUE(written.ok()) << written;
    absl::StatusOr<std::shared_ptr<const Segment>> opened = Segment::Open(path_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.value_or(nullptr);
  }
  // The parts that Check takes; -1: it found damage.
  static int Parts(const Segment& segment) {
    int parts = 0;
    for (int64_t part = 0; parts == 0 || part != 0; ++parts) {
      absl::StatusOr<int64_t> next = segment.Check(part);
      if (!next.ok()) return -1;
      part = *next;
    }
    return parts;
  }

  const std::string folder_ = ::testing::TempDir() + "/segment-" + std::to_string(::getpid());
  const std::string path_ = folder_ + "/words";
};

TEST_F(SegmentTest, AnswersAsThePostsSay) {
  std::mt19937 random(1);
  for (const int count : {1, 3, 127, 128, 129, 256, 700}) {
    const std::vector<WrittenPost> posts = RandomPosts(count, 300, random);
    const auto segment = Written(posts);
    ASSERT_NE(segment, nullptr);
    EXPECT_EQ(DifferenceOf(*segment, posts), "") << count;
    EXPECT_EQ(Parts(*segment), 1);
  }
}

TEST_F(SegmentTest, RunsMakeNoDifference) {
  std::mt19937 random(2);
  const std::vector<WrittenPost> posts = RandomPosts(500, 800, random);
  ASSERT_NE(Written(posts), nullptr);
  const std::string bytes = FileBytes(path_);
  for (const size_t memory : {size_t{0}, size_t{20'000}, size_t{300'000}}) {
    const auto segment = Written(posts, memory);
    ASSERT_NE(segment, nullptr);
    EXPECT_EQ(FileBytes(path_), bytes) << memory;
  }
  EXPECT_EQ(DifferenceOf(**Segment::Open(path_), posts), "");
}

// Of a long list only those blocks are read that a window, or a post, asks for.
TEST_F(SegmentTest, LongListsAreReadInParts) {
  constexpr Ordinal kPosts = 40'000;
  std::mt19937 random(8);
  std::vector<Places> of(kPosts);  // by ordinal
  auto builder = *SegmentBuilder::Create(path_);
  for (Ordinal i = kPosts; i-- > 0;) {
    builder->Begin(int64_t{kPosts} - i, SegmentList::kReplies);
    if (random() % 4 == 0) of[i].title = {static_cast<int>(random() % 9)};
    if (random() % 4 != 0) of[i].body = {static_cast<int>(random() % 999)};
    for (const int place : of[i].title) builder->Add("a", Column::kTitle, place);
    for (const int place : of[i].body) builder->Add("a", Column::kBody, place);
    ASSERT_TRUE(builder->End({}, {}).ok());
  }
  ASSERT_TRUE(builder->Finish().ok());
  const auto segment = *Segment::Open(path_);
  const auto open = [&] { return *segment->Find(SegmentList::kReplies, "a"); };
  std::optional<Postings> kept = open();
  for (int round = 0; round < 200; ++round) {
    std::optional<Postings> fresh = open();
    Postings& postings = round % 2 == 0 ? *fresh : *kept;
    const Ordinal begin = random() % kPosts;
    const OrdinalWindow window = {begin,
                                  begin + static_cast<Ordinal>(random() % (kPosts - begin + 1))};
    Bitmap found(window.size());
    ASSERT_TRUE(postings.AddTo(found, window, Postings::Where::kTitle).ok());
    for (Ordinal at = 0; at < window.size(); ++at) {
      ASSERT_EQ(found.Has(at), !of[begin + at].title.empty()) << begin << " " << at;
    }
    const Ordinal post = random() % kPosts;
    Places places;
    ASSERT_EQ(*postings.Find(post, &places), !of[post].title.empty() || !of[post].body.empty());
    EXPECT_EQ(places.title, of[post].title);
    EXPECT_EQ(places.body, of[post].body);
  }
}

TEST_F(SegmentTest, LeavesNothingElseInTheFolder) {
  std::mt19937 random(3);
  ASSERT_NE(Written(RandomPosts(50, 50, random), 1000), nullptr);
  {
    auto unfinished = *SegmentBuilder::Create(folder_ + "/other", 1000);
    unfinished->Begin(1, SegmentList::kReplies);
    unfinished->Add(std::string(200, 'x'), Column::kBody, 0);
    EXPECT_TRUE(unfinished->End({}, {}).ok());
  }
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    EXPECT_EQ(entry.path(), path_);
    ++files;
  }
  EXPECT_EQ(files, 1);
}

TEST_F(SegmentTest, HasNoPosts) {
  const auto segment = Written({});
  ASSERT_NE(segment, nullptr);
  EXPECT_EQ(DifferenceOf(*segment, {}), "");
  EXPECT_EQ(segment->PostAt(SegmentList::kReplies, 0).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Parts(*segment), 1);
}

TEST_F(SegmentTest, HasOneListOnly) {
  std::vector<WrittenPost> posts;
  for (int i = 0; i < 300; ++i) {
    posts.push_back({.id = 10 + i,
                     .list = SegmentList::kOpenings,
                     .tokens = {{"a", {.title = {i % 3}, .body = {}}}, {"=m", {}}}});
  }
  const auto segment = Written(posts);
  ASSERT_NE(segment, nullptr);
  EXPECT_EQ(DifferenceOf(*segment, posts), "");
  for (WrittenPost& post : posts) post.list = SegmentList::kReplies;
  EXPECT_EQ(DifferenceOf(*Written(posts), posts), "");
}

TEST_F(SegmentTest, PostsMayHaveNoTokens) {
  const std::vector<WrittenPost> posts = {{.id = -3}, {.id = 5}, {.id = 6, .tokens = {{"a", {}}}}};
  EXPECT_EQ(DifferenceOf(*Written(posts), posts), "");
}

TEST_F(SegmentTest, TokensOfAnyBytesAndSize) {
  std::vector<WrittenPost> posts = {{.id = 1}};
  for (int byte = 0; byte < 256; ++byte) {
    posts[0].tokens[std::string(1, static_cast<char>(byte))].body.push_back(byte);
    posts[0].tokens[std::string(2, static_cast<char>(byte))].body.push_back(byte);
    posts[0].tokens["long enough not to fit into it" + std::string(byte % 100, 'x')];
  }
  posts[0].tokens[""].body.push_back(70'000);
  posts[0].tokens[std::string(255, 'y')].body.push_back(0);
  EXPECT_EQ(DifferenceOf(*Written(posts), posts), "");
}

TEST_F(SegmentTest, CutsLongTokensOnBothSides) {
  auto builder = *SegmentBuilder::Create(path_);
  builder->Begin(1, SegmentList::kReplies);
  builder->Add(std::string(300, 'x'), Column::kBody, 4);
  builder->Add(std::string(301, 'x'), Column::kBody, 4);
  builder->Add(std::string(302, 'x'), Column::kBody, 5);
  ASSERT_TRUE(builder->End({}, {}).ok());
  ASSERT_TRUE(builder->Finish().ok());
  const auto segment = *Segment::Open(path_);
  auto found = *segment->Find(SegmentList::kReplies, std::string(400, 'x'));
  ASSERT_TRUE(found.has_value());
  Places places;
  EXPECT_TRUE(*found->Find(0, &places));
  EXPECT_EQ(places.body, (std::vector<int>{4, 5}));
  EXPECT_FALSE(segment->Find(SegmentList::kReplies, std::string(254, 'x'))->has_value());
}

TEST_F(SegmentTest, KeepsTheFirstPlacesOfMany) {
  auto builder = *SegmentBuilder::Create(path_);
  for (int64_t id = 1; id <= 200; ++id) {
    builder->Begin(id, SegmentList::kOpenings);
    for (int i = 0; i < 1000; ++i) builder->Add("a", Column::kTitle, 3 * i);
    for (int i = 0; i < 1000; ++i) builder->Add("a", Column::kBody, 100 * i);
    ASSERT_TRUE(builder->End({}, {}).ok());
  }
  ASSERT_TRUE(builder->Finish().ok());
  const auto segment = *Segment::Open(path_);
  auto found = *segment->Find(SegmentList::kOpenings, "a");
  for (const Ordinal post : {0u, 127u, 128u, 199u, 5u}) {
    Places places;
    ASSERT_TRUE(*found->Find(post, &places));
    ASSERT_EQ(places.title.size(), size_t{kMostPlaces});
    ASSERT_EQ(places.body.size(), size_t{kMostPlaces});
    EXPECT_EQ(places.title.back(), 3 * (kMostPlaces - 1));
    EXPECT_EQ(places.body.back(), 100 * (kMostPlaces - 1));
  }
}

TEST_F(SegmentTest, ColumnsMayComeInAnyOrder) {
  auto builder = *SegmentBuilder::Create(path_);
  builder->Begin(1, SegmentList::kReplies);
  builder->Add("a", Column::kBody, 2);
  builder->Add("a", Column::kMarks, 0);
  builder->Add("a", Column::kTitle, 1);
  builder->Add("a", Column::kBody, 4);
  ASSERT_TRUE(builder->End({}, {}).ok());
  EXPECT_EQ(builder->last_id(), 1);
  ASSERT_TRUE(builder->Finish().ok());
  auto found = *(*Segment::Open(path_))->Find(SegmentList::kReplies, "a");
  EXPECT_EQ(found->posts(), 1u);
}

TEST_F(SegmentTest, IdsHaveToGrow) {
  auto builder = *SegmentBuilder::Create(path_);
  builder->Begin(2, SegmentList::kReplies);
  ASSERT_TRUE(builder->End({}, {}).ok());
  builder->Begin(2, SegmentList::kOpenings);
  EXPECT_FALSE(builder->End({}, {}).ok());
  EXPECT_FALSE(builder->Finish().ok());
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SegmentTest, StaysReadableWhenItsPathLeadsElsewhere) {
  std::mt19937 random(4);
  const std::vector<WrittenPost> posts = RandomPosts(200, 100, random);
  const auto segment = Written(posts);
  ASSERT_NE(segment, nullptr);
  const auto other = Written({});
  EXPECT_NE(segment->inode(), other->inode());
  EXPECT_EQ(DifferenceOf(*segment, posts), "");
}

TEST_F(SegmentTest, ChecksInParts) {
  std::vector<WrittenPost> posts;
  auto builder = *SegmentBuilder::Create(path_);
  std::mt19937 random(5);
  for (int64_t id = 1; id <= 90'000; ++id) {
    builder->Begin(id, SegmentList::kReplies);
    std::string token(250, ' ');
    for (char& byte : token) byte = static_cast<char>(random());
    builder->Add(token, Column::kBody, 0);
    ASSERT_TRUE(builder->End({}, {}).ok());
  }
  ASSERT_TRUE(builder->Finish().ok());
  const auto segment = *Segment::Open(path_);
  ASSERT_GT(segment->bytes(), 20 << 20);
  EXPECT_EQ(Parts(*segment), 2);
  EXPECT_FALSE(segment->Check(2).ok());
  EXPECT_FALSE(segment->Check(-1).ok());
}

TEST_F(SegmentTest, MissingFileIsDamage) {
  EXPECT_TRUE(absl::IsDataLoss(Segment::Open(path_).status()));
  EXPECT_TRUE(absl::IsDataLoss(Segment::Open(folder_).status()));
}

TEST_F(SegmentTest, FolderThatIsMissingIsAnError) {
  EXPECT_FALSE(SegmentBuilder::Create(folder_ + "/none/words").ok());
}

}  // namespace
}  // namespace forium::search
