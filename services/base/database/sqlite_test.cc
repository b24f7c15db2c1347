// SPDX-License-Identifier: Apache-2.0
#include "gtest/gtest.h"
#include "services/base/database/database.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

constexpr Migration kMigrations[] = {{1, "create_notes", R"(
CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT NOT NULL COLLATE "C", body BYTES_TYPE))"}};

constexpr Statement kInsert{"insert_note", "INSERT INTO notes (id, text) VALUES ($1, $2)"};
constexpr Statement kTexts{"texts", "SELECT text FROM notes WHERE id IN_LIST($1) ORDER BY id"};

TEST(SqliteTest, ReadsWhatWasWritten) {
  auto database = *OpenSqlite({}, kMigrations);
  int64_t id = 0;
  ASSERT_TRUE(database
                  ->Write([&](Transaction& tx) {
                    id = *tx.NextId("note");
                    return tx.Execute(kInsert, id, "hello").status();
                  })
                  .ok());
  std::string text;
  const absl::Status status = database->Read([&](Transaction& tx) {
    return tx.Query(
        kTexts, [&](const Row& row) { text += row.Text(0); }, std::vector<int64_t>{id, 99});
  });
  EXPECT_TRUE(status.ok()) << status << status::CauseOf(status);
  EXPECT_EQ(text, "hello");
}

}  // namespace
}  // namespace forium::database
