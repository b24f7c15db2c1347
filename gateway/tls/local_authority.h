// SPDX-License-Identifier: Apache-2.0
// A certificate authority of one's own: a key that signs certificates for hosts on a home network
// or in tests, trusted by whoever installs its certificate. Constant once made; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/tls/openssl.h"

namespace forium::gateway {

struct PemPair {
  std::string certificate;
  std::string key;
};

class LocalAuthority {
 public:
  // How its files are called, before `.crt` and `.key`. A folder of certificates may hold them too.
  static constexpr char kFileName[] = "authority";

  // Named for those who look into their list of trusted authorities. Lasts ten years.
  static absl::StatusOr<LocalAuthority> Make(std::string_view name, absl::Time now);
  // One that was made before. An error when the pair is not an authority's.
  static absl::StatusOr<LocalAuthority> Parse(const PemPair& pair);

  enum class Algorithm { kEcdsa, kRsa };
  struct Order {
    std::vector<std::string> hosts = {};  // names, `*.name`, addresses; at least one
    absl::Time from = absl::InfinitePast();
    // Browsers refuse what lasts longer. It ends with the authority at the latest.
    absl::Duration lifetime = absl::Hours(24 * 397);
    Algorithm algorithm = Algorithm::kEcdsa;
    std::string responder = {};  // address for OCSP; empty: none
  };
  absl::StatusOr<PemPair> Issue(const Order& order) const;

  // Whether each is a name or an address.
  static absl::Status CheckHosts(const std::vector<std::string>& hosts);

  absl::StatusOr<PemPair> ToPem() const;
  // By Make, here or elsewhere.
  bool made_here() const;
  const std::string& name() const { return name_; }

 private:
  LocalAuthority(std::string name, X509Ptr certificate, KeyPtr key)
      : name_(std::move(name)), certificate_(std::move(certificate)), key_(std::move(key)) {}

  std::string name_;
  X509Ptr certificate_;
  KeyPtr key_;
};

}  // namespace forium::gateway
