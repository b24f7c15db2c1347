// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace forium::allinone {
namespace fs = std::filesystem;

namespace {

bool SameFile(int descriptor, const std::string& path) {
  struct stat open_file;
  struct stat named;
  return fstat(descriptor, &open_file) == 0 && stat(path.c_str(), &named) == 0 &&
         open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

}  // namespace

absl::StatusOr<DataDirectory> DataDirectory::Take(const std::string& path, int lock) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrCat("The data directory ", path, " cannot be made: ", error.message(), "."));
  }
  fs::permissions(path, fs::perms::owner_all, fs::perm_options::replace, error);
  const std::string absolute = fs::canonical(path, error).string();
  if (error) return absl::FailedPreconditionError(absl::StrCat(path, ": ", error.message()));

  const std::string lock_path = absl::StrCat(absolute, "/lock");
  if (lock >= 0 && !SameFile(lock, lock_path)) close(std::exchange(lock, -1));
  if (lock < 0) lock = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "The data directory ", absolute, " cannot be written: ", strerror(errno), "."));
  }
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return absl::UnavailableError(absl::StrCat("The data directory ", absolute,
                                               " is in use by another Forium; stop it first."));
  }
  return DataDirectory(absolute, lock);
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) close(lock_);
}

int DataDirectory::ShareLock() const { return fcntl(lock_, F_DUPFD_CLOEXEC, 0); }

absl::Status DataDirectory::Check(bool on_postgres) const {
  const fs::path mark = fs::path(path_) / "on-postgres";
  std::error_code error;
  if (on_postgres) {
    std::ofstream(mark) << "The databases of this community are on a Postgres server.\n";
  } else if (fs::exists(mark, error) && !fs::exists(fs::path(path_) / "control.db", error)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "The community of ", path_, " is on Postgres: give database_dsn as it was given before."));
  }
  return absl::OkStatus();
}

std::string DataDirectory::ControlSocket(const std::string& path) {
  return absl::StrCat(path, "/control.sock");
}

}  // namespace forium::allinone
