// SPDX-License-Identifier: Apache-2.0
#include "gateway/cache/body_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

// The file after so many readers that there should be one.
int Made(const BodyFile& file, const std::string& body) {
  int made = -1;
  for (uint32_t i = 0; i < BodyFile::kReaders; ++i) made = file.For(body);
  return made;
}

TEST(BodyFileTest, ManyReadersMakeIt) {
  const std::string body(BodyFile::kSmallest + 1, 'x');
  const BodyFile file;
  EXPECT_EQ(file.For(body), -1);
  Made(file, body);
  ASSERT_GE(file.For(body), 0);
  std::string read(body.size() + 1, '\0');
  EXPECT_EQ(pread(file.For(body), read.data(), read.size(), 0), static_cast<ssize_t>(body.size()));
  read.resize(body.size());
  EXPECT_EQ(read, body);
}

TEST(BodyFileTest, SmallBodiesGetNone) {
  const std::string body(BodyFile::kSmallest - 1, 'x');
  const BodyFile file;
  EXPECT_EQ(Made(file, body), -1);
}

TEST(BodyFileTest, GoesWithItsPage) {
  const std::string body(BodyFile::kSmallest, 'x');
  int made = -1;
  {
    const BodyFile file;
    made = Made(file, body);
    ASSERT_GE(made, 0);
    EXPECT_NE(fcntl(made, F_GETFD), -1);
  }
  EXPECT_EQ(fcntl(made, F_GETFD), -1);
}

TEST(BodyFileTest, FewBytesAreHeldAtATimeAndComeFreeAgain) {
  const std::string body(BodyFile::kMostBytes / 4, 'x');
  std::vector<std::unique_ptr<BodyFile>> files;
  for (int i = 0; i < 5; ++i) {
    files.push_back(std::make_unique<BodyFile>());
    EXPECT_EQ(Made(*files.back(), body) >= 0, i < 4) << i;
  }
  files.erase(files.begin());
  EXPECT_GE(Made(*files.back(), body), 0);
}

}  // namespace
}  // namespace forium::gateway
