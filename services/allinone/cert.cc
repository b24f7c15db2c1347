// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/cert.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/tls/local_authority.h"
#include "services/base/config/config.h"
#include "services/base/status/macros.h"

namespace forium::allinone {
namespace {

using gateway::LocalAuthority;
using gateway::PemPair;

// The clocks of other devices may be behind.
constexpr absl::Duration kClockSkew = absl::Hours(1);
constexpr mode_t kPublic = 0644;
constexpr mode_t kPrivate = 0600;

absl::Status Failed(const std::string& path) {
  return absl::FailedPreconditionError(
      absl::StrCat(path, " cannot be written: ", std::strerror(errno), "."));
}

// All of it or nothing of it stands there afterwards.
absl::Status WriteFile(const std::string& path, const std::string& content, mode_t mode) {
  const std::string fresh = path + ".new";
  unlink(fresh.c_str());
  const int file = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return Failed(path);
  const bool written =
      write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
      fsync(file) == 0;
  close(file);
  if (!written || rename(fresh.c_str(), path.c_str()) != 0) return Failed(path);
  return absl::OkStatus();
}

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

std::string HostName() {
  char name[256] = "";
  gethostname(name, sizeof(name) - 1);
  return name;
}

// The one that is kept in the folder, made if there is none.
absl::StatusOr<LocalAuthority> KeptAuthority(const std::string& certificate_path,
                                             const std::string& key_path, bool& made) {
  made = !std::filesystem::exists(certificate_path) && !std::filesystem::exists(key_path);
  if (made) {
    ASSIGN_OR_RETURN(
        LocalAuthority authority,
        LocalAuthority::Make(absl::StrCat("Forium local authority on ", HostName()), absl::Now()));
    ASSIGN_OR_RETURN(const PemPair pem, authority.ToPem());
    RETURN_IF_ERROR(WriteFile(key_path, pem.key, kPrivate));
    RETURN_IF_ERROR(WriteFile(certificate_path, pem.certificate, kPublic));
    return authority;
  }
  absl::StatusOr<LocalAuthority> kept =
      LocalAuthority::Parse({Content(certificate_path), Content(key_path)});
  if (!kept.ok() || !kept->made_here()) {
    return absl::FailedPreconditionError(absl::StrCat(
        certificate_path, " and ", key_path,
        " are not an authority that this command made. Name another folder with --out."));
  }
  return kept;
}

// `*.forium.example` and `2001:db8::1` as parts of a path.
std::string FileName(std::string host) {
  std::replace(host.begin(), host.end(), '*', '_');
  std::replace(host.begin(), host.end(), ':', '_');
  return host + ".pem";
}

void Explain(const std::string& folder, const std::string& authority, const std::string& host,
             Console& console) {
  console.Print("");
  console.Print("Devices show no warning once they trust the authority. On each of them, once:");
  console.Print(absl::StrCat("  Debian, Ubuntu  sudo cp ", authority,
                             " /usr/local/share/ca-certificates/forium-authority.crt && sudo "
                             "update-ca-certificates"));
  console.Print(absl::StrCat("  Fedora          sudo trust anchor ", authority));
  console.Print(
      absl::StrCat("  macOS           sudo security add-trusted-cert -d -k "
                   "/Library/Keychains/System.keychain ",
                   authority));
  console.Print(absl::StrCat("  Windows         certutil -addstore Root ", authority));
  console.Print(
      "  Firefox         Settings > Privacy & Security > View Certificates > Authorities > Import");
  console.Print("");
  console.Print("Serve with it:");
  console.Print(absl::StrCat("  forium serve --https-listen 0.0.0.0:443 --certificates ", folder,
                             " --public-url https://", host));
}

}  // namespace

absl::Status CertCommand(int argc, const char* const* argv, Console& console) {
  std::string folder = "certificates";
  config::Settings settings;
  settings.Add("out", &folder, "folder of the authority and the certificates");
  std::vector<std::string> hosts;
  RETURN_IF_ERROR(settings.Parse(argc, argv, &hosts));
  if (settings.done()) return absl::OkStatus();
  if (hosts.empty()) {
    return absl::InvalidArgumentError(
        "Say for which hosts: `forium cert forium.home.arpa 192.168.1.20`.");
  }
  const std::string first = hosts.front();
  for (const char* own : {"localhost", "127.0.0.1", "::1"}) {
    if (std::find(hosts.begin(), hosts.end(), own) == hosts.end()) hosts.emplace_back(own);
  }
  // Before anything is written.
  RETURN_IF_ERROR(LocalAuthority::CheckHosts(hosts));

  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrCat("The folder ", folder, " cannot be made: ", error.message(), "."));
  }
  const std::string base = absl::StrCat(folder, "/", LocalAuthority::kFileName);
  bool made = false;
  ASSIGN_OR_RETURN(const LocalAuthority authority,
                   KeptAuthority(base + ".crt", base + ".key", made));
  ASSIGN_OR_RETURN(const PemPair pem,
                   authority.Issue({.hosts = hosts, .from = absl::Now() - kClockSkew}));
  const std::string path = absl::StrCat(folder, "/", FileName(first));
  RETURN_IF_ERROR(WriteFile(path, pem.certificate + pem.key, kPrivate));

  if (made) {
    console.Print(absl::StrCat(base, ".crt  certificate of a new authority, for your devices"));
    console.Print(absl::StrCat(base, ".key  its key: whoever has it can pretend to be any host"));
  } else {
    console.Print(absl::StrCat(base, ".crt  the authority of before: ", authority.name()));
  }
  console.Print(absl::StrCat(path, "  certificate and key, for 397 days"));
  Explain(folder, base + ".crt", first, console);
  return absl::OkStatus();
}

}  // namespace forium::allinone
