// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/placement.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/base/database/testing.h"
#include "services/base/database/testing/postgres_cluster.h"
#include "services/base/status/status.h"

// libpqxx 6.4 forgets the last result of a connection that breaks.
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx"; }

namespace forium::database {
namespace {

constexpr Migration kForum[] = {{1, "create_notes", "CREATE TABLE notes (id BIGINT PRIMARY KEY)"}};
constexpr Migration kAuth[] = {{1, "create_users", "CREATE TABLE users (id BIGINT PRIMARY KEY)"}};

class PlacementTest : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(placement_.data); }

  Placement placement_{.data = ::testing::TempDir() + "/placement",
                       .database_dsn = {},
                       .tenant_dsns = {},
                       .control_dsn = {}};
};

TEST_F(PlacementTest, FilesStandBelowTheDataDirectory) {
  ASSERT_TRUE(OpenControl(placement_, kAuth).ok());
  const auto opener = Opener(placement_, "forum", kForum);
  ASSERT_TRUE(opener("default").ok());
  ASSERT_TRUE(opener("other").ok());
  for (const char* const file : {"control.db", "default/forum.db", "other/forum.db"}) {
    EXPECT_TRUE(std::filesystem::exists(placement_.data + "/" + file)) << file;
  }
}

TEST_F(PlacementTest, NamesThatLeaveTheFolderAreRefused) {
  for (const char* const name : {"", "..", "a/b", "a'b"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(OpenTenant(placement_, name, "forum", kForum).status()))
        << name;
  }
}

TEST_F(PlacementTest, ConnectionStringWithoutPlaceForTheNameHoldsOneCommunity) {
  placement_.database_dsn = "host=/nowhere dbname=forium";
  EXPECT_TRUE(absl::IsInvalidArgument(OpenTenant(placement_, "other", "forum", kForum).status()));
}

TEST_F(PlacementTest, UnreadableConnectionStringIsNotRepeated) {
  placement_.database_dsn = "host=/nowhere secret-without-a-name";
  const absl::Status status = OpenControl(placement_, kAuth).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(status.message().find("secret"), std::string::npos);
  EXPECT_EQ(status::CauseOf(status).find("secret"), std::string::npos);
}

TEST_F(PlacementTest, ServicesShareAPostgresDatabaseAndTenantsDoNot) {
  if (!PostgresCluster::Installed())
    GTEST_SKIP() << "PostgreSQL 15 is not installed (package postgresql-15)";
  const std::string first = *NewPostgresDatabase();
  const std::string second = *NewPostgresDatabase();
  const size_t end = first.find_last_not_of("0123456789") + 1;
  placement_.database_dsn = first.substr(0, end) + "{tenant}";
  placement_.control_dsn = first;
  placement_.tenant_dsns = {"named=" + second};
  ASSERT_TRUE(OpenControl(placement_, kAuth).ok());
  const auto forum = OpenTenant(placement_, first.substr(end), "forum", kForum);
  ASSERT_TRUE(forum.ok()) << forum.status() << status::CauseOf(forum.status());
  ASSERT_TRUE(OpenTenant(placement_, first.substr(end), "auth", kAuth).ok());
  const auto named = OpenTenant(placement_, "named", "forum", kForum);
  ASSERT_TRUE(named.ok()) << named.status() << status::CauseOf(named.status());
  constexpr Statement kInsert{"insert_note", "INSERT INTO notes (id) VALUES (1)"};
  for (Database* const database : {forum->get(), named->get()}) {
    EXPECT_TRUE(
        database->Write([&](Transaction& tx) { return tx.Execute(kInsert).status(); }).ok());
  }
}

}  // namespace
}  // namespace forium::database
