// SPDX-License-Identifier: Apache-2.0
// What is particular to Postgres: conflicts, lost connections, and what it refuses.
#include <atomic>
#include <thread>

#include "absl/synchronization/barrier.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/database/database.h"
#include "services/base/database/deadline.h"
#include "services/base/database/testing.h"
#include "services/base/database/testing/postgres_cluster.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

// libpqxx 6.4 forgets the last result of a connection that breaks.
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx"; }

namespace forium::database {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Migration kMigrations[] = {{1, "create_doctors", R"(
CREATE TABLE doctors (id BIGINT PRIMARY KEY, on_call BIGINT NOT NULL, name TEXT NOT NULL DEFAULT ''))"}};

constexpr Statement kInsert{"insert_doctor", "INSERT INTO doctors (id, on_call) VALUES ($1, 1)"};
constexpr Statement kName{"name_doctor", "UPDATE doctors SET name = $2 WHERE id = $1"};
constexpr Statement kOnCall{"on_call", "SELECT COUNT(*) FROM doctors WHERE on_call = 1"};
constexpr Statement kLeave{"leave", "UPDATE doctors SET on_call = 0 WHERE id = $1"};
constexpr Statement kSleep{"sleep", "SELECT pg_sleep(10)"};
constexpr Statement kSessions{
    "sessions", "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'thrifty'"};
constexpr Statement kIsOnCall{"is_on_call", "SELECT on_call = 1 FROM doctors WHERE id = $1"};

class PostgresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresCluster::Installed())
      GTEST_SKIP() << "PostgreSQL 15 is not installed (package postgresql-15)";
    dsn_ = *NewPostgresDatabase();
    database_ = *OpenPostgres({.dsn = dsn_, .connections = 4}, kMigrations);
    for (int id : {1, 2}) {
      ASSERT_TRUE(
          database_->Write([&](Transaction& tx) { return tx.Execute(kInsert, id).status(); }).ok());
    }
  }

  int64_t OnCall() {
    int64_t count = -1;
    EXPECT_TRUE(database_
                    ->Read([&](Transaction& tx) {
                      return tx.Query(kOnCall, [&](const Row& row) { count = row.Int(0); });
                    })
                    .ok());
    return count;
  }

  std::string dsn_;
  std::unique_ptr<Database> database_;
};

TEST_F(PostgresTest, WritesSeeTheDatabaseAsIfTheyRanAlone) {
  // Both read that two are on call before either leaves; only one may.
  absl::Barrier* const both_have_read = new absl::Barrier(2);
  std::atomic<int> runs = 0;
  const auto leave = [&](int id) {
    bool first = true;
    return database_->Write([&, id](Transaction& tx) -> absl::Status {
      ++runs;
      int64_t on_call = 0;
      RETURN_IF_ERROR(tx.Query(kOnCall, [&](const Row& row) { on_call = row.Int(0); }));
      if (std::exchange(first, false) && both_have_read->Block()) delete both_have_read;
      if (on_call < 2) return absl::FailedPreconditionError("the last one stays");
      return tx.Execute(kLeave, id).status();
    });
  };
  absl::Status one;
  absl::Status two;
  std::thread other([&] { one = leave(1); });
  two = leave(2);
  other.join();
  EXPECT_NE(one.ok(), two.ok());
  EXPECT_EQ((one.ok() ? two : one).message(), "the last one stays");
  EXPECT_GE(runs, 3);
  EXPECT_EQ(OnCall(), 1);
}

TEST_F(PostgresTest, LostIdleConnectionsAreReplaced) {
  ASSERT_EQ(OnCall(), 2);
  ASSERT_TRUE(CutPostgresConnections().ok());
  EXPECT_EQ(OnCall(), 2);
  ASSERT_TRUE(CutPostgresConnections().ok());
  EXPECT_TRUE(
      database_->Write([](Transaction& tx) { return tx.Execute(kLeave, 1).status(); }).ok());
  EXPECT_EQ(OnCall(), 1);
}

TEST_F(PostgresTest, ConnectionLostInTheMiddleRunsTheBodyAgain) {
  int runs = 0;
  const absl::Status status = database_->Write([&](Transaction& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Execute(kInsert, 3).status());
    if (++runs == 1) {
      EXPECT_TRUE(CutPostgresConnections().ok());
    }
    return tx.Execute(kLeave, 1).status();
  });
  EXPECT_TRUE(status.ok()) << status << status::CauseOf(status);
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(OnCall(), 2);
}

TEST_F(PostgresTest, ConnectionLostBeforeItCommittedRunsTheBodyAgain) {
  int runs = 0;
  const absl::Status status = database_->Write([&](Transaction& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Execute(kInsert, 3).status());
    return ++runs == 1 ? CutPostgresConnections() : absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status << status::CauseOf(status);
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(OnCall(), 3);
}

TEST_F(PostgresTest, LongStatementIsEndedAndUnavailable) {
  const auto impatient =
      *OpenPostgres({.dsn = dsn_, .statement_timeout = absl::Milliseconds(50)}, kMigrations);
  const absl::Status status =
      impatient->Read([&](Transaction& tx) { return tx.Query(kSleep, [](const Row&) {}); });
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("busy"));
  EXPECT_THAT(status::CauseOf(status), HasSubstr("statement timeout"));
}

TEST_F(PostgresTest, WhoeverFindsNoConnectionIsToldSoAtTheDeadline) {
  const auto narrow = *OpenPostgres({.dsn = dsn_, .connections = 1}, kMigrations);
  ASSERT_TRUE(narrow
                  ->Read([&](Transaction&) {
                    std::thread other([&] {
                      const Deadline deadline(absl::Now() + absl::Milliseconds(50));
                      const absl::Status status =
                          narrow->Read([](Transaction&) { return absl::OkStatus(); });
                      EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
                    });
                    other.join();
                    return absl::OkStatus();
                  })
                  .ok());
}

TEST_F(PostgresTest, NothingBeginsAfterTheDeadline) {
  const Deadline deadline(absl::Now() - absl::Seconds(1));
  const absl::Status status =
      database_->Write([](Transaction& tx) { return tx.Execute(kInsert, 3).status(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(PostgresTest, IdleConnectionsAreClosed) {
  const auto open = [&] {
    int64_t count = 0;
    EXPECT_TRUE(database_
                    ->Read([&](Transaction& tx) {
                      return tx.Query(kSessions, [&](const Row& row) { count = row.Int(0); });
                    })
                    .ok());
    return count;
  };
  const auto thrifty = *OpenPostgres(
      {.dsn = dsn_ + " application_name=thrifty", .idle_timeout = absl::Milliseconds(100)},
      kMigrations);
  EXPECT_EQ(open(), 1);
  const absl::Time end = absl::Now() + absl::Seconds(10);
  while (open() > 0 && absl::Now() < end) absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(open(), 0);
  EXPECT_TRUE(thrifty->Read([](Transaction&) { return absl::OkStatus(); }).ok());
}

TEST_F(PostgresTest, CommitsOfAnotherProcessAreHeard) {
  std::atomic<int> heard = 0;
  database_->OnCommit([&] { ++heard; });
  const auto other = *OpenPostgres({.dsn = dsn_}, kMigrations);
  other->OnCommit([] {});
  const absl::Time end = absl::Now() + absl::Seconds(10);
  const auto wait_for = [&](int count) {
    while (heard < count && absl::Now() < end) absl::SleepFor(absl::Milliseconds(1));
    return heard.load();
  };
  ASSERT_GE(wait_for(1), 1) << "both listen, after a moment";
  for (int id = 10; id < 20; ++id) {
    const int before = heard;
    ASSERT_TRUE(
        other->Write([&](Transaction& tx) { return tx.Execute(kInsert, id).status(); }).ok());
    ASSERT_GT(wait_for(before + 1), before);
  }
}

TEST_F(PostgresTest, AbsentServerIsUnavailableAfterRetrying) {
  const absl::Time start = absl::Now();
  const auto opened =
      OpenPostgres({.dsn = "host=/nowhere password=secret", .retry_for = absl::Seconds(1)}, {});
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status::ReasonOf(opened.status()), type::v1::UNAVAILABLE);
  EXPECT_THAT(std::string(opened.status().message()), Not(HasSubstr("nowhere")));
  EXPECT_THAT(status::CauseOf(opened.status()), Not(HasSubstr("secret")));
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
}

TEST_F(PostgresTest, NulInATextIsRefusedAsTheCallersFault) {
  const absl::Status status = database_->Write(
      [](Transaction& tx) { return tx.Execute(kName, 1, std::string("a\0b", 3)).status(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(PostgresTest, ComparisonsReadAsNumbers) {
  std::vector<int64_t> answers;
  ASSERT_TRUE(
      database_->Write([](Transaction& tx) { return tx.Execute(kLeave, 2).status(); }).ok());
  ASSERT_TRUE(database_
                  ->Read([&](Transaction& tx) -> absl::Status {
                    for (int id : {1, 2}) {
                      RETURN_IF_ERROR(tx.Query(
                          kIsOnCall, [&](const Row& row) { answers.push_back(row.Int(0)); }, id));
                    }
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_THAT(answers, ::testing::ElementsAre(1, 0));
}

TEST_F(PostgresTest, CopyIsNotOffered) {
  EXPECT_EQ(database_->CopyTo("/tmp/x").code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace forium::database
