// SPDX-License-Identifier: Apache-2.0
// An index whose file is cut off, overwritten, exchanged or taken away: a clean answer, and whole
// again.
#include "services/search/index/damage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/search/index/index.h"
#include "services/search/index/index_file.h"
#include "services/search/index/testing/listed_forum.h"
#include "services/search/index/testing/store_dump.h"
#include "services/search/index/words_file.h"
#include "services/search/words/tokenizer.h"

namespace forium::search {
namespace {

constexpr absl::Duration kSoon = absl::Seconds(60);
constexpr int64_t kPosts = 3'000;
// Whose text is looked at.
constexpr int64_t kDamaged = 1'500;

class DamageTest : public ::testing::Test {
 protected:
  DamageTest() {
    std::filesystem::remove_all(folder_);
    std::vector<forum::v1::PostDocument> posts;
    for (int64_t id = 1; id <= kPosts; ++id) {
      posts.push_back(PostOf(id, 7, 2, "A tube with the number " + std::to_string(id)));
    }
    forum_.Put({.categories = {CategoryOf(1, "general")},
                .users = {UserOf(1, "anna")},
                .topics = {TopicOf(7, 1, "Mounting a filter")},
                .posts = posts});
    Open();
    EXPECT_TRUE(index_->CatchUp(kSoon));
  }
  ~DamageTest() override {
    index_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Open() {
    auto index = Index::Open({.folder = folder_, .poll_every = absl::Milliseconds(20)}, forum_);
    ASSERT_TRUE(index.ok()) << index.status();
    index_ = *std::move(index);
  }
  // So that all is in the file itself, and nothing of it in a log beside it.
  void OpenAgain() {
    index_.reset();
    Open();
    ASSERT_TRUE(index_->CatchUp(kSoon));
  }
  std::string Path() const {
    return IndexFile::PathOf(folder_, IndexFile::NumbersIn(folder_).back());
  }
  // Runs statements on the file, past the index.
  void Tamper(const std::string& sql) {
    RegisterTokenizer();
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(Path().c_str(), &handle), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle);
    sqlite3_close(handle);
  }
  std::string Words() const { return WordsPathOf(Path()); }
  void Overwrite(size_t begin, size_t size) { Overwrite(Path(), begin, size); }
  void Overwrite(const std::string& path, size_t begin, size_t size) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(begin));
    file << std::string(size, '\xa5');
  }
  // A query as a reader makes it: an answer or an error, told to the index.
  void Query() {
    const absl::StatusOr<Snapshot> snapshot = index_->Read();
    if (!snapshot.ok()) {
      EXPECT_TRUE(absl::IsUnavailable(snapshot.status())) << snapshot.status();
      return;
    }
    static constexpr database::Statement kQuery{
        "damage_query", "SELECT p.id, t.checksum, t.text FROM posts p JOIN texts t ON t.id = p.id"};
    const auto run = [&](absl::FunctionRef<absl::Status()> then) {
      return snapshot->database->Read([&](database::Transaction& tx) {
        absl::Status damage;
        absl::Status read = tx.Query(kQuery, [&](const database::Row& row) {
          damage.Update(VerifiedText(row.Int(1), row.Text(2)).status());
        });
        read.Update(damage);
        read.Update(then());
        return read;
      });
    };
    // Two at once: what a connection has in its memory it answers from.
    absl::Status status = run([&] { return run([] { return absl::OkStatus(); }); });
    status.Update(LookUp(*snapshot->segment));
    if (!status.ok()) index_->ReportDamage(status);
  }
  static absl::Status LookUp(const Segment& segment) {
    auto found = segment.Find(SegmentList::kReplies, "tube");
    if (!found.ok() || !found->has_value()) return found.status();
    Bitmap posts(segment.size(SegmentList::kReplies));
    RETURN_IF_ERROR((*found)->AddTo(posts, {0, posts.size()}));
    return segment.TextOf(kDamaged).status();
  }
  // One bit.
  void ChangeSealedText() {
    std::fstream file(Words(), std::ios::binary | std::ios::in | std::ios::out);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    const size_t at = bytes.find("A tube with the number " + std::to_string(kDamaged));
    ASSERT_NE(at, std::string::npos);
    file.seekp(static_cast<std::streamoff>(at));
    file.put('C');
  }
  void ExpectWholeAgain(size_t posts = kPosts) {
    for (int i = 0; i < 3; ++i) Query();
    ASSERT_TRUE(index_->CatchUp(kSoon));
    EXPECT_EQ(index_->Status().state(), v1::Index::SERVING);
    EXPECT_EQ(index_->Status().cause(), v1::Index::DAMAGED);
    const absl::StatusOr<Snapshot> snapshot = index_->Read();
    ASSERT_TRUE(snapshot.ok());
    EXPECT_EQ(PostsWith(*snapshot, "tube").size(), posts);
    EXPECT_EQ(forum_.snapshots(), 2);
  }

  const std::string folder_ = ::testing::TempDir() + "/damage-" +
                              ::testing::UnitTest::GetInstance()->current_test_info()->name() +
                              std::to_string(::getpid());
  ListedForum forum_;
  std::unique_ptr<Index> index_;
};

TEST_F(DamageTest, TruncatedWhileClosed) {
  index_.reset();
  std::filesystem::resize_file(Path(), std::filesystem::file_size(Path()) / 2);
  Open();
  ExpectWholeAgain();
}

TEST_F(DamageTest, OverwrittenInTheMiddleWhileClosed) {
  index_.reset();
  const size_t size = std::filesystem::file_size(Path());
  Overwrite(size / 3, size / 3);
  Open();
  ExpectWholeAgain();
}

TEST_F(DamageTest, ReplacedByAnythingWhileClosed) {
  index_.reset();
  std::ofstream(Path(), std::ios::trunc) << std::string(100'000, 'x');
  Open();
  ExpectWholeAgain();
}

TEST_F(DamageTest, EmptyWhileClosed) {
  index_.reset();
  std::ofstream(Path(), std::ios::trunc).close();
  Open();
  ASSERT_TRUE(index_->CatchUp(kSoon));
  EXPECT_EQ(PostsWith(*index_->Read(), "tube").size(), kPosts);
}

TEST_F(DamageTest, ATextThatIsNotWhatItWas) {
  index_.reset();
  // Of one that came since: the others are not there.
  forum_.Put({.posts = {PostOf(kPosts + 1, 7, 2, "Another tube")}});
  Open();
  ASSERT_TRUE(index_->CatchUp(kSoon));
  index_.reset();
  Tamper("UPDATE texts SET text = 'secret'");
  Open();
  ExpectWholeAgain(kPosts + 1);
}

TEST_F(DamageTest, ASealedTextThatIsNotWhatItWasWhileClosed) {
  index_.reset();
  ChangeSealedText();
  Open();
  ExpectWholeAgain();
}

TEST_F(DamageTest, ASealedTextThatIsNotWhatItWasWhileOpen) {
  ChangeSealedText();
  ExpectWholeAgain();
  EXPECT_EQ(index_->Read()->segment->TextOf(kDamaged).value_or("none"),
            "A tube with the number 1500");
}

TEST_F(DamageTest, WordsThatAreGone) {
  index_.reset();
  // One that came since: the others are not there.
  forum_.Put({.posts = {PostOf(kPosts + 1, 7, 2, "Another hose")}});
  Open();
  ASSERT_TRUE(index_->CatchUp(kSoon));
  index_.reset();
  Tamper("DELETE FROM replies_data WHERE id > 10");
  Open();
  ExpectWholeAgain();
}

TEST_F(DamageTest, AnotherVersionsWords) {
  index_.reset();
  Tamper("UPDATE state SET value = '0' WHERE key = 'format'");
  Open();
  ASSERT_TRUE(index_->CatchUp(kSoon));
  EXPECT_EQ(index_->Status().cause(), v1::Index::FORMAT);
}

TEST_F(DamageTest, TruncatedWhileOpen) {
  OpenAgain();
  std::filesystem::resize_file(Path(), std::filesystem::file_size(Path()) / 2);
  ExpectWholeAgain();
}

TEST_F(DamageTest, OverwrittenWhileOpen) {
  OpenAgain();
  const size_t size = std::filesystem::file_size(Path());
  Overwrite(0, size);
  ExpectWholeAgain();
}

TEST_F(DamageTest, DeletedWhileOpen) {
  std::filesystem::remove(Path());
  ExpectWholeAgain();
}

TEST_F(DamageTest, ReplacedWhileOpen) {
  const std::string other = folder_ + "/other";
  {
    auto file = IndexFile::Create(other, Language::kNone);
    ASSERT_TRUE((*file)->Complete(0, v1::Index::FIRST).ok());
  }
  std::filesystem::rename(other, Path());
  ExpectWholeAgain();
}

TEST_F(DamageTest, WordsTruncatedWhileClosed) {
  index_.reset();
  std::filesystem::resize_file(Words(), std::filesystem::file_size(Words()) / 2);
  Open();
  ExpectWholeAgain();
}

TEST_F(DamageTest, WordsOverwrittenWhileClosed) {
  index_.reset();
  const size_t size = std::filesystem::file_size(Words());
  Overwrite(Words(), size / 3, size / 3);
  Open();
  ExpectWholeAgain();
}

TEST_F(DamageTest, WordsDeletedWhileClosed) {
  index_.reset();
  std::filesystem::remove(Words());
  Open();
  ExpectWholeAgain();
}

TEST_F(DamageTest, WordsOfAnotherIndexWhileClosed) {
  index_.reset();
  const std::string other = folder_ + "/other";
  {
    auto file = IndexFile::Create(other, Language::kNone);
    ASSERT_TRUE((*file)->Complete(0, v1::Index::FIRST).ok());
  }
  std::filesystem::rename(WordsPathOf(other), Words());
  Open();
  ExpectWholeAgain();
}

TEST_F(DamageTest, WordsTruncatedWhileOpen) {
  std::filesystem::resize_file(Words(), 0);
  ExpectWholeAgain();
}

TEST_F(DamageTest, WordsOverwrittenWhileOpen) {
  Overwrite(Words(), 0, std::filesystem::file_size(Words()));
  ExpectWholeAgain();
}

TEST_F(DamageTest, WordsDeletedWhileOpen) {
  std::filesystem::remove(Words());
  ExpectWholeAgain();
}

TEST(IsDamageTest, TellsDamageFromOtherTrouble) {
  EXPECT_FALSE(IsDamage(absl::OkStatus()));
  EXPECT_TRUE(IsDamage(absl::DataLossError("")));
  EXPECT_TRUE(IsDamage(status::Internal("x: malformed (SQLite code 11)")));
  EXPECT_TRUE(IsDamage(status::Internal("x: vtab (SQLite code 267)")));
  EXPECT_TRUE(IsDamage(status::Internal("x: short read (SQLite code 522)")));
  EXPECT_FALSE(IsDamage(status::Internal("x: syntax (SQLite code 1)")));
  EXPECT_FALSE(IsDamage(status::Internal("")));
  EXPECT_FALSE(IsDamage(absl::UnavailableError("busy")));
}

}  // namespace
}  // namespace forium::search
