// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/dialect.h"

#include "gtest/gtest.h"

namespace forium::database {
namespace {

TEST(DialectTest, InListIsRewrittenForEachEngine) {
  constexpr std::string_view kSql = "SELECT a FROM t WHERE id IN_LIST($2) AND NOT (b IN_LIST($10))";
  EXPECT_EQ(StatementForSqlite(kSql),
            "SELECT a FROM t WHERE id IN (SELECT value FROM json_each($2)) "
            "AND NOT (b IN (SELECT value FROM json_each($10)))");
  EXPECT_EQ(StatementForPostgres(kSql),
            "SELECT a FROM t WHERE id = ANY(CAST($2 AS BIGINT[])) AND NOT (b = ANY(CAST($10 AS "
            "BIGINT[])))");
}

TEST(DialectTest, UnfinishedInListIsLeftToTheEngine) {
  EXPECT_EQ(StatementForSqlite("WHERE id IN_LIST($1"), "WHERE id IN_LIST($1");
}

TEST(DialectTest, CollationKeepsItsMeaning) {
  EXPECT_EQ(StatementForSqlite("ORDER BY a COLLATE \"C\", b"), "ORDER BY a COLLATE BINARY, b");
  EXPECT_EQ(StatementForPostgres("ORDER BY a COLLATE \"C\""), "ORDER BY a COLLATE \"C\"");
}

TEST(DialectTest, TypesOfMigrations) {
  constexpr std::string_view kSql =
      "CREATE TABLE t (id BIGINT PRIMARY KEY, n INTEGER, b BYTES_TYPE, POINTERS_INTEGER TEXT)";
  EXPECT_EQ(MigrationForSqlite(kSql),
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, b BLOB, POINTERS_INTEGER TEXT)");
  EXPECT_EQ(MigrationForPostgres(kSql),
            "CREATE TABLE t (id BIGINT PRIMARY KEY, n BIGINT, b BYTEA, POINTERS_INTEGER TEXT)");
}

TEST(DialectTest, OtherTextStaysAsItIs) {
  constexpr std::string_view kSql =
      "INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO NOTHING RETURNING a";
  EXPECT_EQ(StatementForSqlite(kSql), kSql);
  EXPECT_EQ(MigrationForPostgres(kSql), kSql);
}

}  // namespace
}  // namespace forium::database
