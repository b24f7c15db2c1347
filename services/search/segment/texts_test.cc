// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/texts.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "services/search/segment/facts.h"
#include "services/search/segment/segment.h"
#include "services/search/segment/segment_builder.h"

namespace forium::search {
namespace {

// Empty, short, long, and such as do not shrink.
std::string TextOf(int post) {
  std::string text = post % 9 == 0 ? "" : "Post " + std::to_string(post);
  for (int i = 0; i < post % 50; ++i) text += " and a hose\n" + std::to_string(i * post);
  if (post % 11 == 0) {
    for (uint32_t i = 0, x = 1; i < 500; ++i) text += static_cast<char>((x = x * 69'069 + 5) >> 24);
  }
  return text;
}
SegmentList ListOf(int post) {
  return post % 3 == 0 ? SegmentList::kOpenings : SegmentList::kReplies;
}

class TextsTest : public testing::Test {
 protected:
  TextsTest() : builder_(SegmentBuilder::Create(path_).value()) {}
  ~TextsTest() override { std::filesystem::remove(path_); }

  // With gaps between ids.
  void Add(int from, int to) {
    for (int i = from; i < to; ++i) {
      builder_->Begin(10 + 2 * i, ListOf(i));
      ASSERT_TRUE(builder_->End({}, {.id = i / 3}, TextOf(i)).ok());
    }
  }
  std::shared_ptr<const Segment> Finished() {
    EXPECT_TRUE(builder_->Finish().ok());
    return Segment::Open(path_).value();
  }

  const std::string path_ = testing::TempDir() + "texts-" + std::to_string(::getpid());
  const std::unique_ptr<SegmentBuilder> builder_;
};

TEST_F(TextsTest, AreReadByIdAndByFacts) {
  constexpr int kPosts = 12'000;
  Add(0, kPosts);
  const std::shared_ptr<const Segment> segment = Finished();
  EXPECT_EQ(segment->Check(0).status(), absl::OkStatus());
  Facts facts;
  Ordinal next[2] = {};
  for (int i = kPosts - 1; i >= 0; --i) {
    const SegmentList list = ListOf(i);
    ASSERT_EQ(segment->TextOf(10 + 2 * i).value_or("none"), TextOf(i)) << i;
    ASSERT_TRUE(segment->ReadPost(list, next[static_cast<int>(list)]++, &facts).ok());
    ASSERT_EQ(segment->ReadText(facts.text).value_or("none"), TextOf(i)) << i;
  }
  for (const int64_t id : {9, 11, 10 + 2 * kPosts, 10 + 2 * kPosts + 1, 0, -1}) {
    EXPECT_TRUE(absl::IsDataLoss(segment->TextOf(id).status())) << id;
  }
}

TEST_F(TextsTest, AreReadWhileTheFileIsWritten) {
  // More than a MiB, so that some are in the file and some are not yet.
  for (int from = 0; from < 12'000; from += 4'000) {
    Add(from, from + 4'000);
    for (int i = 0; i < from + 4'000; i += 7) {
      ASSERT_EQ(builder_->TextOf(10 + 2 * i).value_or("none"), TextOf(i)) << i;
    }
    ASSERT_EQ(builder_->TextOf(builder_->last_id()).value_or("none"), TextOf(from + 3'999));
    EXPECT_TRUE(absl::IsDataLoss(builder_->TextOf(builder_->last_id() + 1).status()));
  }
  const std::shared_ptr<const Segment> segment = Finished();
  EXPECT_EQ(segment->TextOf(10 + 2 * 11'999).value_or("none"), TextOf(11'999));
  EXPECT_EQ(segment->Check(0).status(), absl::OkStatus());
}

TEST_F(TextsTest, NoneThatWasChangedIsShown) {
  Add(0, 14);
  Finished();
  std::string bytes;
  {
    std::ifstream file(path_, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(file), {});
  }
  int noticed = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << changed;
    const auto segment = Segment::Open(path_);
    if (!segment.ok()) continue;
    for (int i = 0; i < 14; ++i) {
      const absl::StatusOr<std::string> text = (*segment)->TextOf(10 + 2 * i);
      if (text.ok()) {
        ASSERT_EQ(*text, TextOf(i));
      } else {
        ASSERT_TRUE(absl::IsDataLoss(text.status())) << text.status();
        ++noticed;
      }
    }
  }
  EXPECT_GT(noticed, 500);
}

TEST_F(TextsTest, NoPlaceIsTooOddToBeLookedAt) {
  Add(0, 40);
  const std::shared_ptr<const Segment> segment = Finished();
  for (const uint64_t offset : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 40, UINT64_MAX}) {
    for (const uint32_t size : {0u, 1u, 4u, 5u, 1u << 20, UINT32_MAX}) {
      const auto text = segment->ReadText({offset, size});
      EXPECT_TRUE(text.ok() ? *text == TextOf(0) : absl::IsDataLoss(text.status()));
    }
  }
}

}  // namespace
}  // namespace forium::search
