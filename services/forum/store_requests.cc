// SPDX-License-Identifier: Apache-2.0
// Statements on request ids: a create that is sent twice happens once.
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/store.h"

namespace forium::forum {

using database::Row;
using database::Statement;

constexpr Statement kFindRequest{
    "request_find",
    "SELECT fingerprint, result_id FROM requests WHERE user_id = $1 AND request_id = $2"};

absl::StatusOr<std::optional<int64_t>> Store::FindRequest(int64_t user_id,
                                                          std::string_view request_id,
                                                          uint64_t fingerprint) {
  std::optional<int64_t> result;
  bool same = true;
  RETURN_IF_ERROR(tx_.Query(
      kFindRequest,
      [&](const Row& row) {
        same = row.Int(0) == static_cast<int64_t>(fingerprint);
        result = row.Int(1);
      },
      user_id, request_id));
  if (!same) {
    return status::Error(absl::StatusCode::kFailedPrecondition, status::Reason::REQUEST_ID_REUSED,
                         "This request id was used for a different request. Choose a new one.",
                         "request_id");
  }
  return result;
}

constexpr Statement kKeepRequest{"request_insert", R"(
INSERT INTO requests (user_id, request_id, fingerprint, result_id, created_at) VALUES ($1, $2, $3, $4, $5))"};

absl::Status Store::KeepRequest(int64_t user_id, std::string_view request_id, uint64_t fingerprint,
                                int64_t result_id, int64_t now) {
  return tx_
      .Execute(kKeepRequest, user_id, request_id, static_cast<int64_t>(fingerprint), result_id, now)
      .status();
}

constexpr Statement kForgetRequests{"requests_forget",
                                    "DELETE FROM requests WHERE created_at < $1"};

absl::Status Store::ForgetRequests(int64_t before) {
  return tx_.Execute(kForgetRequests, before).status();
}

}  // namespace forium::forum
