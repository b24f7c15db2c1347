// SPDX-License-Identifier: Apache-2.0
// The folder of a community: its databases, or, on Postgres, only how commands reach its process.
// One process owns it at a time, by a lock file that the kernel frees when the process ends,
// however it ends. Not thread-safe; held by main.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace forium::allinone {

class DataDirectory {
 public:
  // Makes the folder if it is missing and takes it. Errors: Unavailable when another process has
  // it, FailedPrecondition when it cannot be written.
  // `lock`: the lock of this folder that a former version of the program left to this one, or -1;
  // it is owned from here on.
  static absl::StatusOr<DataDirectory> Take(const std::string& path, int lock = -1);
  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&&) = delete;
  ~DataDirectory();

  const std::string& path() const { return path_; }
  // The lock again, which stays held for as long as one of both is open; for the next version.
  int ShareLock() const;
  // Errors: FailedPrecondition when the community of this folder was on Postgres and would begin
  // anew on SQLite.
  absl::Status Check(bool on_postgres) const;
  // Where commands reach the owner, see control_socket.h.
  static std::string ControlSocket(const std::string& path);

 private:
  DataDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_;
};

}  // namespace forium::allinone
