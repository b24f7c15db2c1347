// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/wire/tls_files.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"

namespace forium::rpc {
namespace {

constexpr absl::Duration kLookEvery = absl::Seconds(1);

// As ALPN writes it.
constexpr unsigned char kHttp2[] = "\x02h2";

int ChooseHttp2(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* size,
                const unsigned char* offered, unsigned int offered_size, void* /*context*/) {
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, size, kHttp2, sizeof(kHttp2) - 1, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = selected;
  return SSL_TLSEXT_ERR_OK;
}

absl::Status CannotRead(const std::string& file) {
  char cause[256] = "";
  ERR_error_string_n(ERR_get_error(), cause, sizeof(cause));
  return absl::FailedPreconditionError(absl::StrCat("cannot use ", file, ": ", cause));
}

bool IsIpAddress(const std::string& name) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, name.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

}  // namespace

absl::StatusOr<SSL*> TlsFiles::ForServer() {
  ASSIGN_OR_RETURN(SSL* const ssl, NewSsl());
  SSL_set_accept_state(ssl);
  SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return ssl;
}

absl::StatusOr<SSL*> TlsFiles::ForClient(const std::string& name) {
  ASSIGN_OR_RETURN(SSL* const ssl, NewSsl());
  SSL_set_connect_state(ssl);
  SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
  SSL_set_alpn_protos(ssl, kHttp2, sizeof(kHttp2) - 1);
  if (IsIpAddress(name)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str());
  } else {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl, name.c_str());
    SSL_set_tlsext_host_name(ssl, name.c_str());
  }
  return ssl;
}

absl::StatusOr<SSL*> TlsFiles::NewSsl() {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(Refresh());
  SSL* const ssl = SSL_new(context_.get());
  if (ssl == nullptr) return absl::ResourceExhaustedError("no memory for TLS");
  return ssl;
}

absl::Status TlsFiles::Refresh() {
  const absl::Time now = absl::Now();
  if (context_ != nullptr && now - looked_ < kLookEvery) return absl::OkStatus();
  looked_ = now;
  std::string stamp = Stamp();
  if (context_ != nullptr && stamp == stamp_) return absl::OkStatus();
  absl::StatusOr<Context> context = Load();
  if (!context.ok() && context_ == nullptr) return std::move(context).status();
  if (!context.ok()) {
    observe::Log(observe::Level::kWarning, "certificates kept, the new files cannot be used",
                 {{"cause", std::string(context.status().message())}});
    return absl::OkStatus();
  }
  context_ = *std::move(context);
  stamp_ = std::move(stamp);
  return absl::OkStatus();
}

absl::StatusOr<TlsFiles::Context> TlsFiles::Load() const {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_method()));
  if (context == nullptr) return absl::ResourceExhaustedError("no memory for TLS");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_alpn_select_cb(context.get(), ChooseHttp2, nullptr);
  // Each connection shows its certificates; a session kept would outlive a change of them.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_num_tickets(context.get(), 0);
  if (SSL_CTX_use_certificate_chain_file(context.get(), security_.certificate.c_str()) != 1) {
    return CannotRead(security_.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), security_.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return CannotRead(security_.key);
  }
  if (SSL_CTX_load_verify_file(context.get(), security_.authorities.c_str()) != 1) {
    return CannotRead(security_.authorities);
  }
  return context;
}

std::string TlsFiles::Stamp() const {
  std::string stamp;
  for (const std::string* file : {&security_.certificate, &security_.key, &security_.authorities}) {
    struct stat status = {};
    if (stat(file->c_str(), &status) != 0) continue;
    absl::StrAppend(&stamp, status.st_ino, "/", status.st_size, "/", status.st_mtim.tv_sec, ".",
                    status.st_mtim.tv_nsec, " ");
  }
  return stamp;
}

}  // namespace forium::rpc
