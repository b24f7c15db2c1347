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
  static absl::StatusOr<DataDirectory> Take(const std::string& path);
  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&&) = delete;
  ~DataDirectory();

  const std::string& path() const { return path_; }
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
