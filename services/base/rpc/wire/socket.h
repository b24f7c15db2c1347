// SPDX-License-Identifier: Apache-2.0
// A connected stream of bytes that never blocks, over TLS or not. One thread at a time.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace forium::rpc {

// Small messages go at once, and what the other end does not acknowledge in time ends the
// connection, as far as it is one of TCP.
void PrepareForCalls(int descriptor);

class Socket {
 public:
  // Takes the descriptor, which does not block, and shakes hands with the first bytes if there is
  // `ssl`, made by TlsFiles.
  explicit Socket(int descriptor, SSL* ssl = nullptr);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // How many bytes went; 0: none can at the moment; below 0: never again, see error().
  ssize_t Read(char* into, size_t most);
  ssize_t Write(std::string_view bytes);
  // Of the last Read or Write that gave 0: it waits to write, not to read.
  bool wants_write() const { return wants_write_; }

  // Whether bytes that came may lie here, unseen by the poller, after a Read that filled less than
  // it could.
  bool keeps() const { return ssl_ != nullptr; }

  int descriptor() const { return descriptor_; }
  // For the log. Empty: the other end closed.
  const std::string& error() const { return error_; }

 private:
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  ssize_t Ended(ssize_t result);
  ssize_t TlsEnded(int result);

  const int descriptor_;
  const std::unique_ptr<SSL, FreeSsl> ssl_;
  bool wants_write_ = false;
  std::string error_;
};

}  // namespace forium::rpc
