// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/store_catalogue.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/base/database/placement.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::allinone {
namespace {

using database::Row;
using database::Statement;
using database::Transaction;

// What each database keeps for itself.
const std::set<std::string, std::less<>>& OwnTables() {
  static const auto& names = *new std::set<std::string, std::less<>>{
      "schema_migrations", std::string(database::kUnfinishedMove)};
  return names;
}

// The statements of one engine.
struct Catalogue {
  Statement tables;
  Statement columns;  // name, type, place in the key
  Statement references;
};

constexpr Catalogue kSqlite{
    {"sqlite_tables", R"(
SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name)"},
    {"sqlite_columns", "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY name"},
    {"sqlite_references", R"(SELECT "table" FROM pragma_foreign_key_list($1))"},
};

constexpr Catalogue kPostgres{
    {"postgres_tables", R"(
SELECT CAST(tablename AS TEXT) FROM pg_catalog.pg_tables
WHERE schemaname = current_schema() ORDER BY 1)"},
    {"postgres_columns", R"(
SELECT CAST(a.attname AS TEXT), format_type(a.atttypid, a.atttypmod),
  COALESCE((SELECT k.place FROM unnest(CAST(i.indkey AS SMALLINT[])) WITH ORDINALITY AS k (number, place)
            WHERE k.number = a.attnum), 0)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE n.nspname = current_schema() AND c.relname = $1 AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY CAST(a.attname AS TEXT) COLLATE "C")"},
    {"postgres_references", R"(
SELECT CAST(r.relname AS TEXT)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
WHERE k.contype = 'f' AND n.nspname = current_schema() AND c.relname = $1)"},
};

absl::StatusOr<Column::Kind> KindOf(std::string_view type) {
  const std::string name = absl::AsciiStrToLower(absl::string_view(type.data(), type.size()));
  if (name == "bigint" || name == "integer") return Column::Kind::kNumber;
  if (name == "double precision") return Column::Kind::kReal;
  if (name == "text") return Column::Kind::kText;
  if (name == "blob" || name == "bytea") return Column::Kind::kBytes;
  return status::Internal(absl::StrCat("columns of the type ", name, " cannot be moved"));
}

absl::StatusOr<Table> Describe(Transaction& tx, const Catalogue& catalogue, std::string name) {
  Table table{.name = std::move(name), .columns = {}, .references = {}};
  std::vector<std::string> types;
  RETURN_IF_ERROR(tx.Query(
      catalogue.columns,
      [&](const Row& row) {
        table.columns.push_back({.name = std::string(row.Text(0)),
                                 .kind = Column::Kind::kText,
                                 .key = static_cast<int>(row.Int(2))});
        types.emplace_back(row.Text(1));
      },
      table.name));
  for (size_t i = 0; i < types.size(); ++i) {
    ASSIGN_OR_RETURN(table.columns[i].kind, KindOf(types[i]));
  }
  if (std::none_of(table.columns.begin(), table.columns.end(),
                   [](const Column& column) { return column.key > 0; })) {
    return status::Internal(absl::StrCat("table ", table.name, " has no primary key"));
  }
  RETURN_IF_ERROR(tx.Query(
      catalogue.references,
      [&](const Row& row) {
        if (row.Text(0) != table.name) table.references.emplace_back(row.Text(0));
      },
      table.name));
  return table;
}

absl::StatusOr<std::vector<Table>> InOrder(std::vector<Table> tables) {
  std::vector<Table> ordered;
  std::set<std::string> placed;
  while (!tables.empty()) {
    const auto next = std::find_if(tables.begin(), tables.end(), [&](const Table& table) {
      return std::all_of(table.references.begin(), table.references.end(),
                         [&](const std::string& other) { return placed.contains(other); });
    });
    if (next == tables.end()) return status::Internal("tables reference each other in a circle");
    placed.insert(next->name);
    ordered.push_back(std::move(*next));
    tables.erase(next);
  }
  return ordered;
}

}  // namespace

absl::StatusOr<std::vector<Table>> TablesOf(database::Database& database, Engine engine) {
  const Catalogue& catalogue = engine == Engine::kSqlite ? kSqlite : kPostgres;
  std::vector<Table> tables;
  RETURN_IF_ERROR(database.Read([&](Transaction& tx) -> absl::Status {
    tables.clear();
    std::vector<std::string> names;
    RETURN_IF_ERROR(tx.Query(catalogue.tables, [&](const Row& row) {
      if (!OwnTables().contains(row.Text(0))) names.emplace_back(row.Text(0));
    }));
    for (std::string& name : names) {
      ASSIGN_OR_RETURN(Table table, Describe(tx, catalogue, std::move(name)));
      tables.push_back(std::move(table));
    }
    return absl::OkStatus();
  }));
  return InOrder(std::move(tables));
}

}  // namespace forium::allinone
