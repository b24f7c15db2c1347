// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/backup.h"

#include <filesystem>
#include <span>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/allinone/archive.h"
#include "services/base/status/macros.h"

namespace forium::allinone {
namespace {
namespace fs = std::filesystem;

// Runs `body` while no database commits: each writer waits in a write of its own, always in the
// same order.
absl::Status HoldWriters(std::span<const NamedDatabase> databases,
                         absl::FunctionRef<absl::Status()> body) {
  if (databases.empty()) return body();
  return databases.front().database->Write(
      [&](database::Transaction&) { return HoldWriters(databases.subspan(1), body); });
}

bool EmptyOrMissing(const fs::path& path) {
  std::error_code error;
  return !fs::exists(path, error) || (fs::is_directory(path, error) && fs::is_empty(path, error));
}

}  // namespace

absl::Status Backup(Community& community, const std::string& out, Console& console) {
  if (community.on_postgres()) {
    return absl::FailedPreconditionError(
        "This community is on Postgres: back it up with pg_dump, or the server's own backups.");
  }
  if (fs::exists(out))
    return absl::AlreadyExistsError(absl::StrCat(out, " is there already; nothing was done."));
  // Beside the data: a temporary file system is often too small for a community.
  const fs::path folder = fs::path(community.directory().path()) / "backup.partial";
  fs::remove_all(folder);
  fs::create_directories(folder);
  absl::Cleanup remove = [&folder] {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  };
  std::vector<ArchivedFile> files;
  for (const NamedDatabase& entry : community.databases()) {
    files.push_back({entry.name, (folder / entry.name).string()});
    fs::create_directories(fs::path(files.back().path).parent_path());
  }
  const absl::Time held = absl::Now();
  RETURN_IF_ERROR(HoldWriters(community.databases(), [&]() -> absl::Status {
    for (size_t i = 0; i < files.size(); ++i) {
      RETURN_IF_ERROR(community.databases()[i].database->CopyTo(files[i].path));
    }
    return absl::OkStatus();
  }));
  const int64_t held_ms = absl::ToInt64Milliseconds(absl::Now() - held);
  console.Progress("compressing");
  RETURN_IF_ERROR(WriteArchive(out, files));
  std::error_code error;
  console.Print(absl::StrCat("Wrote ", out, ", ", fs::file_size(out, error) / 1024,
                             " kB; writes waited for ", held_ms, " ms."));
  return absl::OkStatus();
}

absl::Status Restore(const std::string& in, const std::string& data, Console& console) {
  if (!EmptyOrMissing(data)) {
    return absl::FailedPreconditionError(
        absl::StrCat(data, " is not empty; restore into a new folder, then move it."));
  }
  const std::string partial =
      absl::StrCat(fs::absolute(data).lexically_normal().string(), ".partial");
  fs::remove_all(partial);
  fs::create_directories(partial);
  absl::Cleanup remove = [&partial] {
    std::error_code ignored;
    fs::remove_all(partial, ignored);
  };
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ReadArchive(in, partial));
  if (!fs::exists(fs::path(partial) / "control.db")) {
    return absl::DataLossError(absl::StrCat(in, " is not a backup of Forium."));
  }
  std::error_code error;
  fs::permissions(partial, fs::perms::owner_all, error);
  fs::remove(data, error);
  fs::rename(partial, data, error);
  if (error)
    return absl::FailedPreconditionError(
        absl::StrCat(data, " cannot be made: ", error.message(), "."));
  console.Print(absl::StrCat("Restored ", names.size(), " databases into ", data, "."));
  return absl::OkStatus();
}

}  // namespace forium::allinone
