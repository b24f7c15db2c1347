// SPDX-License-Identifier: Apache-2.0
// A private PostgreSQL server for tests: a temporary folder under /tmp, a unix socket in it, no
// sync of the disk. A keeper process stops it and removes the folder when this object or this
// process ends, however it ends.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace forium::database {

class PostgresCluster {
 public:
  // True if the server's programs are on this machine (Debian package postgresql-15).
  static bool Installed();
  // Takes one to two seconds.
  static absl::StatusOr<std::unique_ptr<PostgresCluster>> Start();
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  // Makes a new, empty database and answers its connection string.
  absl::StatusOr<std::string> CreateDatabase();
  // Ends all connections, as a restart of the server would.
  absl::Status CutConnections();
  // Stops all of its processes where they are, and lets them go on. Sockets stay open meanwhile.
  void Pause() { Signal(SIGSTOP); }
  void Resume() { Signal(SIGCONT); }
  // The folder of its socket.
  const std::string& folder() const { return folder_; }

 private:
  PostgresCluster(std::string folder, pid_t keeper, int lifeline)
      : folder_(std::move(folder)), keeper_(keeper), lifeline_(lifeline) {}
  std::string Dsn(const std::string& database) const;
  absl::Status WaitUntilReady();
  absl::Status Run(const std::string& sql);
  // To the server and its children, which have sessions of their own.
  void Signal(int signal) const;

  const std::string folder_;
  const pid_t keeper_;
  const int lifeline_;  // the keeper ends when its other side sees this closed
  int databases_ = 0;
};

}  // namespace forium::database
