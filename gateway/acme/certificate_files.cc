// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/certificate_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/acme/host_names.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace json = boost::json;

constexpr char kAccountKey[] = "account.key";
constexpr size_t kMaxFile = 512 << 10;
constexpr int kMaxFailures = 1000;

absl::Status Failed(const std::string& path, std::string_view what, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return status::Error(
      full ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kFailedPrecondition,
      full ? type::v1::STORAGE_FULL : type::v1::WRONG_STATE,
      absl::StrCat("acme_data: ", path, " cannot be ", std::string(what), ": ",
                   std::strerror(error), "."));
}

std::optional<std::string> Contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string bytes(kMaxFile + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(in.gcount()));
  if (bytes.size() > kMaxFile) return std::nullopt;
  return bytes;
}

std::optional<KeptCertificate> ParseCertificate(const std::string& host, const std::string& pem) {
  const absl::StatusOr<SigningKey> key = SigningKey::FromPem(pem);
  if (!key.ok()) return std::nullopt;
  absl::StatusOr<CertificateChain> chain = CheckChain(pem, host, *key);
  if (!chain.ok()) return std::nullopt;
  return KeptCertificate{.chain = *std::move(chain), .key_pem = key->Pem()};
}

std::optional<KeptAttempts> ParseAttempts(const std::string& text) {
  json::error_code error;
  const json::value value = json::parse(text, error);
  const json::object* object = error ? nullptr : value.if_object();
  if (object == nullptr) return std::nullopt;
  const auto number = [&](const char* name) -> int64_t {
    const json::value* field = object->if_contains(name);
    return field == nullptr || !field->is_int64() ? 0 : field->get_int64();
  };
  const auto words = [&](const char* name) -> std::string {
    const json::value* field = object->if_contains(name);
    return field == nullptr || !field->is_string() ? "" : std::string(field->get_string());
  };
  const auto kind = ChallengeKindOf(words("challenge"));
  if (!kind.has_value()) return std::nullopt;
  return KeptAttempts{
      .failures = static_cast<int>(std::clamp<int64_t>(number("failures"), 0, kMaxFailures)),
      .next = absl::FromUnixSeconds(number("next")),
      .last_error = words("last_error"),
      .kind = *kind,
      .directory = words("directory")};
}

}  // namespace

absl::StatusOr<CertificateFiles> CertificateFiles::Open(std::string folder) {
  if (folder.empty()) {
    return status::Error(absl::StatusCode::kFailedPrecondition, type::v1::WRONG_STATE,
                         "acme needs acme_data, a folder for the account's key and certificates.");
  }
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Failed(folder, "made", error.value());
  if (chmod(folder.c_str(), 0700) != 0) return Failed(folder, "kept private", errno);
  return CertificateFiles(std::move(folder));
}

absl::StatusOr<SigningKey> CertificateFiles::AccountKey() const {
  const std::string path = absl::StrCat(folder_, "/", kAccountKey);
  if (std::filesystem::exists(path)) {
    const std::optional<std::string> pem = Contents(path);
    const absl::StatusOr<SigningKey> key = SigningKey::FromPem(pem.value_or(""));
    if (key.ok()) return key;
    return status::Error(
        absl::StatusCode::kFailedPrecondition, type::v1::WRONG_STATE,
        absl::StrCat("acme_data: ", path,
                     " is no readable P-256 key; restore it, or remove it for a new account."));
  }
  ASSIGN_OR_RETURN(const SigningKey key, SigningKey::Generate());
  RETURN_IF_ERROR(Write(kAccountKey, key.Pem()));
  return key;
}

std::map<std::string, KeptHost> CertificateFiles::Hosts() const {
  std::map<std::string, KeptHost> hosts;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    const std::string ending = entry.path().extension();
    const std::string host = entry.path().stem();
    if ((ending != ".pem" && ending != ".json") || CertifiableHost(host) != host) continue;
    const std::string text = Contents(entry.path()).value_or("");
    bool good = false;
    if (ending == ".pem") {
      KeptHost& kept = hosts[host];
      kept.certificate = ParseCertificate(host, text);
      good = kept.certificate.has_value();
    } else {
      KeptHost& kept = hosts[host];
      kept.attempts = ParseAttempts(text);
      good = kept.attempts.has_value();
    }
    if (!good) {
      observe::Log(observe::Level::kWarning, "file of a certificate is damaged",
                   {{"file", entry.path().string()}});
    }
  }
  return hosts;
}

absl::Status CertificateFiles::Save(const std::string& host,
                                    const KeptCertificate& certificate) const {
  return Write(absl::StrCat(host, ".pem"),
               absl::StrCat(certificate.key_pem, certificate.chain.pem));
}

absl::Status CertificateFiles::Save(const std::string& host, const KeptAttempts& attempts) const {
  const auto kind = NameOf(attempts.kind);
  const json::object object{{"failures", attempts.failures},
                            {"next", absl::ToUnixSeconds(attempts.next)},
                            {"last_error", json::string(attempts.last_error)},
                            {"challenge", json::string(kind.data(), kind.size())},
                            {"directory", json::string(attempts.directory)}};
  return Write(absl::StrCat(host, ".json"), json::serialize(object));
}

void CertificateFiles::Forget(const std::string& host) const {
  std::error_code ignored;
  for (const char* ending : {".pem", ".json"}) {
    std::filesystem::remove(absl::StrCat(folder_, "/", host, ending), ignored);
  }
}

absl::Status CertificateFiles::Write(const std::string& name, std::string_view bytes) const {
  const std::string path = absl::StrCat(folder_, "/", name);
  const std::string fresh = absl::StrCat(path, ".new");
  const int file = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return Failed(path, "written", errno);
  bool written = fchmod(file, 0600) == 0;
  while (written && !bytes.empty()) {
    const ssize_t size = write(file, bytes.data(), bytes.size());
    if (size > 0) {
      bytes.remove_prefix(static_cast<size_t>(size));
    } else if (size == 0 || errno != EINTR) {
      written = false;
    }
  }
  written = written && fsync(file) == 0;
  const int error = errno;
  close(file);
  if (!written || rename(fresh.c_str(), path.c_str()) != 0) {
    const int cause = written ? errno : error;
    unlink(fresh.c_str());
    return Failed(path, "written", cause);
  }
  // The name, too, survives a loss of power.
  if (const int folder = open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
    fsync(folder);
    close(folder);
  }
  return absl::OkStatus();
}

}  // namespace forium::gateway
