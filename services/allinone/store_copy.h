// SPDX-License-Identifier: Apache-2.0
// Copies one table from one database to another with the same schema, whatever their engines, in
// the order of its key and a batch a transaction: cut off at any moment, it goes on after the last
// row that is there. Used by one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "services/allinone/store_catalogue.h"
#include "services/base/database/database.h"

namespace forium::allinone {

// The same for two tables that hold the same rows, in any order.
struct TableSum {
  int64_t rows = 0;
  uint64_t first = 0;
  uint64_t second = 0;
  bool operator==(const TableSum&) const = default;
};

class TableCopy {
 public:
  using Progress = std::function<void(int64_t rows)>;
  explicit TableCopy(const Table& table);

  // Copies what `to` does not have yet; `progress` is told the rows of each batch. Errors:
  // InvalidArgument for a text that Postgres cannot hold.
  absl::Status Run(database::Database& from, database::Database& to, const Progress& progress);
  // Deletes all rows.
  absl::Status Empty(database::Database& database);
  absl::StatusOr<int64_t> Count(database::Database& database);
  absl::StatusOr<TableSum> Sum(database::Database& database, const Progress& progress);
  // How many rows hold a value of another type than their column's, which only SQLite allows.
  absl::StatusOr<int64_t> CountMistyped(database::Database& sqlite);

 private:
  // monostate is NULL; bytes are text too, the column tells which.
  using Value = std::variant<std::monostate, int64_t, double, std::string>;
  using Values = std::vector<Value>;
  struct Batch {
    std::vector<Values> rows;
    int64_t bytes = 0;
  };

  Values ValuesOf(const database::Row& row) const;
  // The rows after `key`, which is empty at the beginning.
  absl::StatusOr<Batch> Read(database::Database& database, const Values& key);
  absl::StatusOr<Values> LastKey(database::Database& database);
  absl::Status Insert(database::Transaction& tx, const Batch& batch);
  absl::Status CheckTexts(const Batch& batch) const;
  Values KeyOf(const Values& row) const;
  std::string Describe(const Values& row) const;
  database::Parameter ParameterOf(size_t column, const Value& value) const;
  std::string InsertText(int rows) const;

  const Table& table_;
  std::vector<size_t> key_;  // columns, in the key's order
  // Statements; their texts must stay where they are.
  std::string read_first_;
  std::string read_next_;
  std::string last_key_;
  std::string insert_one_;
  std::string insert_many_;
  std::string empty_;
  std::string count_;
};

}  // namespace forium::allinone
