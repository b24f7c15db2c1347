// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"

namespace forium::search {
namespace {

constexpr size_t kPage = 4096;

class MappedFileTest : public testing::Test {
 protected:
  MappedFileTest() : file_(memfd_create("mapped", MFD_CLOEXEC)) {
    for (size_t at = 0; at < bytes_.size(); ++at) bytes_[at] = static_cast<char>(at * 7 / 3);
    EXPECT_EQ(write(file_, bytes_.data(), bytes_.size()), static_cast<ssize_t>(bytes_.size()));
  }
  ~MappedFileTest() override { close(file_); }

  std::unique_ptr<const MappedFile> Map() const { return MappedFile::Map(file_, bytes_.size()); }
  static absl::StatusOr<std::string> Read(const MappedFile& mapped, uint64_t offset, size_t size) {
    std::string bytes(size, '\0');
    const absl::Status read = mapped.Read(offset, size, bytes.data());
    if (!read.ok()) return read;
    return bytes;
  }

  std::string bytes_ = std::string(8 * kPage + 100, '\0');
  const int file_;
};

TEST_F(MappedFileTest, GivesWhatTheFileHas) {
  const auto mapped = Map();
  ASSERT_NE(mapped, nullptr);
  EXPECT_EQ(*Read(*mapped, 0, bytes_.size()), bytes_);
  EXPECT_EQ(*Read(*mapped, kPage - 3, 10), bytes_.substr(kPage - 3, 10));
  EXPECT_EQ(*Read(*mapped, bytes_.size(), 0), "");
  for (const uint64_t offset : {uint64_t{bytes_.size() - 1}, uint64_t{1} << 40, UINT64_MAX}) {
    EXPECT_TRUE(absl::IsDataLoss(Read(*mapped, offset, 2).status())) << offset;
  }
  char byte = 0;
  EXPECT_TRUE(absl::IsDataLoss(mapped->Read(1, SIZE_MAX, &byte)));
}

TEST_F(MappedFileTest, WhatIsCutOffIsLost) {
  const auto mapped = Map();
  const auto other = Map();
  ASSERT_EQ(ftruncate(file_, 2 * kPage), 0);
  EXPECT_EQ(*Read(*mapped, kPage, kPage), bytes_.substr(kPage, kPage));
  EXPECT_TRUE(absl::IsDataLoss(Read(*mapped, kPage, 5 * kPage).status()));
  EXPECT_TRUE(absl::IsDataLoss(Read(*mapped, 0, 1).status())) << "after a loss";
  EXPECT_TRUE(Read(*other, 0, kPage).ok()) << "what another one reads";
  EXPECT_TRUE(absl::IsDataLoss(Read(*other, 8 * kPage, 100).status()));
}

TEST_F(MappedFileTest, IsReadAgainAfterARest) {
  const auto mapped = Map();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(*Read(*mapped, 0, bytes_.size()), bytes_);
    mapped->Rest();
  }
}

TEST_F(MappedFileTest, RoomIsGivenBack) {
  std::vector<std::unique_ptr<const MappedFile>> many;
  for (auto mapped = Map(); mapped != nullptr; mapped = Map()) many.push_back(std::move(mapped));
  EXPECT_GT(many.size(), 1000u);
  many.resize(10);
  const auto mapped = Map();
  ASSERT_NE(mapped, nullptr);
  EXPECT_EQ(*Read(*mapped, 0, bytes_.size()), bytes_);
}

// Another SIGBUS is what it was before.
TEST_F(MappedFileTest, OtherSignalsEndTheProgram) {
  const auto mapped = Map();
  EXPECT_DEATH(
      {
        auto* const lost =
            static_cast<char*>(mmap(nullptr, bytes_.size(), PROT_READ, MAP_SHARED, file_, 0));
        if (ftruncate(file_, 0) == 0) _exit(*lost);
      },
      "");
}

}  // namespace
}  // namespace forium::search
