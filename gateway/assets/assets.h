// SPDX-License-Identifier: Apache-2.0
// The files that lie in the binary: the web application, the API's description and its page, each
// compressed when the binary was made. Read-only, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/message.h"

namespace forium::gateway {

// Answers with the file of a path, exactly: nothing is joined or decoded. Hashed files are kept for
// a year, others are asked for again (ETag). nullopt: there is no such file.
std::optional<Response> AssetResponse(std::string_view path, const Request& request);

// The bytes of a file; empty when there is none.
std::string_view AssetBytes(std::string_view path);

// The SSR bundle; empty when the binary was made without the web application.
std::string_view SsrBundle();
// CSP sources of the inline scripts of its pages: `'sha256-…'`.
std::vector<std::string> SsrScriptHashes();

}  // namespace forium::gateway
