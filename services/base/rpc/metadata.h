// SPDX-License-Identifier: Apache-2.0
// What travels beside the messages of a call.
#pragma once

#include <string>
#include <string_view>

namespace forium::rpc {

inline constexpr char kPrincipalKey[] = "forium-principal-bin";
inline constexpr char kTenantKey[] = "forium-tenant";
inline constexpr char kRequestIdKey[] = "forium-request-id";
inline constexpr char kPeerKey[] = "forium-peer";
inline constexpr char kUserAgentKey[] = "forium-user-agent";
inline constexpr char kTraceparentKey[] = "traceparent";  // W3C Trace Context
// In the trailer of the answer.
inline constexpr char kErrorKey[] = "forium-error-bin";
inline constexpr char kSqlStatementsKey[] = "forium-sql-statements";
// There when the server leaves and did not begin with the call.
inline constexpr char kRefusedKey[] = "forium-refused";

// The part of a text that may stand in a header: visible ASCII and spaces, at most 512 characters.
// Clients of the outside choose some of these texts, and gRPC ends the process on other bytes.
std::string HeaderText(std::string_view text);

}  // namespace forium::rpc
