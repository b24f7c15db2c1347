// SPDX-License-Identifier: Apache-2.0
// Mutual TLS from PEM files, which are read again when they change. Thread-safe.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/rpc/wire/security.h"

namespace forium::rpc {

class TlsFiles {
 public:
  explicit TlsFiles(Security security) : security_(std::move(security)) {}

  // For a new connection, by the files of now; if those cannot be read (one may be written at this
  // moment), by the last that could. The caller owns it. Errors: FailedPrecondition, with the file.
  absl::StatusOr<SSL*> ForServer();
  // The other end has to have a certificate for `name`, a host or an IP address.
  absl::StatusOr<SSL*> ForClient(const std::string& name);

 private:
  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  using Context = std::unique_ptr<SSL_CTX, FreeContext>;

  absl::StatusOr<SSL*> NewSsl();
  absl::Status Refresh() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Context> Load() const;
  std::string Stamp() const;

  const Security security_;
  absl::Mutex mutex_;
  Context context_ ABSL_GUARDED_BY(mutex_);
  std::string stamp_ ABSL_GUARDED_BY(mutex_);
  absl::Time looked_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace forium::rpc
