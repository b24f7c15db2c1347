// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/store_copy.h"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/allinone/text_check.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::allinone {
namespace {

using database::Database;
using database::Row;
using database::Transaction;

constexpr int kRowsInBatch = 1000;
constexpr int64_t kBytesInBatch = 4 << 20;
// Rows of one INSERT: enough to spread the cost of a round trip.
constexpr int kRowsInInsert = 25;

std::string Quoted(std::string_view name) { return absl::StrCat("\"", std::string(name), "\""); }

// Text in the order of its bytes, which is the same everywhere.
std::string Sorted(const Column& column) {
  return Quoted(column.name) + (column.kind == Column::Kind::kText ? " COLLATE \"C\"" : "");
}

}  // namespace

TableCopy::TableCopy(const Table& table) : table_(table) {
  std::vector<std::string> columns;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    columns.push_back(Quoted(table.columns[i].name));
    if (table.columns[i].key > 0) key_.push_back(i);
  }
  std::sort(key_.begin(), key_.end(),
            [&](size_t a, size_t b) { return table.columns[a].key < table.columns[b].key; });
  std::vector<std::string> key;
  std::vector<std::string> sorted;
  std::vector<std::string> backwards;
  std::vector<std::string> parameters;
  for (const size_t i : key_) {
    key.push_back(columns[i]);
    sorted.push_back(Sorted(table.columns[i]));
    backwards.push_back(sorted.back() + " DESC");
    parameters.push_back(absl::StrCat("$", parameters.size() + 1));
  }
  const std::string order = absl::StrJoin(sorted, ", ");
  const std::string select =
      absl::StrCat("SELECT ", absl::StrJoin(columns, ", "), " FROM ", Quoted(table.name));
  const std::string end = absl::StrCat(" ORDER BY ", order, " LIMIT ", kRowsInBatch);
  read_first_ = select + end;
  read_next_ =
      absl::StrCat(select, " WHERE (", order, ") > (", absl::StrJoin(parameters, ", "), ")", end);
  last_key_ = absl::StrCat("SELECT ", absl::StrJoin(key, ", "), " FROM ", Quoted(table.name),
                           " ORDER BY ", absl::StrJoin(backwards, ", "), " LIMIT 1");
  insert_one_ = InsertText(1);
  insert_many_ = InsertText(kRowsInInsert);
  empty_ = absl::StrCat("DELETE FROM ", Quoted(table.name));
  count_ = absl::StrCat("SELECT COUNT(*) FROM ", Quoted(table.name));
}

std::string TableCopy::InsertText(int rows) const {
  std::vector<std::string> columns;
  for (const Column& column : table_.columns) columns.push_back(Quoted(column.name));
  std::vector<std::string> tuples;
  int parameter = 0;
  for (int row = 0; row < rows; ++row) {
    std::vector<std::string> values;
    for (size_t i = 0; i < columns.size(); ++i) values.push_back(absl::StrCat("$", ++parameter));
    tuples.push_back(absl::StrCat("(", absl::StrJoin(values, ", "), ")"));
  }
  return absl::StrCat("INSERT INTO ", Quoted(table_.name), " (", absl::StrJoin(columns, ", "),
                      ") VALUES ", absl::StrJoin(tuples, ", "));
}

TableCopy::Values TableCopy::ValuesOf(const Row& row) const {
  Values values(table_.columns.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const int column = static_cast<int>(i);
    if (row.IsNull(column)) continue;
    switch (table_.columns[i].kind) {
      case Column::Kind::kNumber:
        values[i] = row.Int(column);
        break;
      case Column::Kind::kReal:
        values[i] = row.Real(column);
        break;
      case Column::Kind::kText:
      case Column::Kind::kBytes:
        values[i] = std::string(row.Text(column));
        break;
    }
  }
  return values;
}

TableCopy::Values TableCopy::KeyOf(const Values& row) const {
  Values key;
  for (const size_t i : key_) key.push_back(row[i]);
  return key;
}

database::Parameter TableCopy::ParameterOf(size_t column, const Value& value) const {
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (table_.columns[column].kind == Column::Kind::kBytes) return database::Blob{*text};
    return std::string_view(*text);
  }
  return nullptr;
}

absl::StatusOr<TableCopy::Batch> TableCopy::Read(Database& database, const Values& key) {
  std::vector<database::Parameter> parameters;
  for (size_t i = 0; i < key.size(); ++i) parameters.push_back(ParameterOf(key_[i], key[i]));
  const database::Statement statement{"move_read", key.empty() ? read_first_ : read_next_};
  Batch batch;
  RETURN_IF_ERROR(database.Read([&](Transaction& tx) -> absl::Status {
    batch = {};
    const absl::Status status =
        tx.QueryRows(statement, parameters, [&](const Row& row) -> absl::Status {
          if (batch.bytes > kBytesInBatch) return absl::CancelledError("enough");
          batch.rows.push_back(ValuesOf(row));
          for (const Value& value : batch.rows.back()) {
            if (const auto* text = std::get_if<std::string>(&value))
              batch.bytes += static_cast<int64_t>(text->size());
          }
          return absl::OkStatus();
        });
    return absl::IsCancelled(status) ? absl::OkStatus() : status;
  }));
  return batch;
}

absl::StatusOr<TableCopy::Values> TableCopy::LastKey(Database& database) {
  Values key;
  RETURN_IF_ERROR(database.Read([&](Transaction& tx) {
    key.clear();
    return tx.Query({"move_last_key", last_key_}, [&](const Row& row) {
      for (size_t i = 0; i < key_.size(); ++i) {
        const int column = static_cast<int>(i);
        if (table_.columns[key_[i]].kind == Column::Kind::kNumber) {
          key.emplace_back(row.Int(column));
        } else {
          key.emplace_back(std::string(row.Text(column)));
        }
      }
    });
  }));
  return key;
}

absl::Status TableCopy::Insert(Transaction& tx, const Batch& batch) {
  const size_t width = table_.columns.size();
  std::vector<database::Parameter> parameters;
  for (size_t at = 0; at < batch.rows.size();) {
    const bool many = batch.rows.size() - at >= kRowsInInsert;
    const size_t end = at + (many ? kRowsInInsert : 1);
    parameters.clear();
    for (; at < end; ++at) {
      for (size_t i = 0; i < width; ++i) parameters.push_back(ParameterOf(i, batch.rows[at][i]));
    }
    const database::Statement statement{"move_insert", many ? insert_many_ : insert_one_};
    RETURN_IF_ERROR(tx.ExecuteRows(statement, parameters).status());
  }
  return absl::OkStatus();
}

std::string TableCopy::Describe(const Values& row) const {
  std::vector<std::string> words;
  for (const Value& value : KeyOf(row)) {
    if (const auto* number = std::get_if<int64_t>(&value)) words.push_back(absl::StrCat(*number));
    if (const auto* text = std::get_if<std::string>(&value)) words.push_back(*text);
  }
  return absl::StrCat("table ", table_.name, ", row ", absl::StrJoin(words, "/"));
}

absl::Status TableCopy::CheckTexts(const Batch& batch) const {
  for (const Values& row : batch.rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      const auto* text = std::get_if<std::string>(&row[i]);
      if (text == nullptr || table_.columns[i].kind != Column::Kind::kText) continue;
      if (IsTextForPostgres(*text)) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("A text holds a NUL character or is not UTF-8, which Postgres cannot keep: ",
                       Describe(row), ", column ", table_.columns[i].name,
                       ". Correct it in the source, then move again."));
    }
  }
  return absl::OkStatus();
}

absl::Status TableCopy::Run(Database& from, Database& to, const Progress& progress) {
  ASSIGN_OR_RETURN(Values key, LastKey(to));
  while (true) {
    ASSIGN_OR_RETURN(const Batch batch, Read(from, key));
    if (batch.rows.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(CheckTexts(batch));
    RETURN_IF_ERROR(to.Write([&](Transaction& tx) { return Insert(tx, batch); }));
    key = KeyOf(batch.rows.back());
    progress(static_cast<int64_t>(batch.rows.size()));
  }
}

absl::Status TableCopy::Empty(Database& database) {
  return database.Write([&](Transaction& tx) {
    return tx.Execute({"move_empty", empty_}).status();
  });
}

absl::StatusOr<int64_t> TableCopy::Count(Database& database) {
  int64_t count = 0;
  RETURN_IF_ERROR(database.Read([&](Transaction& tx) {
    return tx.Query({"move_count", count_}, [&](const Row& row) { count = row.Int(0); });
  }));
  return count;
}

absl::StatusOr<TableSum> TableCopy::Sum(Database& database, const Progress& progress) {
  TableSum sum;
  std::string bytes;
  for (Values key;;) {
    ASSIGN_OR_RETURN(const Batch batch, Read(database, key));
    if (batch.rows.empty()) return sum;
    for (const Values& row : batch.rows) {
      bytes.clear();
      for (const Value& value : row) {
        bytes.push_back(static_cast<char>('0' + value.index()));
        if (const auto* number = std::get_if<int64_t>(&value)) absl::StrAppend(&bytes, *number);
        if (const auto* real = std::get_if<double>(&value))
          bytes.append(reinterpret_cast<const char*>(real), sizeof(*real));
        if (const auto* text = std::get_if<std::string>(&value))
          absl::StrAppend(&bytes, text->size(), ":", *text);
        bytes.push_back(';');
      }
      unsigned char digest[SHA256_DIGEST_LENGTH];
      SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
      uint64_t halves[2];
      std::memcpy(halves, digest, sizeof(halves));
      ++sum.rows;
      sum.first += halves[0];
      sum.second += halves[1];
    }
    key = KeyOf(batch.rows.back());
    progress(static_cast<int64_t>(batch.rows.size()));
  }
}

absl::StatusOr<int64_t> TableCopy::CountMistyped(Database& sqlite) {
  std::vector<std::string> wrong;
  for (const Column& column : table_.columns) {
    const char* types = "";
    switch (column.kind) {
      case Column::Kind::kNumber:
        types = "'integer', 'null'";
        break;
      case Column::Kind::kReal:
        types = "'real', 'null'";
        break;
      case Column::Kind::kText:
        types = "'text', 'null'";
        break;
      case Column::Kind::kBytes:
        types = "'blob', 'null'";
        break;
    }
    wrong.push_back(absl::StrCat("typeof(", Quoted(column.name), ") NOT IN (", types, ")"));
  }
  const std::string text = absl::StrCat("SELECT COUNT(*) FROM ", Quoted(table_.name), " WHERE ",
                                        absl::StrJoin(wrong, " OR "));
  int64_t count = 0;
  RETURN_IF_ERROR(sqlite.Read([&](Transaction& tx) {
    return tx.Query({"move_mistyped", text}, [&](const Row& row) { count = row.Int(0); });
  }));
  return count;
}

}  // namespace forium::allinone
