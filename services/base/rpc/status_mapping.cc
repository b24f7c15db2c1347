// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/status_mapping.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status/status.h"

namespace forium::rpc {
namespace {

using absl::StatusCode;
using type::v1::Reason;

struct Sentence {
  Reason reason;
  std::string_view text;
};

// For statuses without a reason of their own.
Sentence SentenceFor(StatusCode code) {
  switch (code) {
    case StatusCode::kInvalidArgument:
    case StatusCode::kOutOfRange:
      return {type::v1::INVALID_FIELD, "The request is not valid; correct it and try again."};
    case StatusCode::kUnauthenticated:
      return {type::v1::SIGN_IN_REQUIRED, "Sign in to do this."};
    case StatusCode::kPermissionDenied:
      return {type::v1::PERMISSION_DENIED, "You may not do this."};
    case StatusCode::kNotFound:
      return {type::v1::NOT_FOUND, "There is nothing here that you can see."};
    case StatusCode::kAlreadyExists:
    case StatusCode::kFailedPrecondition:
    case StatusCode::kAborted:
      return {type::v1::WRONG_STATE, "This cannot be done now; load the page again and retry."};
    case StatusCode::kResourceExhausted:
      return {type::v1::TOO_MANY_REQUESTS, "That is too much at once; try again in a moment."};
    case StatusCode::kCancelled:
    case StatusCode::kUnavailable:
      return {type::v1::UNAVAILABLE, "A part of the site is away; try again in a moment."};
    case StatusCode::kDeadlineExceeded:
      return {type::v1::DEADLINE, "This took too long; try again."};
    default:
      return {type::v1::INTERNAL, {}};
  }
}

absl::Status WithoutCause(StatusCode code, const std::string& cause) {
  const Sentence sentence = SentenceFor(code);
  if (sentence.reason == type::v1::INTERNAL) return status::Internal(cause);
  return status::Error(code, sentence.reason, sentence.text);
}

}  // namespace

WireError ToWire(const absl::Status& status) {
  WireError wire;
  absl::Status shown = status;
  wire.cause = status::CauseOf(status);
  if (status::ReasonOf(status) == type::v1::REASON_UNSPECIFIED) {
    wire.cause = std::string(status.message());
    shown = WithoutCause(status.code(), wire.cause);
  }
  wire.detail = status::DetailOf(shown).SerializeAsString();
  wire.status =
      grpc::Status(static_cast<grpc::StatusCode>(shown.code()), std::string(shown.message()));
  return wire;
}

absl::Status FromWire(const grpc::Status& status, std::string_view detail) {
  if (status.ok()) return absl::OkStatus();
  const auto code = static_cast<StatusCode>(status.error_code());
  status::ErrorDetail parsed;
  if (!detail.empty() && parsed.ParseFromArray(detail.data(), static_cast<int>(detail.size()))) {
    return status::Error(code, std::move(parsed), status.error_message());
  }
  return WithoutCause(
      code, absl::StrCat("gRPC ended the call with code ", static_cast<int>(status.error_code()),
                         ": ", status.error_message()));
}

}  // namespace forium::rpc
