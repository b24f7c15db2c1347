// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/context.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "gateway/tls/certificate_store.h"
#include "gateway/tls/client_hello.h"
#include "gateway/tls/ticket_keys.h"

namespace forium::gateway {
namespace {

// AES-128 first: as safe here as AES-256, and its handshake and records cost less. Clients without
// AES in hardware put ChaCha20 first and get it.
constexpr char kSuites13[] =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr char kCiphers12[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305";
constexpr char kGroups[] = "X25519:P-256";
// Which certificate is shown follows from this order: ECDSA to all who know it.
constexpr char kSignatures[] =
    "ECDSA+SHA256:ed25519:ECDSA+SHA384:ECDSA+SHA512:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"
    "RSA+SHA256:RSA+SHA384:RSA+SHA512";
constexpr unsigned char kSessionContext[] = "forium";

using Pairs = std::vector<std::shared_ptr<KeyPair>>;

HandshakeState& StateOf(const SSL* ssl) {
  return *static_cast<HandshakeState*>(SSL_get_app_data(ssl));
}

std::string_view Extension(SSL* ssl, unsigned int type) {
  const unsigned char* bytes = nullptr;
  size_t length = 0;
  if (SSL_client_hello_get0_ext(ssl, type, &bytes, &length) != 1) return {};
  return {reinterpret_cast<const char*>(bytes), length};
}

int ChooseCertificate(SSL* ssl, int* alert, void*) {
  HandshakeState& state = StateOf(ssl);
  const std::string host = ServerNameOf(Extension(ssl, TLSEXT_TYPE_server_name));
  state.challenge =
      Offers(Extension(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation), kAcmeProtocol);
  CertificateStore& certificates = state.terms.certificates;
  const std::shared_ptr<SSL_CTX> context =
      state.challenge ? certificates.FindChallenge(host) : certificates.Find(host);
  if (context == nullptr) {
    state.no_certificate = true;
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_CLIENT_HELLO_ERROR;
  }
  return SSL_set_SSL_CTX(ssl, context.get()) != nullptr ? SSL_CLIENT_HELLO_SUCCESS
                                                        : SSL_CLIENT_HELLO_ERROR;
}

int ChooseProtocol(SSL* ssl, const unsigned char** chosen, unsigned char* chosen_length,
                   const unsigned char* offered, unsigned int offered_length, void*) {
  const HandshakeState& state = StateOf(ssl);
  static constexpr unsigned char kChallenge[] =
      "\x0a"
      "acme-tls/1";
  const std::string& protocols = state.terms.protocols;
  const unsigned char* ours =
      state.challenge ? kChallenge : reinterpret_cast<const unsigned char*>(protocols.data());
  const size_t length = state.challenge ? sizeof(kChallenge) - 1 : protocols.size();
  unsigned char* out = nullptr;
  if (SSL_select_next_proto(&out, chosen_length, ours, static_cast<unsigned int>(length), offered,
                            offered_length) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // no_application_protocol
  *chosen = out;
  return SSL_TLSEXT_ERR_OK;
}

// 1: done; 2: done, and the client should get a new one; 0: unknown, a full handshake; -1: error.
int SealTicket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
               EVP_MAC_CTX* mac, int seal) {
  static const EVP_CIPHER* const kCipher = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
  TicketKeys& tickets = StateOf(ssl).terms.tickets;
  const absl::Time now = absl::Now();
  std::optional<TicketKeys::Key> key;
  if (seal != 0) {
    key = tickets.Current(now);
    std::memcpy(name, key->name.data(), key->name.size());
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(kCipher)) != 1) return -1;
  } else {
    key = tickets.Find({reinterpret_cast<const char*>(name), key->name.size()}, now);
    if (!key.has_value()) return 0;
  }
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key->mac.data(), key->mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  if (EVP_MAC_CTX_set_params(mac, parameters) != 1 ||
      EVP_CipherInit_ex(cipher, kCipher, nullptr, key->cipher.data(), iv, seal) != 1)
    return -1;
  // Clients of TLS 1.3 use a ticket once.
  if (seal == 0 && SSL_version(ssl) == TLS1_3_VERSION) return 2;
  return seal == 0 && key->name != tickets.Current(now).name ? 2 : 1;
}

int PairsIndex() {
  static const int kIndex =
      CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, nullptr, nullptr, nullptr,
                              [](void*, void* pairs, CRYPTO_EX_DATA*, int, long, void*) {
                                delete static_cast<Pairs*>(pairs);
                              });
  return kIndex;
}

int StapleAnswer(SSL* ssl, void*) {
  const auto* pairs = static_cast<Pairs*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), PairsIndex()));
  const X509* shown = SSL_get_certificate(ssl);
  if (pairs == nullptr) return SSL_TLSEXT_ERR_NOACK;
  for (const std::shared_ptr<KeyPair>& pair : *pairs) {
    if (pair->certificate() != shown) continue;
    const std::shared_ptr<const KeyPair::Staple> staple = pair->staple();
    if (staple == nullptr || staple->until < absl::Now()) return SSL_TLSEXT_ERR_NOACK;
    void* copy = OPENSSL_memdup(staple->response.data(), staple->response.size());
    if (copy == nullptr) return SSL_TLSEXT_ERR_NOACK;
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(staple->response.size()));
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

// OpenSSL tells secrets as lines of text: what it is of, a random number, the secret.
void TakeSecret(const SSL* ssl, const char* line) {
  const std::string_view text(line);
  if (!text.starts_with("SERVER_TRAFFIC_SECRET_")) return;
  const std::string_view digits = text.substr(text.rfind(' ') + 1);
  StateOf(ssl).write_secret =
      absl::HexStringToBytes(absl::string_view(digits.data(), digits.size()));
}

// The name was looked at in ChooseCertificate; this makes OpenSSL acknowledge it.
int AcknowledgeName(SSL*, int*, void*) { return SSL_TLSEXT_ERR_OK; }

bool SetUp(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                   SSL_OP_ENABLE_KTLS);  // TlsTransport is the kernel
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(context, absl::ToInt64Seconds(TicketKeys::kLifetime));
  // One is enough for HTTP/2's one connection, and each costs a twentieth of a handshake.
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_client_hello_cb(context, ChooseCertificate, nullptr);
  SSL_CTX_set_tlsext_servername_callback(context, AcknowledgeName);
  SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, nullptr);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, SealTicket);
  SSL_CTX_set_tlsext_status_cb(context, StapleAnswer);
  SSL_CTX_set_keylog_callback(context, TakeSecret);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_ciphersuites(context, kSuites13) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers12) == 1 &&
         SSL_CTX_set1_groups_list(context, kGroups) == 1 &&
         SSL_CTX_set1_sigalgs_list(context, kSignatures) == 1 &&
         SSL_CTX_set_session_id_context(context, kSessionContext, sizeof(kSessionContext) - 1) == 1;
}

}  // namespace

std::shared_ptr<SSL_CTX> MakeContext(std::vector<std::shared_ptr<KeyPair>> pairs) {
  ERR_clear_error();
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context == nullptr || !SetUp(context.get())) std::abort();  // OpenSSL without these is broken
  for (const std::shared_ptr<KeyPair>& pair : pairs) {
    if (SSL_CTX_use_cert_and_key(context.get(), pair->certificate(), pair->key(), pair->chain(),
                                 1) != 1)
      return nullptr;
  }
  SSL_CTX_set_ex_data(context.get(), PairsIndex(), new Pairs(std::move(pairs)));
  return context;
}

}  // namespace forium::gateway
