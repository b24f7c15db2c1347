// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/facts.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "services/search/segment/segment.h"
#include "services/search/segment/segment_builder.h"

namespace forium::search {
namespace {

class FactsTest : public testing::Test {
 protected:
  // Every third post begins a topic; each topic has a title of its own.
  void Write(int posts) {
    auto builder = SegmentBuilder::Create(path_, 1 << 16);
    ASSERT_TRUE(builder.ok());
    for (int i = 0; i < posts; ++i) {
      (*builder)->Begin(10 + i, ListOf(i));
      (*builder)->Add("word", SegmentBuilder::Column::kBody, 0);
      const std::string title = TitleOf(i / 3);
      ASSERT_TRUE((*builder)
                      ->End({.author_id = i % 7,
                             .created_at = -i,
                             .number = i % 3 + 1,
                             .likes = i,
                             .length = 2 * i,
                             .accepted = i % 5 == 0},
                            {.id = i / 3,
                             .category_id = i % 4,
                             .posts_count = 3,
                             .bumped_at = i,
                             .solved = i % 2 == 0,
                             .visible = true,
                             .title = title,
                             .slug = "s",
                             .tags = "a,b",
                             .language = "de"})
                      .ok());
    }
    ASSERT_TRUE((*builder)->Finish().ok());
  }

  static SegmentList ListOf(int i) {
    return i % 3 == 0 ? SegmentList::kOpenings : SegmentList::kReplies;
  }
  static std::string TitleOf(int topic) {
    return std::string(static_cast<size_t>(topic % 300), 't') + std::to_string(topic);
  }

  const std::string path_ = testing::TempDir() + "facts.words";
};

TEST_F(FactsTest, AreReadAsTheyWereWritten) {
  constexpr int kPosts = 60'000;
  Write(kPosts);
  const auto segment = Segment::Open(path_);
  ASSERT_TRUE(segment.ok()) << segment.status();
  Facts facts;
  Ordinal next[2] = {};
  for (int i = kPosts - 1; i >= 0; --i) {
    const SegmentList list = ListOf(i);
    ASSERT_TRUE((*segment)->ReadPost(list, next[static_cast<int>(list)]++, &facts).ok());
    ASSERT_EQ(facts.post.id, 10 + i);
    ASSERT_EQ(facts.post.author_id, i % 7);
    ASSERT_EQ(facts.post.created_at, -i);
    ASSERT_EQ(facts.post.number, i % 3 + 1);
    ASSERT_EQ(facts.post.likes, i);
    ASSERT_EQ(facts.post.length, 2 * i);
    ASSERT_EQ(facts.post.accepted, i % 5 == 0);
    ASSERT_TRUE((*segment)->ReadTopic(&facts).ok());
    ASSERT_EQ(facts.topic.id, i / 3);
    // As it was with its first post.
    ASSERT_EQ(facts.topic.bumped_at, i - i % 3);
    ASSERT_EQ(facts.topic.title, TitleOf(i / 3));
    ASSERT_EQ(facts.topic.tags, "a,b");
    ASSERT_EQ(facts.topic.language, "de");
    ASSERT_TRUE(facts.topic.visible);
    ASSERT_FALSE(facts.topic.closed);
  }
  EXPECT_FALSE((*segment)->ReadPost(SegmentList::kOpenings, next[0], &facts).ok());
}

// Who may read a post hangs on them.
TEST_F(FactsTest, NoneThatWasChangedIsBelieved) {
  Write(30);
  std::string bytes;
  {
    std::ifstream file(path_, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(file), {});
  }
  int noticed = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x20);
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << changed;
    const auto segment = Segment::Open(path_);
    if (!segment.ok()) continue;
    for (int i = 29, opening = 0, reply = 0; i >= 0; --i) {
      const SegmentList list = ListOf(i);
      const auto ordinal =
          static_cast<Ordinal>(list == SegmentList::kOpenings ? opening++ : reply++);
      Facts facts;
      absl::Status status = (*segment)->ReadPost(list, ordinal, &facts);
      if (status.ok()) status = (*segment)->ReadTopic(&facts);
      if (!status.ok()) {
        ASSERT_TRUE(absl::IsDataLoss(status)) << status;
        ++noticed;
        continue;
      }
      ASSERT_EQ(facts.post.id, 10 + i);
      ASSERT_EQ(facts.topic.id, i / 3);
      ASSERT_EQ(facts.topic.category_id, (i - i % 3) % 4);
      ASSERT_TRUE(facts.topic.visible);
    }
  }
  EXPECT_GT(noticed, 1000);
}

}  // namespace
}  // namespace forium::search
