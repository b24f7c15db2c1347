// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/postgres_transaction.h"

#include <charconv>
#include <deque>
#include <exception>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "services/base/database/deadline.h"
#include "services/base/database/sequences.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

// Of pg_type.dat; they never change.
constexpr pqxx::oid kBool = 16;
constexpr pqxx::oid kBytea = 17;

class PostgresRow final : public Row {
 public:
  explicit PostgresRow(const pqxx::row& row) : row_(row) {}

  bool IsNull(int column) const override { return row_.at(column).is_null(); }

  int64_t Int(int column) const override {
    const pqxx::field field = row_.at(column);
    if (field.type() == kBool) return field.c_str()[0] == 't' ? 1 : 0;
    int64_t number = 0;
    std::from_chars(field.c_str(), field.c_str() + field.size(), number);
    return number;
  }

  double Real(int column) const override {
    const pqxx::field field = row_.at(column);
    double number = 0;
    std::from_chars(field.c_str(), field.c_str() + field.size(), number);
    return number;
  }

  std::string_view Text(int column) const override {
    const pqxx::field field = row_.at(column);
    if (field.type() == kBytea && !field.is_null()) {
      return decoded_.emplace_back(pqxx::binarystring(field).str());
    }
    return {field.c_str(), field.size()};
  }

 private:
  const pqxx::row& row_;
  mutable std::deque<std::string> decoded_;
};

// A parameter as libpq takes it; NULL is told beside it.
std::string TextOf(const Parameter& parameter) {
  if (const auto* number = std::get_if<int64_t>(&parameter)) return absl::StrCat(*number);
  if (const auto* text = std::get_if<std::string_view>(&parameter)) return std::string(*text);
  if (const auto* blob = std::get_if<Blob>(&parameter)) {
    return absl::StrCat(
        "\\x", absl::BytesToHexString(absl::string_view(blob->bytes.data(), blob->bytes.size())));
  }
  if (const auto* list = std::get_if<IdList>(&parameter)) {
    return absl::StrCat("{", absl::StrJoin(list->begin(), list->end(), ","), "}");
  }
  if (const auto* real = std::get_if<double>(&parameter)) return pqxx::to_string(*real);
  return "";
}

}  // namespace

absl::StatusOr<pqxx::result> PostgresTransaction::RunStatement(
    const Statement& statement, std::span<const Parameter> parameters) {
  RETURN_IF_ERROR(failed_.status);
  std::vector<std::string> texts;
  texts.reserve(parameters.size());  // pointers into it must stay
  std::vector<const char*> values;
  for (const Parameter& parameter : parameters) {
    const bool null = std::holds_alternative<std::nullptr_t>(parameter);
    texts.push_back(TextOf(parameter));
    if (texts.back().find('\0') != std::string::npos) {
      return failed_.status =
                 status::Error(absl::StatusCode::kInvalidArgument, type::v1::INVALID_FIELD,
                               "A text holds a NUL character. Remove it.");
    }
    values.push_back(null ? nullptr : texts.back().c_str());
  }
  if (absl::Now() >= Deadline::Current()) {
    return failed_.status = absl::DeadlineExceededError("the caller's deadline has passed");
  }
  ++statements_;
  try {
    PostgresConnection::Prepared& prepared = connection_.Prepare(statement);
    const PostgresConnection::Wait wait(connection_);
    pqxx::result result =
        transaction_.exec_prepared(prepared.name, pqxx::prepare::make_dynamic_params(values));
    prepared.meter->Ran(wait.Passed());
    return result;
  } catch (const std::exception&) {
    failed_ = connection_.CurrentError(statement.name);
    return failed_.status;
  }
}

absl::Status PostgresTransaction::QueryRows(const Statement& statement,
                                            std::span<const Parameter> parameters,
                                            absl::FunctionRef<absl::Status(const Row&)> each) {
  ASSIGN_OR_RETURN(const pqxx::result result, RunStatement(statement, parameters));
  for (const pqxx::row& row : result) RETURN_IF_ERROR(each(PostgresRow(row)));
  return absl::OkStatus();
}

absl::StatusOr<int64_t> PostgresTransaction::ExecuteRows(const Statement& statement,
                                                         std::span<const Parameter> parameters) {
  ASSIGN_OR_RETURN(const pqxx::result result, RunStatement(statement, parameters));
  return static_cast<int64_t>(result.affected_rows());
}

absl::StatusOr<int64_t> PostgresTransaction::NextId(std::string_view kind) {
  int64_t id = 0;
  RETURN_IF_ERROR(Query(
      kNextId, [&](const Row& row) { id = row.Int(0); }, kind));
  return id;
}

absl::Status PostgresTransaction::RaiseId(std::string_view kind, int64_t id) {
  return Execute(kRaiseId, kind, id + 1).status();
}

absl::Status PostgresTransaction::RunScript(const std::string& sql) {
  RETURN_IF_ERROR(failed_.status);
  try {
    connection_.Run(transaction_, sql);
    return absl::OkStatus();
  } catch (const std::exception&) {
    failed_ = connection_.CurrentError("script");
    return failed_.status;
  }
}

}  // namespace forium::database
