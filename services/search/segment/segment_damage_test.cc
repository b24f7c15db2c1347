// SPDX-License-Identifier: Apache-2.0
// A file that is not what was written: every read is an error or an answer within bounds, and what
// changed is found.
#include <unistd.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/search/segment/segment.h"
#include "services/search/segment/testing/written_segment.h"

namespace forium::search {
namespace {

class SegmentDamageTest : public ::testing::Test {
 protected:
  SegmentDamageTest() { std::filesystem::create_directories(folder_); }
  ~SegmentDamageTest() override { std::filesystem::remove_all(folder_); }

  // Small, but with lists of one block and of several, and several blocks of tokens.
  std::string Sound() {
    std::mt19937 random(1);
    posts_ = RandomPosts(160, 40, random);
    EXPECT_TRUE(WriteSegment(posts_, path_).ok());
    return FileBytes(path_);
  }
  // Whether opening it or its checksums tell.
  bool IsFound() const {
    const auto opened = Segment::Open(path_);
    if (!opened.ok()) return true;
    int64_t part = 0;
    do {
      const absl::StatusOr<int64_t> next = (*opened)->Check(part);
      if (!next.ok()) return true;
      part = *next;
    } while (part != 0);
    return false;
  }

  const std::string folder_ =
      ::testing::TempDir() + "/segment-damage-" + std::to_string(::getpid());
  const std::string path_ = folder_ + "/words";
  std::vector<WrittenPost> posts_;
};

TEST_F(SegmentDamageTest, SoundFileIsSound) {
  Sound();
  EXPECT_FALSE(IsFound());
  EXPECT_TRUE(ReadEverything(path_, posts_));
}

TEST_F(SegmentDamageTest, ChangedByteIsFound) {
  const std::string sound = Sound();
  std::mt19937 random(2);
  for (size_t i = 0; i < sound.size(); ++i) {
    std::string bytes = sound;
    bytes[i] = static_cast<char>(bytes[i] ^ (1 + random() % 255));
    WriteFileBytes(path_, bytes);
    ASSERT_TRUE(IsFound()) << i;
    // All of it is slow.
    ASSERT_TRUE(i % 37 != 0 || ReadEverything(path_, posts_)) << i;
  }
}

TEST_F(SegmentDamageTest, CutOffFileIsFound) {
  const std::string sound = Sound();
  for (size_t size = 0; size < sound.size(); size += size < 200 ? 1 : 97) {
    WriteFileBytes(path_, sound.substr(0, size));
    ASSERT_TRUE(IsFound()) << size;
    WriteFileBytes(path_, sound.substr(size + 1));
    ASSERT_TRUE(IsFound()) << size;
  }
}

TEST_F(SegmentDamageTest, CutOffUnderItsReader) {
  const std::string sound = Sound();
  const auto segment = *Segment::Open(path_);
  auto before = *segment->Find(SegmentList::kReplies, "w0");
  ASSERT_TRUE(before.has_value());
  std::filesystem::resize_file(path_, 0);
  Places places;
  EXPECT_TRUE(absl::IsDataLoss(segment->Find(SegmentList::kReplies, "w1").status()));
  EXPECT_TRUE(absl::IsDataLoss(segment->PostAt(SegmentList::kReplies, 0).status()));
  EXPECT_TRUE(absl::IsDataLoss(segment->Check(0).status()));
  bool lost = false;
  for (Ordinal i = 0; i < segment->size(SegmentList::kReplies); ++i) {
    lost |= absl::IsDataLoss(before->Find(i, &places).status());
  }
  EXPECT_TRUE(lost);
}

TEST_F(SegmentDamageTest, ManyBytesOfThePostingsAreAnything) {
  const std::string sound = Sound();
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    // The index and the footer stay, so that it opens.
    std::string bytes = sound;
    const size_t end = bytes.size() - 700;
    for (int i = 0; i < 1 + round; ++i) {
      bytes[random() % end] = static_cast<char>(random() % 3 == 0 ? 0xff : random());
    }
    WriteFileBytes(path_, bytes);
    ASSERT_TRUE(ReadEverything(path_, posts_)) << round;
  }
}

TEST_F(SegmentDamageTest, AnyBytesAreNone) {
  std::mt19937 random(4);
  for (int round = 0; round < 300; ++round) {
    std::string bytes(random() % 3000, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    WriteFileBytes(path_, bytes);
    ASSERT_TRUE(absl::IsDataLoss(Segment::Open(path_).status()));
  }
}

}  // namespace
}  // namespace forium::search
