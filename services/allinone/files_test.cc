// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <lzma.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "services/allinone/archive.h"
#include "services/allinone/data_directory.h"
#include "services/allinone/line_reader.h"

namespace forium::allinone {
namespace {
namespace fs = std::filesystem;

class FilesTest : public testing::Test {
 protected:
  FilesTest()
      : folder_(fs::path(testing::TempDir()) /
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }

  std::string Put(const std::string& name, const std::string& content) {
    const fs::path path = folder_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }
  static std::string Get(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  static std::vector<std::string> Lines(const std::string& path) {
    absl::StatusOr<LineReader> reader = LineReader::Open(path);
    EXPECT_TRUE(reader.ok()) << reader.status();
    std::vector<std::string> lines;
    std::string line;
    while (true) {
      const absl::StatusOr<bool> more = reader->Next(&line);
      EXPECT_TRUE(more.ok()) << more.status();
      if (!more.ok() || !*more) return lines;
      lines.push_back(line);
    }
  }
  // 3 MB of lines, so that every buffer is filled more than once.
  static std::string ManyLines() {
    std::string text;
    for (int i = 0; i < 100'000; ++i)
      text += "line " + std::to_string(i) + " of a text that repeats itself\n";
    return text;
  }
  static std::string Xz(const std::string& text) {
    std::string out(text.size() + 1024, '\0');
    size_t size = 0;
    EXPECT_EQ(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC64, nullptr,
                                      reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                                      reinterpret_cast<uint8_t*>(out.data()), &size, out.size()),
              LZMA_OK);
    out.resize(size);
    return out;
  }
  static std::string Zstd(const std::string& text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
    return out;
  }

  const fs::path folder_;
};

TEST_F(FilesTest, LinesAreTheSameHoweverCompressed) {
  const std::string text = ManyLines() + "the last, without an end";
  for (const std::string& path :
       {Put("plain", text), Put("xz", Xz(text)), Put("zst", Zstd(text))}) {
    const std::vector<std::string> lines = Lines(path);
    ASSERT_EQ(lines.size(), 100'001u) << path;
    EXPECT_EQ(lines[77'777], "line 77777 of a text that repeats itself");
    EXPECT_EQ(lines.back(), "the last, without an end");
  }
}

TEST_F(FilesTest, CutOffFilesAreSaidToBe) {
  const std::string text = ManyLines();
  for (std::string packed : {Xz(text), Zstd(text)}) {
    packed.resize(packed.size() / 2);
    absl::StatusOr<LineReader> reader = LineReader::Open(Put("cut", packed));
    ASSERT_TRUE(reader.ok());
    std::string line;
    absl::StatusOr<bool> more = true;
    while (more.ok() && *more) more = reader->Next(&line);
    EXPECT_TRUE(absl::IsDataLoss(more.status())) << more.status();
  }
}

TEST_F(FilesTest, EmptyAndMissingFiles) {
  EXPECT_TRUE(Lines(Put("empty", "")).empty());
  EXPECT_TRUE(absl::IsNotFound(LineReader::Open((folder_ / "nothing").string()).status()));
}

TEST_F(FilesTest, ArchiveComesBackAsItWas) {
  const std::string big = ManyLines();
  const std::string out = (folder_ / "out.tar.zst").string();
  ASSERT_TRUE(
      WriteArchive(out, {{"control.db", Put("a", "first")}, {"default/forum.db", Put("b", big)}})
          .ok());
  EXPECT_TRUE(absl::IsAlreadyExists(WriteArchive(out, {})));
  const auto names = ReadArchive(out, (folder_ / "in").string());
  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_EQ(Get(folder_ / "in/control.db"), "first");
  EXPECT_EQ(Get(folder_ / "in/default/forum.db"), big);
}

TEST_F(FilesTest, DamagedArchivesAreRefused) {
  const std::string out = (folder_ / "out.tar.zst").string();
  ASSERT_TRUE(WriteArchive(out, {{"control.db", Put("a", ManyLines())}}).ok());
  std::string bytes = Get(out);
  bytes.resize(bytes.size() / 2);
  EXPECT_FALSE(ReadArchive(Put("cut", bytes), (folder_ / "in").string()).ok());
  EXPECT_FALSE(ReadArchive(Put("noise", "no archive"), (folder_ / "in").string()).ok());
}

TEST_F(FilesTest, ArchivesWriteNothingOutsideTheirFolder) {
  const std::string out = (folder_ / "evil.tar.zst").string();
  ASSERT_TRUE(WriteArchive(out, {{"../outside", Put("a", "gotcha")}}).ok());
  EXPECT_TRUE(absl::IsDataLoss(ReadArchive(out, (folder_ / "in").string()).status()));
  EXPECT_FALSE(fs::exists(folder_ / "outside"));
}

TEST_F(FilesTest, DataDirectoryHasOneOwner) {
  const std::string path = (folder_ / "data/deeper").string();
  {
    const absl::StatusOr<DataDirectory> first = DataDirectory::Take(path);
    ASSERT_TRUE(first.ok()) << first.status();
    EXPECT_TRUE(absl::IsUnavailable(DataDirectory::Take(path).status()));
  }
  EXPECT_TRUE(DataDirectory::Take(path).ok()) << "free again";
  EXPECT_TRUE(absl::IsFailedPrecondition(DataDirectory::Take(Put("file", "") + "/below").status()));
}

TEST_F(FilesTest, CommunityOnPostgresNeverBeginsAnewOnSqlite) {
  const absl::StatusOr<DataDirectory> directory = DataDirectory::Take((folder_ / "data").string());
  ASSERT_TRUE(directory.ok()) << directory.status();
  EXPECT_TRUE(directory->Check(false).ok());
  EXPECT_TRUE(directory->Check(true).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(directory->Check(false)));
  Put("data/control.db", "moved to SQLite");
  EXPECT_TRUE(directory->Check(false).ok());
}

}  // namespace
}  // namespace forium::allinone
