// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/store_copy.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/allinone/store_catalogue.h"
#include "services/base/database/testing.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

// libpqxx 6.4 forgets the last result of a connection that breaks.
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx"; }

namespace forium::allinone {
namespace {

using database::Database;
using database::Transaction;

constexpr database::Migration kMigrations[] = {{1, "create_all_sorts", R"(
CREATE TABLE a_notes (
  place TEXT NOT NULL,
  number BIGINT NOT NULL,
  weight DOUBLE PRECISION,
  text TEXT,
  bytes BYTES_TYPE,
  of BIGINT NOT NULL REFERENCES b_places (id),
  PRIMARY KEY (place, number)
);)"}};
constexpr database::Migration kPlaces[] = {
    {1, "create_places", "CREATE TABLE b_places (id BIGINT PRIMARY KEY, name TEXT NOT NULL)"},
    {2, "create_notes", kMigrations[0].sql}};

constexpr database::Statement kAddPlace{"add_place",
                                        "INSERT INTO b_places (id, name) VALUES ($1, $2)"};
constexpr database::Statement kAddNote{"add_note", R"(
INSERT INTO a_notes (place, number, weight, text, bytes, of) VALUES ($1, $2, $3, $4, $5, $6))"};

// From SQLite to each engine and back.
class TableCopyTest : public database::TestDatabases {
 protected:
  void SetUp() override {
    TestDatabases::SetUp();
    if (IsSkipped()) return;
    source_ = *database::OpenSqlite({}, kPlaces);
    target_ = Open(kPlaces);
    back_ = *database::OpenSqlite({}, kPlaces);
  }

  void Fill(int notes) {
    const absl::Status status = source_->Write([&](Transaction& tx) -> absl::Status {
      RETURN_IF_ERROR(tx.Execute(kAddPlace, 1, "Zürich \U0001F600 \u202E\\'\"").status());
      for (int i = 0; i < notes; ++i) {
        const std::string bytes("\0\x01\xFF\\x", 5);
        const std::string place = i % 2 == 0 ? "B" : "ä";
        RETURN_IF_ERROR(
            i % 3 == 0
                ? tx.Execute(kAddNote, place, i, nullptr, nullptr, nullptr, 1).status()
                : tx.Execute(kAddNote, place, -i, 0.1 * i, "", database::Blob{bytes}, 1).status());
      }
      return absl::OkStatus();
    });
    ASSERT_TRUE(status.ok()) << status << status::CauseOf(status);
  }

  static std::vector<TableSum> Sums(Database& database, const std::vector<Table>& tables) {
    std::vector<TableSum> sums;
    for (const Table& table : tables)
      sums.push_back(*TableCopy(table).Sum(database, [](int64_t) {}));
    return sums;
  }

  Engine engine() const {
    return GetParam() == database::Engine::kPostgres ? Engine::kPostgres : Engine::kSqlite;
  }

  std::unique_ptr<Database> source_;
  std::unique_ptr<Database> target_;
  std::unique_ptr<Database> back_;
};

TEST_P(TableCopyTest, CataloguesAgreeAndPutReferencedTablesFirst) {
  const std::vector<Table> here = *TablesOf(*source_, Engine::kSqlite);
  const auto there = TablesOf(*target_, engine());
  ASSERT_TRUE(there.ok()) << there.status() << status::CauseOf(there.status());
  ASSERT_EQ(here.size(), 3u);
  ASSERT_EQ(there->size(), 3u);
  for (size_t i = 0; i < here.size(); ++i) {
    EXPECT_EQ(here[i].name, (*there)[i].name);
    EXPECT_EQ(here[i].columns, (*there)[i].columns) << here[i].name;
  }
  EXPECT_EQ(here[0].name, "b_places");
}

TEST_P(TableCopyTest, RowsComeBackAsTheyWere) {
  Fill(2600);
  const std::vector<Table> tables = *TablesOf(*source_, Engine::kSqlite);
  for (const auto& [from, to] :
       {std::pair(source_.get(), target_.get()), std::pair(target_.get(), back_.get())}) {
    for (const Table& table : tables) {
      const absl::Status status = TableCopy(table).Run(*from, *to, [](int64_t) {});
      ASSERT_TRUE(status.ok()) << status << status::CauseOf(status);
    }
  }
  EXPECT_EQ(Sums(*source_, tables), Sums(*target_, tables));
  EXPECT_EQ(Sums(*source_, tables), Sums(*back_, tables));
  EXPECT_EQ(Sums(*source_, tables)[1].rows, 2600);
}

TEST_P(TableCopyTest, CutOffItGoesOnWhereItWas) {
  Fill(2600);
  const std::vector<Table> tables = *TablesOf(*source_, Engine::kSqlite);
  ASSERT_TRUE(TableCopy(tables[0]).Run(*source_, *target_, [](int64_t) {}).ok());
  struct CutOff {};
  EXPECT_THROW((void)TableCopy(tables[1]).Run(*source_, *target_, [](int64_t) { throw CutOff(); }),
               CutOff);
  EXPECT_EQ(*TableCopy(tables[1]).Count(*target_), 1000);
  int64_t copied = 0;
  ASSERT_TRUE(
      TableCopy(tables[1]).Run(*source_, *target_, [&](int64_t rows) { copied += rows; }).ok());
  EXPECT_EQ(copied, 1600);
  EXPECT_EQ(Sums(*source_, tables), Sums(*target_, tables));
}

TEST_P(TableCopyTest, SumsDifferWhereOneRowDoes) {
  Fill(10);
  const std::vector<Table> tables = *TablesOf(*source_, Engine::kSqlite);
  const std::vector<TableSum> before = Sums(*source_, tables);
  ASSERT_TRUE(source_
                  ->Write([](Transaction& tx) {
                    return tx.Execute({"change", "UPDATE a_notes SET text = 'x' WHERE number = 0"})
                        .status();
                  })
                  .ok());
  EXPECT_NE(Sums(*source_, tables), before);
}

TEST_P(TableCopyTest, TextThatPostgresCannotHoldIsNamed) {
  for (const std::string& text :
       {std::string("a\0b", 3), std::string("\xC3("), std::string("\xED\xA0\x80")}) {
    const auto source = *database::OpenSqlite({}, kPlaces);
    ASSERT_TRUE(
        source->Write([&](Transaction& tx) { return tx.Execute(kAddPlace, 7, text).status(); })
            .ok());
    const std::vector<Table> tables = *TablesOf(*source, Engine::kSqlite);
    const absl::Status status = TableCopy(tables[0]).Run(*source, *target_, [](int64_t) {});
    EXPECT_TRUE(absl::IsInvalidArgument(status));
    EXPECT_THAT(std::string(status.message()),
                ::testing::HasSubstr("table b_places, row 7, column name"));
  }
}

TEST_P(TableCopyTest, ValuesOfOtherTypesAreCounted) {
  Fill(4);
  const std::vector<Table> tables = *TablesOf(*source_, Engine::kSqlite);
  EXPECT_EQ(*TableCopy(tables[1]).CountMistyped(*source_), 0);
  ASSERT_TRUE(
      source_
          ->Write([](Transaction& tx) {
            return tx.Execute({"mistype", "UPDATE a_notes SET text = CAST('x' AS BLOB)"}).status();
          })
          .ok());
  EXPECT_EQ(*TableCopy(tables[1]).CountMistyped(*source_), 4);
}

INSTANTIATE_TEST_SUITE_P(Engines, TableCopyTest, ::testing::ValuesIn(database::Engines()),
                         database::EngineName);

}  // namespace
}  // namespace forium::allinone
