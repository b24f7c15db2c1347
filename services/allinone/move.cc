// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/move.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "services/allinone/data_directory.h"
#include "services/allinone/store_catalogue.h"
#include "services/allinone/store_copy.h"
#include "services/allinone/store_move.h"
#include "services/auth/control_migrations.h"
#include "services/auth/migrations.h"
#include "services/base/config/config.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/migrations.h"
#include "services/search/migrations.h"

namespace forium::allinone {
namespace {
namespace fs = std::filesystem;

using database::Database;

constexpr absl::Duration kShowEvery = absl::Milliseconds(200);
constexpr int kBarWidth = 24;
// Batches and counts of large tables may take long.
constexpr absl::Duration kStatementTimeout = absl::Minutes(10);
// Each row is copied, and read again on both sides.
constexpr int kPasses = 3;

// States of a table.
constexpr std::string_view kBegun = "begun";
constexpr std::string_view kCopied = "copied";

// One end of a move.
struct Side {
  database::Placement placement = {};
  std::string name = {};  // for the person
  std::optional<DataDirectory> directory = {};
  std::unique_ptr<Database> control = {};
  std::vector<std::unique_ptr<database::PostgresLock>> locks = {};

  Engine engine() const { return placement.on_postgres() ? Engine::kPostgres : Engine::kSqlite; }
  absl::Status Lock(std::string_view tenant, std::string_view service) {
    if (engine() == Engine::kSqlite) return absl::OkStatus();
    ASSIGN_OR_RETURN(std::unique_ptr<database::PostgresLock> lock,
                     database::LockDatabase(placement, tenant, service));
    locks.push_back(std::move(lock));
    return absl::OkStatus();
  }
};

bool IsDsn(const std::string& place) {
  return absl::StartsWith(place, "postgres://") || absl::StartsWith(place, "postgresql://") ||
         absl::StrContains(place, "=");
}

absl::StatusOr<Side> SideAt(const std::string& place, const std::string& control_dsn, bool source) {
  Side side;
  side.placement.statement_timeout = kStatementTimeout;
  side.placement.moving = !source;
  if (IsDsn(place)) {
    side.placement.database_dsn = place;
    side.placement.control_dsn = control_dsn;
    side.name = source ? "the source on Postgres" : "the target on Postgres";
    return side;
  }
  side.name = place;
  std::error_code error;
  if (source && !fs::exists(fs::path(place) / "control.db", error)) {
    return absl::FailedPreconditionError(absl::StrCat("There is no community in ", place, "."));
  }
  ASSIGN_OR_RETURN(DataDirectory directory, DataDirectory::Take(place));
  side.placement.data = directory.path();
  side.directory.emplace(std::move(directory));
  return side;
}

// A database that is moved.
struct Part {
  std::string name;  // `default/forum`
  Database* from;
  Database* to;
  std::vector<Table> tables = {};
};

class Mover {
 public:
  Mover(Side from, Side to, Console& console)
      : from_(std::move(from)), to_(std::move(to)), console_(console) {}
  absl::Status Run();

 private:
  absl::Status OpenControls();
  absl::Status OpenParts();
  absl::Status AddTenantPart(const std::string& tenant, const std::string& service,
                             std::span<const database::Migration> migrations);
  absl::Status AddPart(std::string name, Database& from, Database& to);
  // Refuses a target with another community in it; begins the progress otherwise.
  absl::Status ClaimTarget();
  absl::Status RefuseInhabited(const Part& part, std::initializer_list<std::string_view> tables);
  absl::Status CountRows();
  absl::Status Copy(const Part& part, const Table& table);
  absl::Status Verify(const Part& part, const Table& table);
  absl::Status Finish();

  void Did(int64_t rows);

  Side from_;
  Side to_;
  Console& console_;
  std::optional<MoveProgress> progress_;  // when the target is open
  std::vector<std::unique_ptr<Database>> opened_;
  std::vector<Part> parts_;

  std::string_view doing_;
  int64_t rows_ = 0;
  int64_t done_ = 0;  // of rows_ times kPasses
  int tables_ = 0;
  const absl::Time started_ = absl::Now();
  absl::Time shown_ = absl::InfinitePast();
};

absl::Status Mover::Run() {
  RETURN_IF_ERROR(OpenControls());
  RETURN_IF_ERROR(OpenParts());
  RETURN_IF_ERROR(ClaimTarget());
  RETURN_IF_ERROR(CountRows());
  doing_ = "copying";
  for (const Part& part : parts_) {
    for (const Table& table : part.tables) RETURN_IF_ERROR(Copy(part, table));
  }
  doing_ = "comparing";
  for (const Part& part : parts_) {
    for (const Table& table : part.tables) RETURN_IF_ERROR(Verify(part, table));
  }
  return Finish();
}

absl::Status Mover::OpenControls() {
  ASSIGN_OR_RETURN(from_.control, database::OpenControl(from_.placement, auth::kControlMigrations));
  RETURN_IF_ERROR(from_.Lock("", "control"));
  ASSIGN_OR_RETURN(to_.control, database::OpenControl(to_.placement, auth::kControlMigrations));
  progress_.emplace(*to_.control, to_.engine());
  return to_.Lock("", "control");
}

absl::Status Mover::OpenParts() {
  ASSIGN_OR_RETURN(const std::vector<std::string> tenants, TenantsOf(*from_.control));
  if (tenants.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("There is no community in ", from_.name, "."));
  }
  RETURN_IF_ERROR(AddPart("control", *from_.control, *to_.control));
  for (const std::string& tenant : tenants) {
    RETURN_IF_ERROR(AddTenantPart(tenant, "auth", auth::kMigrations));
    RETURN_IF_ERROR(AddTenantPart(tenant, "forum", forum::kMigrations));
    RETURN_IF_ERROR(AddTenantPart(tenant, "search", search::kMigrations));
  }
  return absl::OkStatus();
}

absl::Status Mover::AddTenantPart(const std::string& tenant, const std::string& service,
                                  std::span<const database::Migration> migrations) {
  for (Side* const side : {&from_, &to_}) {
    ASSIGN_OR_RETURN(std::unique_ptr<Database> database,
                     database::OpenTenant(side->placement, tenant, service, migrations));
    RETURN_IF_ERROR(side->Lock(tenant, service));
    opened_.push_back(std::move(database));
  }
  return AddPart(absl::StrCat(tenant, "/", service), **(opened_.end() - 2), *opened_.back());
}

absl::Status Mover::AddPart(std::string name, Database& from, Database& to) {
  Part part{.name = std::move(name), .from = &from, .to = &to};
  ASSIGN_OR_RETURN(part.tables, TablesOf(from, from_.engine()));
  ASSIGN_OR_RETURN(const std::vector<Table> there, TablesOf(to, to_.engine()));
  bool same = part.tables.size() == there.size();
  for (size_t i = 0; same && i < there.size(); ++i) {
    same = part.tables[i].name == there[i].name && part.tables[i].columns == there[i].columns;
  }
  if (!same) return status::Internal(absl::StrCat("the schemas of ", part.name, " differ"));
  parts_.push_back(std::move(part));
  return absl::OkStatus();
}

absl::Status Mover::ClaimTarget() {
  // The key that signs identities is made once for each installation.
  const Part& control = parts_.front();
  std::string identity;
  for (const Table& table : control.tables) {
    ASSIGN_OR_RETURN(const TableSum sum, TableCopy(table).Sum(*control.from, [](int64_t) {}));
    absl::StrAppend(&identity, absl::Hex(sum.first, absl::kZeroPad16));
  }
  ASSIGN_OR_RETURN(const std::string owner, progress_->Identity());
  if (owner == identity) return absl::OkStatus();
  if (!owner.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("In ", to_.name,
                     " is an unfinished move of another community, or the source was used "
                     "since it began; move into an empty place."));
  }
  for (const Part& part : parts_) {
    RETURN_IF_ERROR(RefuseInhabited(part, {"tenants", "signing_keys", "users", "topics", "posts"}));
  }
  return progress_->Begin(identity);
}

absl::Status Mover::RefuseInhabited(const Part& part,
                                    std::initializer_list<std::string_view> tables) {
  for (const Table& table : part.tables) {
    if (std::find(tables.begin(), tables.end(), table.name) == tables.end()) continue;
    ASSIGN_OR_RETURN(const int64_t rows, TableCopy(table).Count(*part.to));
    if (rows == 0) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("There is a community in ", to_.name,
                     " already; nothing was done. Move into an empty "
                     "place."));
  }
  return absl::OkStatus();
}

absl::Status Mover::CountRows() {
  for (const Part& part : parts_) {
    for (const Table& table : part.tables) {
      TableCopy copy(table);
      ASSIGN_OR_RETURN(const int64_t rows, copy.Count(*part.from));
      rows_ += rows;
      ++tables_;
      if (from_.engine() != Engine::kSqlite) continue;
      ASSIGN_OR_RETURN(const int64_t mistyped, copy.CountMistyped(*part.from));
      if (mistyped == 0) continue;
      return absl::FailedPreconditionError(
          absl::StrCat(mistyped, " rows of the table ", table.name, " in ", part.name,
                       " hold values of other types than their columns; they cannot be moved."));
    }
  }
  return absl::OkStatus();
}

absl::Status Mover::Copy(const Part& part, const Table& table) {
  const std::string name = absl::StrCat(part.name, "/", table.name);
  ASSIGN_OR_RETURN(const std::string state, progress_->StateOf(name));
  TableCopy copy(table);
  if (state.empty()) {
    // What migrations put in.
    RETURN_IF_ERROR(copy.Empty(*part.to));
    RETURN_IF_ERROR(progress_->SetState(name, kBegun));
  }
  ASSIGN_OR_RETURN(const int64_t there, copy.Count(*part.to));
  Did(there);
  if (state == kCopied) return absl::OkStatus();
  RETURN_IF_ERROR(copy.Run(*part.from, *part.to, [this](int64_t rows) { Did(rows); }));
  return progress_->SetState(name, kCopied);
}

absl::Status Mover::Verify(const Part& part, const Table& table) {
  const auto did = [this](int64_t rows) { Did(rows); };
  TableCopy copy(table);
  ASSIGN_OR_RETURN(const TableSum source, copy.Sum(*part.from, did));
  ASSIGN_OR_RETURN(const TableSum target, copy.Sum(*part.to, did));
  if (source == target) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("The table ", table.name, " of ", part.name, " has ", source.rows,
                   " rows in the source and ", target.rows,
                   " in the target, or other ones: one of them was changed since the move began. "
                   "Move again into an empty place."));
}

absl::Status Mover::Finish() {
  if (to_.engine() == Engine::kPostgres) {
    // Plans need to know how much there is.
    for (const Part& part : parts_) {
      RETURN_IF_ERROR(Analyse(*part.to));
    }
  }
  RETURN_IF_ERROR(progress_->End());
  console_.Print(absl::StrFormat(
      "Moved %d rows of %d tables in %d databases in %.1f s; counts and checksums agree. The "
      "source is as it was.",
      rows_, tables_, parts_.size(), absl::ToDoubleSeconds(absl::Now() - started_)));
  return absl::OkStatus();
}

void Mover::Did(int64_t rows) {
  done_ += rows;
  const absl::Time now = absl::Now();
  const int64_t all = rows_ * kPasses;
  if (now - shown_ < kShowEvery || all == 0) return;
  shown_ = now;
  const double done = std::min(1.0, static_cast<double>(done_) / static_cast<double>(all));
  const double seconds = absl::ToDoubleSeconds(now - started_);
  const int filled = static_cast<int>(done * kBarWidth);
  console_.Progress(absl::StrFormat("[%s%s] %3.0f %%  %s  %.0f s left", std::string(filled, '#'),
                                    std::string(kBarWidth - filled, '.'), done * 100,
                                    std::string(doing_),
                                    done > 0 ? seconds / done * (1 - done) : 0));
}

}  // namespace

absl::Status Move(const MoveRequest& request, Console& console) {
  ASSIGN_OR_RETURN(Side from, SideAt(request.from, request.control_dsn, true));
  ASSIGN_OR_RETURN(Side to, SideAt(request.to, request.control_dsn, false));
  if (!request.control_dsn.empty() && from.engine() == to.engine()) {
    return absl::InvalidArgumentError(
        "control_dsn is that of the side on Postgres; exactly one must be.");
  }
  return Mover(std::move(from), std::move(to), console).Run();
}

absl::Status MoveCommand(int argc, const char* const* argv, Console& console) {
  MoveRequest request;
  config::Settings settings;
  settings.AddSecret("from", &request.from,
                     "What to move: a data directory, or a connection string of Postgres, with "
                     "{tenant} in it if there are many communities.");
  settings.AddSecret("to", &request.to, "Where to move it, likewise; empty, or a move cut off.");
  settings.AddSecret("control_dsn", &request.control_dsn,
                     "Postgres: the control database, if it is not that of `default`.");
  RETURN_IF_ERROR(settings.Parse(argc, argv));
  if (settings.done()) return absl::OkStatus();
  if (request.from.empty() || request.to.empty()) {
    return absl::InvalidArgumentError(
        "Say what to move and where: forium move --from DSN|DIR --to DSN|DIR");
  }
  observe::SetLevel(observe::Level::kWarning);
  const absl::Status status = Move(request, console);
  // It is the operator who reads this.
  const std::string cause = status::CauseOf(status);
  if (cause.empty()) return status;
  return absl::Status(status.code(), absl::StrCat(status.message(), " (", cause, ")"));
}

}  // namespace forium::allinone
