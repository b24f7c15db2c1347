// SPDX-License-Identifier: Apache-2.0
// A folder of certificates that a person, or a program like certbot, keeps: NAME.pem with chain and
// key in one, or NAME.crt and NAME.key. Files that change are read again; one that is broken is
// logged, and what it said before goes on being shown. Used by one thread.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "gateway/tls/certificate_store.h"

namespace forium::gateway {

class CertificateFolder {
 public:
  CertificateFolder(std::string path, CertificateStore& certificates)
      : path_(std::move(path)), certificates_(certificates) {}

  // Takes over what changed since the last time. An error when the folder cannot be read, or when
  // there are files in it and not one is usable.
  absl::Status Scan();

 private:
  struct Files {
    std::string certificate;  // path; the key's as well for NAME.pem
    std::string key;
    std::string state;  // differs when one of them was changed
  };
  absl::StatusOr<std::map<std::string, Files>> Look() const;
  absl::Status Read(const std::string& name, const Files& files);

  const std::string path_;
  CertificateStore& certificates_;
  struct Known {
    std::string state;
    bool shown = false;
  };
  std::map<std::string, Known> known_;
};

}  // namespace forium::gateway
