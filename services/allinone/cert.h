// SPDX-License-Identifier: Apache-2.0
// `forium cert [--out DIR] HOST…`: a certificate for HTTPS at home or while developing, signed by a
// local authority that is made the first time and kept in DIR.
#pragma once

#include "absl/status/status.h"
#include "services/allinone/console.h"

namespace forium::allinone {

// Of the words from the verb `cert` on.
absl::Status CertCommand(int argc, const char* const* argv, Console& console);

}  // namespace forium::allinone
