// SPDX-License-Identifier: Apache-2.0
// The folder that holds a community's databases. One process owns it at a time, by a lock file that
// the kernel frees when the process ends, however it ends. Not thread-safe; held by main.
#pragma once

#include <string>
#include <string_view>

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
  // `DATA/control.db`
  std::string ControlDatabase() const;
  // `DATA/<tenant>/<service>.db`; makes the tenant's folder.
  absl::StatusOr<std::string> TenantDatabase(std::string_view tenant,
                                             std::string_view service) const;
  // Where commands reach the owner, see control_socket.h.
  static std::string ControlSocket(const std::string& path);

 private:
  DataDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_;
};

}  // namespace forium::allinone
