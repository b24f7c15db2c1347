// SPDX-License-Identifier: Apache-2.0
// Names of what travels beside the messages of a call.
#pragma once

namespace forium::rpc {

inline constexpr char kPrincipalKey[] = "forium-principal-bin";
inline constexpr char kTenantKey[] = "forium-tenant";
inline constexpr char kRequestIdKey[] = "forium-request-id";
inline constexpr char kPeerKey[] = "forium-peer";
inline constexpr char kUserAgentKey[] = "forium-user-agent";
// In the trailer of the answer.
inline constexpr char kErrorKey[] = "forium-error-bin";
inline constexpr char kSqlStatementsKey[] = "forium-sql-statements";

}  // namespace forium::rpc
