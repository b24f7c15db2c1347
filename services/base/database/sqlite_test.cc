// SPDX-License-Identifier: Apache-2.0
// What is particular to SQLite: group commit, the readers' pool, copies, and many databases.
#include <atomic>
#include <filesystem>
#include <thread>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/database/database.h"
#include "services/base/database/sqlite_connection.h"
#include "services/base/database/tenants.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

using ::testing::HasSubstr;

constexpr Migration kMigrations[] = {{1, "create_notes", R"(
CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT NOT NULL))"}};

constexpr Statement kInsert{"insert_note", "INSERT INTO notes (id, text) VALUES ($1, 'text')"};
constexpr Statement kCount{"count_notes", "SELECT COUNT(*) FROM notes"};
constexpr Statement kIds{"ids", "SELECT id FROM notes ORDER BY id"};

absl::Status Insert(Database& database, int64_t id) {
  return database.Write([id](Transaction& tx) { return tx.Execute(kInsert, id).status(); });
}

int64_t Count(Database& database) {
  int64_t count = -1;
  const absl::Status status = database.Read([&](Transaction& tx) {
    return tx.Query(kCount, [&](const Row& row) { count = row.Int(0); });
  });
  EXPECT_TRUE(status.ok()) << status << status::CauseOf(status);
  return count;
}

std::string Answer(Database& database, const char* sql) {
  std::string answer;
  EXPECT_TRUE(database
                  .Write([&](Transaction& tx) {
                    return tx.Query({"pragma", sql}, [&](const Row& row) { answer = row.Text(0); });
                  })
                  .ok());
  return answer;
}

class SqliteTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Remove();
    database_ = *OpenSqlite({.path = path_, .readers = 2}, kMigrations);
  }
  void TearDown() override {
    database_ = nullptr;
    Remove();
  }
  void Remove() {
    for (const std::string& path : {path_, copy_}) {
      for (const char* const suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
    }
  }
  const std::string path_ = ::testing::TempDir() + "/sqlite.db";
  const std::string copy_ = ::testing::TempDir() + "/copy.db";
  std::unique_ptr<Database> database_;
};

TEST_F(SqliteTest, WritesAreDurableAndKeysAreChecked) {
  EXPECT_EQ(Answer(*database_, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(Answer(*database_, "PRAGMA synchronous"), "2");
  EXPECT_EQ(Answer(*database_, "PRAGMA foreign_keys"), "1");
}

TEST_F(SqliteTest, OneOfAGroupFailsAlone) {
  // The first write holds the writer until the others wait, so that all are one group.
  absl::Notification queued;
  absl::Notification running;
  std::thread first([&] {
    EXPECT_TRUE(database_
                    ->Write([&](Transaction& tx) {
                      running.Notify();
                      queued.WaitForNotification();
                      return tx.Execute(kInsert, 1000).status();
                    })
                    .ok());
  });
  running.WaitForNotification();
  std::atomic<int> commits = 0;
  database_->OnCommit([&] { ++commits; });
  std::atomic<int> started = 0;
  std::atomic<int> failed = 0;
  std::vector<std::thread> others;
  for (int id = 1; id <= 20; ++id) {
    others.emplace_back([&, id] {
      ++started;
      const absl::Status status = database_->Write([id](Transaction& tx) -> absl::Status {
        RETURN_IF_ERROR(tx.Execute(kInsert, id).status());
        if (id % 5 == 0) return absl::AbortedError("no");
        return absl::OkStatus();
      });
      if (!status.ok()) ++failed;
    });
  }
  while (started < 20) std::this_thread::yield();
  queued.Notify();
  first.join();
  for (std::thread& thread : others) thread.join();
  EXPECT_EQ(failed, 4);
  EXPECT_EQ(Count(*database_), 17);
  database_ = nullptr;
  EXPECT_LT(commits, 17);  // they shared commits
}

TEST_F(SqliteTest, AWriteIsSeenByTheNextRead) {
  std::vector<std::thread> threads;
  std::atomic<int> unseen = 0;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (int n = 0; n < 50; ++n) {
        const int64_t before = Count(*database_);
        if (!Insert(*database_, thread * 1000 + n).ok() || Count(*database_) <= before) ++unseen;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(unseen, 0);
}

TEST_F(SqliteTest, ReadersWaitForAFreeConnection) {
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      EXPECT_TRUE(database_
                      ->Read([&](Transaction&) {
                        const int now = ++inside;
                        int seen = most;
                        while (now > seen && !most.compare_exchange_weak(seen, now)) {
                        }
                        std::this_thread::yield();
                        --inside;
                        return absl::OkStatus();
                      })
                      .ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 2);
}

TEST_F(SqliteTest, ReadKeepsItsSnapshotWhileOthersWrite) {
  ASSERT_TRUE(Insert(*database_, 1).ok());
  ASSERT_TRUE(database_
                  ->Read([&](Transaction& tx) -> absl::Status {
                    int64_t before = 0;
                    int64_t after = 0;
                    RETURN_IF_ERROR(tx.Query(kCount, [&](const Row& row) { before = row.Int(0); }));
                    std::thread([&] { EXPECT_TRUE(Insert(*database_, 2).ok()); }).join();
                    RETURN_IF_ERROR(tx.Query(kCount, [&](const Row& row) { after = row.Int(0); }));
                    EXPECT_EQ(before, 1);
                    EXPECT_EQ(after, 1);
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(Count(*database_), 2);
}

TEST_F(SqliteTest, ARestingConnectionKeepsItsStatementsAndGivesItsCacheBack) {
  constexpr Statement kFill{
      "fill",
      "WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 300)"
      " INSERT INTO notes (id, text) SELECT id, hex(zeroblob(3000)) FROM n"};
  constexpr Statement kLength{"length", "SELECT SUM(LENGTH(text)) FROM notes"};
  ASSERT_TRUE(database_->Write([&](Transaction& tx) { return tx.Execute(kFill).status(); }).ok());
  const auto connection =
      *SqliteConnection::Open({.path = path_, .mode = SqliteConnection::Mode::kReadOnly});
  const auto read = [&] {
    SqliteStatement* const statement = *connection->Prepare(kLength);
    EXPECT_EQ(statement->Step(), SQLITE_ROW);
    const int64_t length = sqlite3_column_int64(statement->handle(), 0);
    statement->Reset();
    return length;
  };
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(read(), 300 * 6000);
    EXPECT_GT(connection->Rest(), 1 << 20);
    EXPECT_LT(connection->Rest(), 1 << 16);
  }
}

TEST_F(SqliteTest, CopyIsOnePointInTime) {
  std::atomic<bool> stop = false;
  std::atomic<int64_t> written = 0;
  std::thread writer([&] {
    for (int64_t id = 1; !stop; ++id) {
      EXPECT_TRUE(Insert(*database_, id).ok());
      written = id;
    }
  });
  while (written < 100) std::this_thread::yield();
  const int64_t before = written;
  const absl::Status copied = database_->CopyTo(copy_);
  const int64_t after = written + 1;
  stop = true;
  writer.join();
  ASSERT_TRUE(copied.ok()) << copied << status::CauseOf(copied);
  auto copy = OpenSqlite({.path = copy_}, kMigrations);
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_GE(Count(**copy), before);
  EXPECT_LE(Count(**copy), after);
  EXPECT_EQ(Answer(**copy, "PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteTest, StatementCannotRunInsideItsOwnRows) {
  ASSERT_TRUE(Insert(*database_, 1).ok());
  const absl::Status status = database_->Read([](Transaction& tx) {
    return tx.QueryRows(kIds, {}, [&](const Row&) { return tx.Query(kIds, [](const Row&) {}); });
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(status::CauseOf(status), HasSubstr("inside its own rows"));
  EXPECT_EQ(Count(*database_), 1);
}

TEST_F(SqliteTest, AStatementIsOneStatement) {
  const absl::Status status = database_->Write([](Transaction& tx) {
    return tx.Execute({"two", "DELETE FROM notes; DELETE FROM notes"}).status();
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(status::CauseOf(status), HasSubstr("exactly one statement"));
}

TEST_F(SqliteTest, TextAtAReusedAddressIsNotMistaken) {
  char text[] = "SELECT COUNT(*) + 1 FROM notes";
  const auto ask = [&] {
    int64_t answer = 0;
    EXPECT_TRUE(
        database_
            ->Read([&](Transaction& tx) {
              return tx.Query({"changing", text}, [&](const Row& row) { answer = row.Int(0); });
            })
            .ok());
    return answer;
  };
  EXPECT_EQ(ask(), 1);
  text[18] = '7';
  EXPECT_EQ(ask(), 7);
}

TEST_F(SqliteTest, DestructionFinishesWhatWasBegun) {
  std::atomic<int> ok = 0;
  std::vector<std::thread> threads;
  for (int id = 0; id < 16; ++id) {
    threads.emplace_back([&, id] {
      if (Insert(*database_, id).ok()) ++ok;
    });
  }
  for (std::thread& thread : threads) thread.join();
  database_ = nullptr;
  database_ = *OpenSqlite({.path = path_}, kMigrations);
  EXPECT_EQ(Count(*database_), ok);
}

TEST_F(SqliteTest, BrokenFilesAreRefused) {
  database_ = nullptr;
  std::filesystem::resize_file(path_, 0);
  {
    std::FILE* const file = std::fopen(path_.c_str(), "w");
    std::fputs(
        "this is not a database, and long enough to be taken for one's header: "
        "0123456789012345678901234567890123456789",
        file);
    std::fclose(file);
  }
  EXPECT_EQ(OpenSqlite({.path = path_}, kMigrations).status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(OpenSqlite({.path = "/nowhere/at/all.db"}, kMigrations).status().code(),
            absl::StatusCode::kInternal);
}

TEST(TenantsTest, EachTenantHasItsOwnDatabaseAndKeepsIt) {
  std::atomic<int> opened = 0;
  Tenants tenants([&](std::string_view tenant) -> absl::StatusOr<std::unique_ptr<Database>> {
    if (tenant == "unknown") return status::NotFound("There is no such community.");
    ++opened;
    return OpenSqlite({}, kMigrations);
  });
  Database* const one = *tenants.Get("one");
  ASSERT_TRUE(Insert(*one, 1).ok());
  Database* const two = *tenants.Get("two");
  EXPECT_EQ(Count(*two), 0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { EXPECT_EQ(*tenants.Get("one"), one); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(opened, 2);
  EXPECT_EQ(tenants.Get("unknown").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Count(*one), 1);
}

}  // namespace
}  // namespace forium::database
