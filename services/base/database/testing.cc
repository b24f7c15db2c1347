// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/testing.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "services/base/database/testing/postgres_cluster.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

// Started when the first test needs it, stopped when the process exits.
absl::StatusOr<PostgresCluster*> Cluster() {
  if (!PostgresCluster::Installed())
    return absl::UnavailableError("PostgreSQL 15 is not installed");
  static absl::StatusOr<std::unique_ptr<PostgresCluster>> cluster = PostgresCluster::Start();
  RETURN_IF_ERROR(cluster.status());
  return cluster->get();
}

std::string NameOf(Engine engine) {
  switch (engine) {
    case Engine::kMemory:
      return "SqliteMemory";
    case Engine::kFile:
      return "SqliteFile";
    case Engine::kPostgres:
      return "Postgres";
  }
  std::abort();
}

}  // namespace

std::vector<Engine> Engines() { return {Engine::kMemory, Engine::kFile, Engine::kPostgres}; }
std::string EngineName(const ::testing::TestParamInfo<Engine>& info) { return NameOf(info.param); }
void PrintTo(Engine engine, std::ostream* out) { *out << NameOf(engine); }

absl::StatusOr<std::string> NewPostgresDatabase() {
  ASSIGN_OR_RETURN(PostgresCluster* const cluster, Cluster());
  return cluster->CreateDatabase();
}

absl::Status CutPostgresConnections() {
  ASSIGN_OR_RETURN(PostgresCluster* const cluster, Cluster());
  return cluster->CutConnections();
}

void TestDatabases::SetUp() {
  if (GetParam() == Engine::kPostgres && !PostgresCluster::Installed()) {
    GTEST_SKIP() << "PostgreSQL 15 is not installed (package postgresql-15)";
  }
}

void TestDatabases::TearDown() {
  for (const std::string& file : files_) {
    for (const char* const suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file + suffix);
  }
}

absl::StatusOr<std::unique_ptr<Database>> TestDatabases::TryOpen(
    std::span<const Migration> migrations) {
  if (GetParam() == Engine::kPostgres) {
    if (place_.empty()) {
      ASSIGN_OR_RETURN(place_, NewPostgresDatabase());
    }
    return OpenPostgres({.dsn = place_}, migrations);
  }
  if (GetParam() == Engine::kFile && place_.empty()) {
    static int files = 0;
    place_ = absl::StrCat(::testing::TempDir(), "/test-", ++files, ".db");
    files_.push_back(place_);
  }
  return OpenSqlite({.path = place_}, migrations);
}

std::unique_ptr<Database> TestDatabases::Open(std::span<const Migration> migrations) {
  absl::StatusOr<std::unique_ptr<Database>> database = TryOpen(migrations);
  if (!database.ok()) {
    std::cerr << "cannot open the test database: " << database.status() << " "
              << status::CauseOf(database.status()) << std::endl;
    std::abort();
  }
  return *std::move(database);
}

}  // namespace forium::database
