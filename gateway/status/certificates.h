// SPDX-License-Identifier: Apache-2.0
// What the status says of certificates: those that are shown, and those that ACME has yet to get.
// Pure.
#pragma once

#include <boost/json/array.hpp>
#include <vector>

#include "absl/time/time.h"
#include "gateway/acme/automatic_certificates.h"
#include "gateway/tls/certificate_store.h"

namespace forium::gateway {

boost::json::array CertificatesJson(const std::vector<CertificateFacts>& shown,
                                    const std::vector<AutomaticCertificateFacts>& automatic,
                                    absl::Time now);

// RFC 3339 in UTC, whole seconds; null for a time that is not known.
boost::json::value TimeJson(absl::Time time);

}  // namespace forium::gateway
