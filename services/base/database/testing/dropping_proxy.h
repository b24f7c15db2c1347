// SPDX-License-Identifier: Apache-2.0
// Stands between a client and a Postgres server, on a unix socket, and can lose a connection at the
// worst moment: when the server has committed and its answer is under way. Thread-safe.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace forium::database {

class DroppingProxy {
 public:
  // `server`: the folder of the server's socket.
  explicit DroppingProxy(std::string server);
  ~DroppingProxy();
  DroppingProxy(const DroppingProxy&) = delete;
  DroppingProxy& operator=(const DroppingProxy&) = delete;

  // What `host=` of a connection string says.
  const std::string& folder() const { return folder_; }
  // The answer to the next COMMIT is lost, with its connection.
  void DropNextAnswer() { armed_ = true; }

 private:
  void Accept();
  void Serve(int client);

  const std::string server_;
  std::string folder_;
  int listener_ = -1;
  std::atomic<bool> armed_ = false;
  std::atomic<bool> stopping_ = false;
  std::vector<std::thread> connections_;  // of the accepting thread, until it has ended
  std::thread accepting_;
};

}  // namespace forium::database
