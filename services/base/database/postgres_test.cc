// SPDX-License-Identifier: Apache-2.0
// What is particular to Postgres: conflicts, lost connections, and what it refuses.
#include <atomic>
#include <thread>

#include "absl/synchronization/barrier.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/database/database.h"
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

TEST_F(PostgresTest, ConnectionLostWhileCommittingIsNotRunAgain) {
  int runs = 0;
  const absl::Status status = database_->Write([&](Transaction& tx) -> absl::Status {
    ++runs;
    RETURN_IF_ERROR(tx.Execute(kInsert, 3).status());
    return CutPostgresConnections();
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("Look whether the change is there"));
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(OnCall(), 2);
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
