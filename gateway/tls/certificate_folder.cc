// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/certificate_folder.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/tls/local_authority.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

constexpr off_t kLargestFile = 1 << 20;

// What tells one content of a file from the next; empty when there is none.
std::string StateOf(const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return "";
  return absl::StrCat(facts.st_ino, " ", facts.st_size, " ", facts.st_mtim.tv_sec, ".",
                      facts.st_mtim.tv_nsec, " ", facts.st_ctim.tv_sec, ".", facts.st_ctim.tv_nsec,
                      ";");
}

absl::StatusOr<std::string> Content(const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) == 0 && facts.st_size > kLargestFile)
    return absl::InvalidArgumentError(absl::StrCat(path, " is too large to be a certificate."));
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (!file || !(content << file.rdbuf()))
    return absl::InvalidArgumentError(absl::StrCat(path, " cannot be read."));
  return std::move(content).str();
}

}  // namespace

absl::StatusOr<std::map<std::string, CertificateFolder::Files>> CertificateFolder::Look() const {
  std::map<std::string, Files> found;
  std::error_code error;
  std::filesystem::directory_iterator entry(path_, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::filesystem::path& path = entry->path();
    const std::string name = path.stem().string();
    if (name == LocalAuthority::kFileName) continue;
    if (path.extension() == ".pem") {
      found[name] = {path.string(), path.string(), StateOf(path.string())};
    } else if (path.extension() == ".crt") {
      const std::string key = std::filesystem::path(path).replace_extension(".key").string();
      const std::string key_state = StateOf(key);
      if (!key_state.empty()) {
        found.try_emplace(name, Files{path.string(), key, StateOf(path.string()) + key_state});
      }
    }
  }
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat("The folder of certificates ", path_, " cannot be read: ", error.message()));
  }
  return found;
}

absl::Status CertificateFolder::Read(const std::string& name, const Files& files) {
  ASSIGN_OR_RETURN(const std::string chain, Content(files.certificate));
  ASSIGN_OR_RETURN(const std::string key, Content(files.key));
  return certificates_.PutFile(name, chain, key);
}

absl::Status CertificateFolder::Scan() {
  ASSIGN_OR_RETURN(const auto found, Look());
  for (auto known = known_.begin(); known != known_.end();) {
    if (found.contains(known->first)) {
      ++known;
      continue;
    }
    certificates_.RemoveFile(known->first);
    observe::Log(observe::Level::kInfo, "certificate taken away", {{"name", known->first}});
    known = known_.erase(known);
  }
  absl::Status first_error;
  bool any = found.empty();
  for (const auto& [name, files] : found) {
    Known& known = known_[name];
    if (known.state != files.state) {
      known.state = files.state;
      const absl::Status read = Read(name, files);
      if (read.ok()) {
        known.shown = true;
        observe::Log(observe::Level::kInfo, "certificate read", {{"name", name}});
      } else {
        observe::Log(observe::Level::kError, "certificate cannot be used",
                     {{"file", files.certificate}, {"cause", std::string(read.message())}});
        if (first_error.ok()) {
          first_error =
              absl::InvalidArgumentError(absl::StrCat(files.certificate, ": ", read.message()));
        }
      }
    }
    any = any || known.shown;
  }
  return any ? absl::OkStatus() : first_error;
}

}  // namespace forium::gateway
