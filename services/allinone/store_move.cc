// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/store_move.h"

#include "services/base/status/macros.h"

namespace forium::allinone {
namespace {

using database::Row;
using database::Statement;
using database::Transaction;

// The table is database::kUnfinishedMove: nobody serves a database that has it.
constexpr Statement kFindOnSqlite{"move_find_progress", R"(
SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'unfinished_move')"};
constexpr Statement kFindOnPostgres{"move_find_progress", R"(
SELECT 1 FROM pg_catalog.pg_tables
WHERE schemaname = current_schema() AND tablename = 'unfinished_move')"};
constexpr Statement kMake{"move_make_progress", R"(
CREATE TABLE unfinished_move (name TEXT PRIMARY KEY, state TEXT NOT NULL))"};
constexpr Statement kState{"move_progress", "SELECT state FROM unfinished_move WHERE name = $1"};
constexpr Statement kSetState{"move_set_progress", R"(
INSERT INTO unfinished_move (name, state) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET state = excluded.state)"};
constexpr Statement kDrop{"move_drop_progress", "DROP TABLE unfinished_move"};
constexpr Statement kTenants{"move_tenants", "SELECT id FROM tenants ORDER BY id"};
constexpr Statement kAnalyse{"move_analyse", "ANALYZE"};

// The name of the row that holds the identity; tables have a slash in theirs.
constexpr std::string_view kSource = "source";

}  // namespace

absl::StatusOr<std::string> MoveProgress::Identity() {
  bool there = false;
  RETURN_IF_ERROR(control_.Read([&](Transaction& tx) {
    there = false;
    return tx.Query(engine_ == Engine::kSqlite ? kFindOnSqlite : kFindOnPostgres,
                    [&](const Row&) { there = true; });
  }));
  if (!there) return std::string();
  ASSIGN_OR_RETURN(const std::string identity, StateOf(kSource));
  return identity.empty() ? "unknown" : identity;
}

absl::Status MoveProgress::Begin(std::string_view identity) {
  return control_.Write([&](Transaction& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Execute(kMake).status());
    return tx.Execute(kSetState, kSource, identity).status();
  });
}

absl::StatusOr<std::string> MoveProgress::StateOf(std::string_view table) {
  std::string state;
  RETURN_IF_ERROR(control_.Read([&](Transaction& tx) {
    state.clear();
    return tx.Query(
        kState, [&](const Row& row) { state = std::string(row.Text(0)); }, table);
  }));
  return state;
}

absl::Status MoveProgress::SetState(std::string_view table, std::string_view state) {
  return control_.Write(
      [&](Transaction& tx) { return tx.Execute(kSetState, table, state).status(); });
}

absl::Status MoveProgress::End() {
  return control_.Write([](Transaction& tx) { return tx.Execute(kDrop).status(); });
}

absl::StatusOr<std::vector<std::string>> TenantsOf(database::Database& control) {
  std::vector<std::string> tenants;
  RETURN_IF_ERROR(control.Read([&](Transaction& tx) {
    tenants.clear();
    return tx.Query(kTenants, [&](const Row& row) { tenants.emplace_back(row.Text(0)); });
  }));
  return tenants;
}

absl::Status Analyse(database::Database& database) {
  return database.Write([](Transaction& tx) { return tx.Execute(kAnalyse).status(); });
}

}  // namespace forium::allinone
