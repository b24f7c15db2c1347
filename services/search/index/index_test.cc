// SPDX-License-Identifier: Apache-2.0
// The index as a whole: followed, built anew, interrupted.
#include "services/search/index/index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "services/search/index/index_file.h"
#include "services/search/index/testing/listed_forum.h"
#include "services/search/index/testing/store_dump.h"

namespace forium::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::Duration kSoon = absl::Seconds(60);

class IndexTest : public ::testing::Test {
 protected:
  IndexTest() {
    std::filesystem::remove_all(folder_);
    forum_.Put({.categories = {CategoryOf(1, "general")},
                .users = {UserOf(1, "anna")},
                .topics = {TopicOf(7, 1, "Mounting a filter")},
                .posts = {PostOf(70, 7, 1, "It goes into the tube.")}});
  }
  ~IndexTest() override {
    index_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Open() {
    auto index = Index::Open(options_, forum_);
    ASSERT_TRUE(index.ok()) << index.status();
    index_ = *std::move(index);
  }
  void OpenAndCatchUp() {
    Open();
    ASSERT_TRUE(index_->CatchUp(kSoon));
  }
  void PutManyPosts(int64_t first, int64_t count) {
    std::vector<forum::v1::PostDocument> posts;
    for (int64_t id = first; id < first + count; ++id) {
      posts.push_back(PostOf(id, 7, 2, "Number " + std::to_string(id)));
    }
    forum_.Put({.posts = posts});
  }
  std::vector<int64_t> With(std::string_view word) {
    auto snapshot = index_->Read();
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    return PostsWith(*snapshot, word);
  }
  std::vector<std::string> Dump() { return DumpOf(*index_->Read()); }
  // What an index has that is built now.
  std::vector<std::string> FreshDump() {
    const std::string folder = folder_ + "-fresh";
    std::filesystem::remove_all(folder);
    auto index = Index::Open({.folder = folder}, forum_);
    EXPECT_TRUE((*index)->CatchUp(kSoon));
    std::vector<std::string> dump = DumpOf(*(*index)->Read());
    index->reset();
    std::filesystem::remove_all(folder);
    return dump;
  }

  const std::string folder_ = ::testing::TempDir() + "/search-" +
                              ::testing::UnitTest::GetInstance()->current_test_info()->name() +
                              std::to_string(::getpid());
  IndexOptions options_ = {.folder = folder_, .poll_every = absl::Milliseconds(50)};
  ListedForum forum_;
  std::unique_ptr<Index> index_;
};

TEST_F(IndexTest, BuildsFromTheSnapshotAndFollowsTheLog) {
  OpenAndCatchUp();
  EXPECT_THAT(With("tube"), ElementsAre(70));
  forum_.Put({.posts = {PostOf(71, 7, 2, "A tube more.")}});
  index_->Wake();
  ASSERT_TRUE(index_->CatchUp(kSoon));
  EXPECT_THAT(With("tube"), ElementsAre(70, 71));
  forum_.Put({.posts = {GonePostOf(70, 7)}});
  ASSERT_TRUE(index_->CatchUp(kSoon));
  EXPECT_THAT(With("tube"), ElementsAre(71));
  EXPECT_EQ(forum_.snapshots(), 1);
}

TEST_F(IndexTest, SaysThatItIsNotReadyUntilItIs) {
  forum_.FailWith(absl::UnavailableError("away"));
  Open();
  EXPECT_TRUE(absl::IsUnavailable(index_->Read().status()));
  EXPECT_EQ(index_->Status().state(), v1::Index::ABSENT);
  EXPECT_FALSE(index_->CatchUp(absl::Milliseconds(20)));
  forum_.FailWith(absl::OkStatus());
  ASSERT_TRUE(index_->CatchUp(kSoon));
  const v1::Index status = index_->Status();
  EXPECT_EQ(status.state(), v1::Index::SERVING);
  EXPECT_EQ(status.cause(), v1::Index::FIRST);
  EXPECT_EQ(status.posts_count(), 1);
  EXPECT_EQ(status.topics_count(), 1);
  EXPECT_GT(status.words_count(), 0);
  EXPECT_GT(status.bytes(), 0);
  EXPECT_EQ(status.events_behind(), 0);
  EXPECT_FALSE(status.has_rebuild());
}

TEST_F(IndexTest, ServesOnWhileTheForumIsAway) {
  OpenAndCatchUp();
  forum_.Put({.posts = {PostOf(71, 7, 2, "A tube more.")}});
  forum_.FailWith(absl::UnavailableError("away"));
  EXPECT_FALSE(index_->CatchUp(absl::Milliseconds(50)));
  EXPECT_THAT(With("tube"), ElementsAre(70));
  forum_.FailWith(absl::OkStatus());
  ASSERT_TRUE(index_->CatchUp(kSoon));
  EXPECT_THAT(With("tube"), ElementsAre(70, 71));
}

TEST_F(IndexTest, GoesOnWhereItWasAfterARestart) {
  OpenAndCatchUp();
  index_.reset();
  forum_.Put({.posts = {PostOf(71, 7, 2, "A tube more.")}});
  OpenAndCatchUp();
  EXPECT_THAT(With("tube"), ElementsAre(70, 71));
  EXPECT_EQ(forum_.snapshots(), 1);
  EXPECT_THAT(Differing(Dump(), FreshDump()), IsEmpty());
}

TEST_F(IndexTest, StartsOverWhenTheLogDoesNotReachBack) {
  OpenAndCatchUp();
  index_.reset();
  forum_.Put({.topics = {TopicOf(7, 1, "Another name")}, .posts = {GonePostOf(70, 7)}});
  forum_.ForgetLog();
  OpenAndCatchUp();
  EXPECT_THAT(With("tube"), IsEmpty());
  EXPECT_EQ(index_->Status().cause(), v1::Index::LOG_LOST);
  EXPECT_THAT(Differing(Dump(), FreshDump()), IsEmpty());
}

TEST_F(IndexTest, ARebuildWhileChangesGoOnEqualsAFreshBuild) {
  PutManyPosts(1'000, 5'000);
  OpenAndCatchUp();
  int64_t page = 0;
  forum_.BeforePage([&] {
    ++page;
    forum_.Put({.topics = {TopicOf(7, 1, "Name " + std::to_string(page))},
                .posts = {GonePostOf(1'000 + page * 1'500, 7), PostOf(80 + page, 7, 3, "Early"),
                          PostOf(70, 7, 1, "Edited " + std::to_string(page)),
                          PostOf(9'000 + page, 7, 3, "Late")}});
    index_->Wake();
  });
  index_->Rebuild(v1::Index::ASKED);
  EXPECT_EQ(index_->Status().state(), v1::Index::REBUILDING);
  ASSERT_TRUE(index_->CatchUp(kSoon));
  forum_.BeforePage(nullptr);
  ASSERT_TRUE(index_->CatchUp(kSoon));
  EXPECT_EQ(forum_.snapshots(), 2);
  EXPECT_EQ(index_->Status().cause(), v1::Index::ASKED);
  EXPECT_THAT(Differing(Dump(), FreshDump()), IsEmpty());
}

TEST_F(IndexTest, WhatIsWrittenAfterTheBuildIsSealedWhenItHasBecomeMuch) {
  PutManyPosts(1'000, 80);
  options_.most_loose = 5;
  options_.grow_every = absl::ZeroDuration();
  OpenAndCatchUp();
  PutManyPosts(2'000, 8);
  ASSERT_TRUE(index_->CatchUp(kSoon));
  EXPECT_EQ(forum_.snapshots(), 1) << "an eighth is not too much";
  PutManyPosts(2'008, 3);
  ASSERT_TRUE(index_->CatchUp(kSoon));
  EXPECT_EQ(forum_.snapshots(), 2);
  EXPECT_EQ(index_->Status().cause(), v1::Index::GROWN);
  EXPECT_EQ(index_->Status().posts_count(), 92);
  EXPECT_EQ(index_->Read()->segment->size(SegmentList::kReplies), 91);
}

TEST_F(IndexTest, IsNotBuiltAnewTooOften) {
  options_.most_loose = 5;
  OpenAndCatchUp();
  PutManyPosts(1'000, 100);
  ASSERT_TRUE(index_->CatchUp(kSoon));
  EXPECT_EQ(forum_.snapshots(), 1);
}

TEST_F(IndexTest, TheOldFileServesDuringARebuildAndGoesAfterwards) {
  OpenAndCatchUp();
  absl::Notification go;
  forum_.BeforePage([&] { go.WaitForNotification(); });
  index_->Rebuild(v1::Index::ASKED);
  forum_.Put({.posts = {PostOf(71, 7, 2, "A tube more.")}});
  // The old one follows meanwhile.
  for (const absl::Time end = absl::Now() + kSoon; With("tube").size() < 2;) {
    ASSERT_LT(absl::Now(), end);
    index_->Wake();
    absl::SleepFor(absl::Milliseconds(1));
  }
  absl::StatusOr<Snapshot> old = index_->Read();
  go.Notify();
  ASSERT_TRUE(index_->CatchUp(kSoon));
  EXPECT_THAT(IndexFile::NumbersIn(folder_), SizeIs(2));
  EXPECT_THAT(PostsWith(*old, "tube"), ElementsAre(70, 71));
  EXPECT_GT(index_->Read()->version, old->version);
  *old = {};
  // The index's own threads let go of it in a moment, too.
  for (const absl::Time end = absl::Now() + kSoon; IndexFile::NumbersIn(folder_).size() > 1;) {
    ASSERT_LT(absl::Now(), end) << "the old file stayed";
    absl::SleepFor(absl::Milliseconds(1));
  }
}

TEST_F(IndexTest, AnInterruptedBuildLeavesNothingAndBeginsAgain) {
  PutManyPosts(1'000, 5'000);
  absl::Notification second_page;
  int64_t pages = 0;
  forum_.BeforePage([&] {
    if (++pages == 2) second_page.Notify();
  });
  Open();
  second_page.WaitForNotification();
  index_.reset();
  forum_.BeforePage(nullptr);
  // As a process that was killed leaves it.
  { auto unfinished = IndexFile::Create(IndexFile::PathOf(folder_, 50), Language::kNone); }
  OpenAndCatchUp();
  EXPECT_THAT(Differing(Dump(), FreshDump()), IsEmpty());
  EXPECT_THAT(IndexFile::NumbersIn(folder_), ElementsAre(51));
}

TEST_F(IndexTest, AFailingSnapshotIsTriedAgain) {
  PutManyPosts(1'000, 5'000);
  int64_t pages = 0;
  forum_.BeforePage([&] {
    ++pages;
    forum_.FailWith(pages == 2 ? absl::UnavailableError("away") : absl::OkStatus());
  });
  OpenAndCatchUp();
  EXPECT_EQ(index_->Status().posts_count(), 5'001);
  EXPECT_EQ(forum_.snapshots(), 1);
}

TEST(IndexesTest, TenantsDoNotMeetAndUnusedOnesAreClosed) {
  const std::string folder = ::testing::TempDir() + "/tenants" + std::to_string(::getpid());
  std::filesystem::remove_all(folder);
  ListedForum forums[2];
  class Lent : public Source {
   public:
    explicit Lent(Source& source) : source_(source) {}
    absl::StatusOr<forum::v1::GetSnapshotResponse> GetSnapshot(
        const forum::v1::GetSnapshotRequest& request) override {
      return source_.GetSnapshot(request);
    }
    absl::StatusOr<forum::v1::ListChangesResponse> ListChanges(
        const forum::v1::ListChangesRequest& request) override {
      return source_.ListChanges(request);
    }

   private:
    Source& source_;
  };
  for (int i : {0, 1}) {
    forums[i].Put({.categories = {CategoryOf(1, "general")},
                   .topics = {TopicOf(7, 1, "Topic")},
                   .posts = {PostOf(70 + i, 7, 1, "A tube.")}});
  }
  {
    Indexes indexes(
        {}, [&](std::string_view tenant) { return folder + "/" + std::string(tenant); },
        [&](std::string_view tenant) {
          return std::make_unique<Lent>(forums[tenant == "one" ? 0 : 1]);
        },
        absl::Milliseconds(50));
    for (int i : {0, 1}) {
      auto index = indexes.Get(i == 0 ? "one" : "two");
      ASSERT_TRUE(index.ok());
      ASSERT_TRUE((*index)->CatchUp(kSoon));
      EXPECT_THAT(PostsWith(*(*index)->Read(), "tube"), ElementsAre(70 + i));
    }
    indexes.Wake("one");
    indexes.Wake("nobody");
    for (const absl::Time end = absl::Now() + kSoon;;) {
      int open = 0;
      indexes.ForEach([&](std::string_view, Index&) { ++open; });
      if (open == 0) break;
      ASSERT_LT(absl::Now(), end);
      absl::SleepFor(absl::Milliseconds(200));
    }
    auto again = indexes.Get("one");
    ASSERT_TRUE(again.ok());
    EXPECT_TRUE((*again)->Read().ok());
    EXPECT_EQ(forums[0].snapshots(), 1);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace forium::search
