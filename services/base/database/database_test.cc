// SPDX-License-Identifier: Apache-2.0
// What a store may rely on, on each engine alike.
#include "services/base/database/database.h"

#include <atomic>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/database/testing.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Migration kMigrations[] = {
    {1, "create_notes", R"(
CREATE TABLE notes (
  id BIGINT PRIMARY KEY,
  text TEXT NOT NULL UNIQUE,
  score INTEGER,
  weight DOUBLE PRECISION,
  body BYTES_TYPE
);
CREATE INDEX notes_by_score ON notes (score, text COLLATE "C");)"},
    {2, "create_links", R"(
CREATE TABLE links (
  note_id BIGINT NOT NULL REFERENCES notes (id),
  target BIGINT NOT NULL,
  PRIMARY KEY (note_id, target)
))"},
};

constexpr Statement kInsert{"insert_note",
                            "INSERT INTO notes (id, text, score) VALUES ($1, $2, $3)"};
constexpr Statement kInsertAll{"insert_whole_note", R"(
INSERT INTO notes (id, text, score, weight, body) VALUES ($1, $2, $3, $4, $5))"};
constexpr Statement kWhole{"whole_note",
                           "SELECT id, text, score, weight, body FROM notes WHERE id = $1"};
constexpr Statement kTexts{"texts", "SELECT text FROM notes ORDER BY text COLLATE \"C\""};
constexpr Statement kTextsOf{"texts_of", "SELECT text FROM notes WHERE id IN_LIST($1) ORDER BY id"};
constexpr Statement kOthers{"others",
                            "SELECT text FROM notes WHERE NOT (id IN_LIST($1)) ORDER BY id"};
constexpr Statement kRaise{"raise_scores", "UPDATE notes SET score = score + $2 WHERE score < $1"};
constexpr Statement kScore{"score", "SELECT score FROM notes WHERE id = $1"};
constexpr Statement kSetScore{"set_score", "UPDATE notes SET score = $2 WHERE id = $1"};
constexpr Statement kLink{"insert_link", "INSERT INTO links (note_id, target) VALUES ($1, $2)"};

class DatabaseTest : public TestDatabases {
 protected:
  void SetUp() override {
    TestDatabases::SetUp();
    if (!IsSkipped()) database_ = Open(kMigrations);
  }
  void TearDown() override {
    database_ = nullptr;
    TestDatabases::TearDown();
  }

  absl::Status Insert(int64_t id, const std::string& text, int64_t score = 0) {
    return database_->Write(
        [&](Transaction& tx) { return tx.Execute(kInsert, id, text, score).status(); });
  }

  template <typename... Args>
  std::vector<std::string> Column(const Statement& statement, const Args&... args) {
    std::vector<std::string> texts;
    const absl::Status status = database_->Read([&](Transaction& tx) {
      texts.clear();
      return tx.Query(
          statement, [&](const Row& row) { texts.emplace_back(row.Text(0)); }, args...);
    });
    EXPECT_TRUE(status.ok()) << status << status::CauseOf(status);
    return texts;
  }

  int64_t ScoreOf(int64_t id) {
    int64_t score = -1;
    EXPECT_TRUE(database_
                    ->Read([&](Transaction& tx) {
                      return tx.Query(
                          kScore, [&](const Row& row) { score = row.Int(0); }, id);
                    })
                    .ok());
    return score;
  }

  std::unique_ptr<Database> database_;
};

INSTANTIATE_TEST_SUITE_P(Engines, DatabaseTest, ::testing::ValuesIn(Engines()), EngineName);

TEST_P(DatabaseTest, ValuesComeBackAsTheyWere) {
  const std::string bytes("\0\x01'\\\xff", 5);
  ASSERT_TRUE(database_
                  ->Write([&](Transaction& tx) {
                    return tx
                        .Execute(kInsertAll, INT64_MAX, "Grüße 'quoted' \\ $1", int64_t{-7}, 0.1,
                                 Blob{bytes})
                        .status();
                  })
                  .ok());
  int rows = 0;
  ASSERT_TRUE(database_
                  ->Read([&](Transaction& tx) {
                    return tx.Query(
                        kWhole,
                        [&](const Row& row) {
                          ++rows;
                          EXPECT_EQ(row.Int(0), INT64_MAX);
                          EXPECT_EQ(row.Text(1), "Grüße 'quoted' \\ $1");
                          EXPECT_EQ(row.Int(2), -7);
                          EXPECT_EQ(row.Real(3), 0.1);
                          EXPECT_EQ(row.Text(4), bytes);
                          EXPECT_FALSE(row.IsNull(4));
                        },
                        INT64_MAX);
                  })
                  .ok());
  EXPECT_EQ(rows, 1);
}

TEST_P(DatabaseTest, NullAndEmptyDiffer) {
  ASSERT_TRUE(database_
                  ->Write([&](Transaction& tx) {
                    return tx
                        .Execute(kInsertAll, 1, std::string_view(), nullptr,
                                 std::optional<double>(), Blob{})
                        .status();
                  })
                  .ok());
  ASSERT_TRUE(database_
                  ->Read([&](Transaction& tx) {
                    return tx.Query(
                        kWhole,
                        [&](const Row& row) {
                          EXPECT_FALSE(row.IsNull(1));
                          EXPECT_EQ(row.Text(1), "");
                          EXPECT_TRUE(row.IsNull(2));
                          EXPECT_EQ(row.Int(2), 0);
                          EXPECT_TRUE(row.IsNull(3));
                          EXPECT_EQ(row.Real(3), 0);
                          EXPECT_FALSE(row.IsNull(4));
                          EXPECT_EQ(row.Text(4), "");
                        },
                        1);
                  })
                  .ok());
}

TEST_P(DatabaseTest, ParametersAreBoundByNumberNotByOrder) {
  ASSERT_TRUE(Insert(1, "a", 5).ok());
  int64_t changed = 0;
  ASSERT_TRUE(database_
                  ->Write([&](Transaction& tx) -> absl::Status {
                    ASSIGN_OR_RETURN(changed, tx.Execute(kRaise, 10, 100));
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(changed, 1);
  EXPECT_EQ(ScoreOf(1), 105);
}

TEST_P(DatabaseTest, IdListsSelectAndExclude) {
  for (int id = 1; id <= 4; ++id)
    ASSERT_TRUE(Insert(id, std::string(1, static_cast<char>('a' + id))).ok());
  EXPECT_THAT(Column(kTextsOf, std::vector<int64_t>{4, 2, 99}), ElementsAre("c", "e"));
  EXPECT_THAT(Column(kTextsOf, std::vector<int64_t>{}), ElementsAre());
  EXPECT_THAT(Column(kOthers, std::vector<int64_t>{4, 2}), ElementsAre("b", "d"));
}

TEST_P(DatabaseTest, TextIsOrderedByItsBytes) {
  for (const auto& [id, text] : {std::pair(1, "b"), {2, "B"}, {3, "ä"}, {4, "a"}})
    ASSERT_TRUE(Insert(id, text).ok());
  EXPECT_THAT(Column(kTexts), ElementsAre("B", "a", "b", "ä"));
}

TEST_P(DatabaseTest, FailedWriteLeavesNothing) {
  const absl::Status status = database_->Write([&](Transaction& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Execute(kInsert, 1, "gone", 0).status());
    return absl::InvalidArgumentError("changed my mind");
  });
  EXPECT_EQ(status.message(), "changed my mind");
  EXPECT_THAT(Column(kTexts), ElementsAre());
}

TEST_P(DatabaseTest, ConstraintsHaveTheirCodes) {
  ASSERT_TRUE(Insert(1, "a").ok());
  EXPECT_EQ(Insert(1, "b").code(), absl::StatusCode::kAlreadyExists);
  const absl::Status taken = Insert(2, "a");
  EXPECT_EQ(taken.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(status::CauseOf(taken), HasSubstr("text"));
  const absl::Status dangling =
      database_->Write([](Transaction& tx) { return tx.Execute(kLink, 7, 8).status(); });
  EXPECT_EQ(dangling.code(), absl::StatusCode::kFailedPrecondition);
  const absl::Status null =
      database_->Write([](Transaction& tx) { return tx.Execute(kInsert, 9, nullptr, 0).status(); });
  EXPECT_EQ(null.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(Column(kTexts), ElementsAre("a"));
}

TEST_P(DatabaseTest, FailedStatementEndsTheTransactionEvenIfTheBodyGoesOn) {
  ASSERT_TRUE(Insert(1, "a").ok());
  const absl::Status status = database_->Write([](Transaction& tx) {
    EXPECT_FALSE(tx.Execute(kInsert, 1, "again", 0).ok());
    EXPECT_EQ(tx.Execute(kInsert, 2, "b", 0).status().code(), absl::StatusCode::kAlreadyExists);
    return absl::OkStatus();
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(Column(kTexts), ElementsAre("a"));
}

TEST_P(DatabaseTest, ReadRefusesToWrite) {
  const absl::Status status =
      database_->Read([](Transaction& tx) { return tx.Execute(kInsert, 1, "a", 0).status(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(status::CauseOf(status), HasSubstr("insert_note"));
  EXPECT_THAT(Column(kTexts), ElementsAre());
}

TEST_P(DatabaseTest, RowCallbackStopsTheQuery) {
  for (int id = 1; id <= 3; ++id) ASSERT_TRUE(Insert(id, std::to_string(id)).ok());
  int rows = 0;
  const absl::Status status = database_->Read([&](Transaction& tx) {
    return tx.QueryRows(kTexts, {}, [&](const Row&) {
      return ++rows == 2 ? absl::OutOfRangeError("enough") : absl::OkStatus();
    });
  });
  EXPECT_EQ(status.message(), "enough");
  EXPECT_EQ(rows, 2);
  EXPECT_EQ(Column(kTexts).size(), 3u);
}

TEST_P(DatabaseTest, ExceptionInABodyFailsItAlone) {
  const absl::Status status = database_->Write([](Transaction& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Execute(kInsert, 1, "a", 0).status());
    throw std::bad_alloc();
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(Insert(2, "b").ok());
  EXPECT_THAT(Column(kTexts), ElementsAre("b"));
}

TEST_P(DatabaseTest, WrongSqlIsInternalWithItsNameInTheCause) {
  constexpr Statement kWrong{"no_such_thing", "SELECT nothing FROM nowhere"};
  const absl::Status status =
      database_->Read([&](Transaction& tx) { return tx.Query(kWrong, [](const Row&) {}); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(status::CauseOf(status), HasSubstr("no_such_thing"));
  const absl::Status few =
      database_->Read([&](Transaction& tx) { return tx.Query(kScore, [](const Row&) {}); });
  EXPECT_EQ(few.code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(Insert(1, "a").ok());
}

TEST_P(DatabaseTest, IdsGrowAndAreNeverUsedAgain) {
  std::vector<int64_t> ids;
  const auto next = [&](std::string_view kind) {
    int64_t id = 0;
    EXPECT_TRUE(database_
                    ->Write([&](Transaction& tx) -> absl::Status {
                      ASSIGN_OR_RETURN(id, tx.NextId(kind));
                      return absl::OkStatus();
                    })
                    .ok());
    return id;
  };
  const auto raise = [&](int64_t id) {
    EXPECT_TRUE(database_->Write([&](Transaction& tx) { return tx.RaiseId("topic", id); }).ok());
  };
  EXPECT_EQ(next("topic"), 1);
  EXPECT_EQ(next("topic"), 2);
  EXPECT_EQ(next("post"), 1);
  raise(40);
  EXPECT_EQ(next("topic"), 41);
  raise(12);
  EXPECT_EQ(next("topic"), 42);
}

TEST_P(DatabaseTest, ConcurrentIncrementsAllCount) {
  ASSERT_TRUE(Insert(1, "counter").ok());
  constexpr int kThreads = 8;
  constexpr int kEach = 25;
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < kEach; ++n) {
        const absl::Status status = database_->Write([&](Transaction& tx) -> absl::Status {
          int64_t score = 0;
          RETURN_IF_ERROR(tx.Query(
              kScore, [&](const Row& row) { score = row.Int(0); }, 1));
          return tx.Execute(kSetScore, 1, score + 1).status();
        });
        if (!status.ok()) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(ScoreOf(1), kThreads * kEach);
}

TEST_P(DatabaseTest, ReadersAndWritersRunTogether) {
  // Each write moves a point between two rows; every snapshot must see the same sum.
  ASSERT_TRUE(Insert(1, "a", 1000).ok());
  ASSERT_TRUE(Insert(2, "b", 0).ok());
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  std::atomic<int> reads = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 6; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        int64_t sum = 0;
        const absl::Status status = database_->Read([&](Transaction& tx) -> absl::Status {
          sum = 0;
          for (int id : {1, 2}) {
            RETURN_IF_ERROR(tx.Query(
                kScore, [&](const Row& row) { sum += row.Int(0); }, id));
          }
          return absl::OkStatus();
        });
        if (!status.ok() || sum != 1000) ++wrong;
        ++reads;
      }
    });
  }
  for (int n = 1; n <= 200; ++n) {
    ASSERT_TRUE(database_
                    ->Write([&](Transaction& tx) -> absl::Status {
                      RETURN_IF_ERROR(tx.Execute(kSetScore, 1, 1000 - n).status());
                      return tx.Execute(kSetScore, 2, n).status();
                    })
                    .ok());
  }
  while (reads < 50) std::this_thread::yield();
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(ScoreOf(2), 200);
}

TEST_P(DatabaseTest, StatementsCountOntoTheCallersCounter) {
  StatementCounter outer;
  ASSERT_TRUE(Insert(1, "a").ok());
  EXPECT_EQ(outer.count(), 1);
  {
    StatementCounter inner;
    EXPECT_EQ(Column(kTexts).size(), 1u);
    EXPECT_EQ(ScoreOf(1), 0);
    EXPECT_EQ(inner.count(), 2);
  }
  EXPECT_EQ(StatementCounter::Current(), &outer);
  EXPECT_EQ(outer.count(), 1);
}

TEST_P(DatabaseTest, OnCommitRunsAfterSuccessfulWrites) {
  std::atomic<int> commits = 0;
  database_->OnCommit([&] { ++commits; });
  ASSERT_TRUE(Insert(1, "a").ok());
  while (commits == 0) std::this_thread::yield();
  EXPECT_EQ(commits, 1);
}

TEST_P(DatabaseTest, SchemaAndContentSurviveReopening) {
  if (GetParam() == Engine::kMemory) GTEST_SKIP() << "a database in memory ends with its object";
  ASSERT_TRUE(Insert(1, "kept").ok());
  database_ = nullptr;
  database_ = Open(kMigrations);
  EXPECT_THAT(Column(kTexts), ElementsAre("kept"));
}

TEST_P(DatabaseTest, LaterMigrationsRunOnAnOldDatabase) {
  if (GetParam() == Engine::kMemory) GTEST_SKIP() << "a database in memory ends with its object";
  database_ = nullptr;
  UseNewDatabase();
  database_ = Open(std::span(kMigrations, 1));
  ASSERT_TRUE(Insert(1, "a").ok());
  EXPECT_FALSE(
      database_->Write([](Transaction& tx) { return tx.Execute(kLink, 1, 2).status(); }).ok());
  database_ = nullptr;
  database_ = Open(kMigrations);
  EXPECT_TRUE(
      database_->Write([](Transaction& tx) { return tx.Execute(kLink, 1, 2).status(); }).ok());
}

TEST_P(DatabaseTest, NewerDatabaseIsRefused) {
  if (GetParam() == Engine::kMemory) GTEST_SKIP() << "a database in memory ends with its object";
  database_ = nullptr;
  const absl::StatusOr<std::unique_ptr<Database>> opened = TryOpen(std::span(kMigrations, 1));
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(opened.status().message()),
              HasSubstr("newer Forium (its schema is 2, this one knows 1)"));
}

TEST_P(DatabaseTest, BrokenMigrationChangesNothing) {
  if (GetParam() == Engine::kMemory) GTEST_SKIP() << "a database in memory ends with its object";
  database_ = nullptr;
  const Migration broken[] = {
      kMigrations[0],
      kMigrations[1],
      {3, "break", "CREATE TABLE half (id BIGINT); SELECT nothing FROM nowhere;"}};
  EXPECT_EQ(TryOpen(broken).status().code(), absl::StatusCode::kInternal);
  const Migration mended[] = {
      kMigrations[0], kMigrations[1], {3, "mend", "CREATE TABLE half (id BIGINT)"}};
  EXPECT_TRUE(TryOpen(mended).ok());
}

TEST_P(DatabaseTest, ManyOpenersMigrateOnce) {
  if (GetParam() == Engine::kMemory) GTEST_SKIP() << "a database in memory ends with its object";
  database_ = nullptr;
  UseNewDatabase();
  Open({});  // chooses the place
  std::atomic<int> opened = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      if (TryOpen(kMigrations).ok()) ++opened;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(opened, 6);
}

}  // namespace
}  // namespace forium::database
