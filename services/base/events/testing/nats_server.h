// SPDX-License-Identifier: Apache-2.0
// A NATS server with JetStream of a test's own: in a temporary folder, on a free port that stays
// the same when it is started again. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <string>

namespace forium::events {

class NatsServer {
 public:
  static bool Installed();
  // `config`: lines for its configuration file. Aborts if it does not start.
  explicit NatsServer(std::string config = "");
  ~NatsServer();
  NatsServer(const NatsServer&) = delete;
  NatsServer& operator=(const NatsServer&) = delete;

  void Start();
  void Stop();    // SIGTERM
  void Kill();    // kill -9
  void Pause();   // stands still
  void Resume();  // and goes on
  // Deletes all that it kept. It must not run.
  void Wipe();

  std::string url() const;
  int port() const { return port_; }
  const std::string& folder() const { return folder_; }

 private:
  void Signal(int signal) const;
  void Await();

  const std::string config_;
  std::string folder_;
  int port_ = 0;
  pid_t process_ = 0;
};

}  // namespace forium::events
