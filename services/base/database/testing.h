// SPDX-License-Identifier: Apache-2.0
// Databases for the tests of stores: each test runs on SQLite in memory, SQLite in a file, and
// Postgres (skipped where it is not installed).
//   class TopicsStoreTest : public database::TestDatabases {};
//   TEST_P(TopicsStoreTest, …) { auto database = Open(kMigrations); … }
//   INSTANTIATE_TEST_SUITE_P(Engines, TopicsStoreTest, testing::ValuesIn(database::Engines()),
//   database::EngineName);
#pragma once

#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/base/database/database.h"

namespace forium::database {

enum class Engine { kMemory, kFile, kPostgres };
std::vector<Engine> Engines();
std::string EngineName(const ::testing::TestParamInfo<Engine>& info);
void PrintTo(Engine engine, std::ostream* out);

class TestDatabases : public ::testing::TestWithParam<Engine> {
 protected:
  // Skips the test where Postgres is missing. A fixture with a SetUp of its own calls this first
  // and returns if IsSkipped().
  void SetUp() override;
  void TearDown() override;

  // Opens a database of this test, new and empty at first and migrated. Asked for again after
  // Close, SQLite files and Postgres still have what was written. Aborts if it cannot be opened.
  std::unique_ptr<Database> Open(std::span<const Migration> migrations);
  // The same, for tests of opening.
  absl::StatusOr<std::unique_ptr<Database>> TryOpen(std::span<const Migration> migrations);
  // Lets Open begin a further, empty database.
  void UseNewDatabase() { place_.clear(); }
  // The path or connection string that Open uses; empty in memory.
  const std::string& place() const { return place_; }

 private:
  std::string place_;
  std::vector<std::string> files_;
};

// The connection string of a new, empty database on this process's test server, for tests that
// start programs. Errors: Unavailable where Postgres is not installed.
absl::StatusOr<std::string> NewPostgresDatabase();
// Ends all connections to that server.
absl::Status CutPostgresConnections();

}  // namespace forium::database
