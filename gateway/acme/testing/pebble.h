// SPDX-License-Identifier: Apache-2.0
// Pebble, the ACME server for tests, of a test's own: in a temporary folder, on free ports that
// stay the same when it is started again, with a name server that knows every host as 127.0.0.1.
// Not thread-safe.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace forium::gateway {

class Pebble {
 public:
  struct Options {
    int http_port = 0;              // where it looks for HTTP-01
    int tls_port = 0;               // for TLS-ALPN-01
    int nonces_rejected = 20;       // in a hundred
    int authorizations_reused = 0;  // in a hundred
  };

  static bool Installed();
  // Aborts if it does not start.
  explicit Pebble(const Options& options);
  ~Pebble();
  Pebble(const Pebble&) = delete;
  Pebble& operator=(const Pebble&) = delete;

  void Start();  // it knows nobody any more
  void Stop();
  void Pause();  // takes connections, answers nothing
  void Resume();

  std::string directory() const;
  std::string authorities() const { return folder_ + "/authorities.pem"; }
  // How many lines of its log have the text.
  int Count(std::string_view text) const;
  int orders() const;

 private:
  const Options options_;
  std::string folder_;
  int port_ = 0;
  int dns_port_ = 0;
  pid_t pebble_ = 0;
  pid_t dns_ = 0;
};

// That nobody listens on now, for programs that take a number only.
int FreePort();

}  // namespace forium::gateway
