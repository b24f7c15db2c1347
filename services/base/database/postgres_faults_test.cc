// SPDX-License-Identifier: Apache-2.0
// A server that pauses, forgets to answer, or is opened by many processes at once.
#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/database/database.h"
#include "services/base/database/testing/dropping_proxy.h"
#include "services/base/database/testing/postgres_cluster.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

// libpqxx 6.4 forgets the last result of a connection that breaks.
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx"; }

namespace forium::database {
namespace {

constexpr Migration kMigrations[] = {
    {1, "create_notes", "CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT NOT NULL)"},
    {2, "create_more", "CREATE TABLE more (id BIGINT PRIMARY KEY)"},
    {3, "fill_more", "INSERT INTO more (id) VALUES (1)"}};

constexpr Statement kAdd{"add_note", "INSERT INTO notes (id, text) VALUES ($1, $2)"};
constexpr Statement kCount{"count_notes", "SELECT COUNT(*) FROM notes"};
constexpr Statement kCountMore{"count_more", "SELECT COUNT(*) FROM more"};

int64_t Count(Database& database, const Statement& statement) {
  int64_t count = -1;
  const absl::Status status = database.Read([&](Transaction& tx) {
    return tx.Query(statement, [&](const Row& row) { count = row.Int(0); });
  });
  EXPECT_TRUE(status.ok()) << status << status::CauseOf(status);
  return count;
}

class PostgresFaultsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresCluster::Installed())
      GTEST_SKIP() << "PostgreSQL 15 is not installed (package postgresql-15)";
    cluster_ = *PostgresCluster::Start();
    dsn_ = *cluster_->CreateDatabase();
  }

  std::unique_ptr<PostgresCluster> cluster_;
  std::string dsn_;
};

TEST_F(PostgresFaultsTest, ManyOpenersMigrateOnce) {
  constexpr int kOpeners = 4;
  std::vector<std::unique_ptr<Database>> databases(kOpeners);
  std::vector<std::thread> openers;
  for (int i = 0; i < kOpeners; ++i) {
    openers.emplace_back([&, i] {
      // Two services in one database, each by two processes.
      auto database =
          OpenPostgres({.dsn = dsn_, .schema = i % 2 == 0 ? "forum" : "auth"}, kMigrations);
      ASSERT_TRUE(database.ok()) << database.status() << status::CauseOf(database.status());
      databases[i] = *std::move(database);
    });
  }
  for (std::thread& opener : openers) opener.join();
  for (const auto& database : databases) EXPECT_EQ(Count(*database, kCountMore), 1);
  ASSERT_TRUE(
      databases[0]->Write([](Transaction& tx) { return tx.Execute(kAdd, 1, "a").status(); }).ok());
  EXPECT_EQ(Count(*databases[2], kCount), 1);
  EXPECT_EQ(Count(*databases[1], kCount), 0) << "each schema has tables of its own";
}

TEST_F(PostgresFaultsTest, OlderBinaryThatRacesWithANewerIsRefusedOrFirst) {
  const std::span<const Migration> newer = kMigrations;
  absl::StatusOr<std::unique_ptr<Database>> old_one = absl::UnknownError("not opened");
  std::thread older([&] { old_one = OpenPostgres({.dsn = dsn_, .schema = "s"}, newer.first(1)); });
  const auto new_one = OpenPostgres({.dsn = dsn_, .schema = "s"}, newer);
  older.join();
  ASSERT_TRUE(new_one.ok()) << new_one.status();
  EXPECT_TRUE(old_one.ok() || absl::IsFailedPrecondition(old_one.status())) << old_one.status();
  EXPECT_EQ(Count(**new_one, kCountMore), 1);
  EXPECT_TRUE(absl::IsFailedPrecondition(
      OpenPostgres({.dsn = dsn_, .schema = "s"}, newer.first(1)).status()));
}

TEST_F(PostgresFaultsTest, LostAnswerToACommitIsFoundOut) {
  DroppingProxy proxy(cluster_->folder());
  const std::string dsn = absl::StrReplaceAll(dsn_, {{cluster_->folder(), proxy.folder()}});
  const auto database = *OpenPostgres({.dsn = dsn, .connections = 2}, kMigrations);
  for (int id = 1; id <= 5; ++id) {
    int runs = 0;
    proxy.DropNextAnswer();
    const absl::Status status = database->Write([&](Transaction& tx) {
      ++runs;
      return tx.Execute(kAdd, id, "once").status();
    });
    EXPECT_TRUE(status.ok()) << status << status::CauseOf(status);
    EXPECT_EQ(runs, 1) << "it was committed, and is not run again";
  }
  EXPECT_EQ(Count(*database, kCount), 5);
}

TEST_F(PostgresFaultsTest, PausedServerIsNoticedAndComesBack) {
  const auto database = *OpenPostgres({.dsn = dsn_, .connections = 4}, kMigrations);
  ASSERT_EQ(Count(*database, kCount), 0);
  cluster_->Pause();
  const absl::Time paused = absl::Now();
  std::vector<std::thread> readers;
  for (int i = 0; i < 8; ++i) {
    readers.emplace_back([&] {
      const absl::Status status =
          database->Read([](Transaction& tx) { return tx.Query(kCount, [](const Row&) {}); });
      EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_LT(absl::Now() - paused, absl::Seconds(12));
  cluster_->Resume();
  const absl::Time resumed = absl::Now();
  EXPECT_EQ(Count(*database, kCount), 0);
  EXPECT_LT(absl::Now() - resumed, absl::Seconds(5));
}

}  // namespace
}  // namespace forium::database
