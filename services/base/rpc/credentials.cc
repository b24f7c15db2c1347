// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/credentials.h"

#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace forium::rpc {
namespace {

namespace tls = grpc::experimental;

constexpr unsigned kLookEverySeconds = 1;

std::shared_ptr<tls::CertificateProviderInterface> Files(const Security& security) {
  return std::make_shared<tls::FileWatcherCertificateProvider>(
      security.key, security.certificate, security.authorities, kLookEverySeconds);
}

}  // namespace

std::shared_ptr<grpc::ChannelCredentials> ClientCredentials(const Security& security) {
  if (!security.enabled()) return grpc::InsecureChannelCredentials();
  tls::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(Files(security));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  return tls::TlsCredentials(options);
}

std::shared_ptr<grpc::ServerCredentials> ServerCredentials(const Security& security) {
  if (!security.enabled()) return grpc::InsecureServerCredentials();
  tls::TlsServerCredentialsOptions options(Files(security));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return tls::TlsServerCredentials(options);
}

}  // namespace forium::rpc
