// SPDX-License-Identifier: Apache-2.0
#include "services/base/status/status.h"

#include <utility>

#include "absl/strings/cord.h"

namespace forium::status {
namespace {

constexpr std::string_view kDetailUrl = "forium.type.v1.ErrorDetail";
// Stays inside the process: nothing that leaves it copies this payload.
constexpr std::string_view kCauseUrl = "forium.private.cause";
constexpr std::string_view kInternalMessage =
    "Something went wrong on our side. Try again; if it happens again, tell an administrator the "
    "request id.";

// Debian builds absl with its own string_view, which does not convert from the standard one.
absl::string_view View(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

}  // namespace

absl::Status Error(absl::StatusCode code, Reason reason, std::string_view message,
                   std::string_view field) {
  ErrorDetail detail;
  detail.set_reason(reason);
  detail.set_field(std::string(field));
  return Error(code, std::move(detail), message);
}

absl::Status Error(absl::StatusCode code, ErrorDetail detail, std::string_view message) {
  absl::Status status(code, View(message));
  status.SetPayload(View(kDetailUrl), absl::Cord(detail.SerializeAsString()));
  return status;
}

absl::Status InvalidField(std::string_view field, std::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, type::v1::INVALID_FIELD, message, field);
}

absl::Status NotFound(std::string_view message) {
  return Error(absl::StatusCode::kNotFound, type::v1::NOT_FOUND, message);
}

absl::Status PermissionDenied(std::string_view message) {
  return Error(absl::StatusCode::kPermissionDenied, type::v1::PERMISSION_DENIED, message);
}

absl::Status Internal(std::string_view cause) {
  return WithCause(Error(absl::StatusCode::kInternal, type::v1::INTERNAL, kInternalMessage), cause);
}

absl::Status WithCause(absl::Status status, std::string_view cause) {
  status.SetPayload(View(kCauseUrl), absl::Cord(View(cause)));
  return status;
}

ErrorDetail DetailOf(const absl::Status& status) {
  ErrorDetail detail;
  const auto payload = status.GetPayload(View(kDetailUrl));
  // A payload that does not parse is treated as none: the code alone still says what to do.
  if (payload.has_value() && !detail.ParseFromString(std::string(*payload))) detail.Clear();
  return detail;
}

Reason ReasonOf(const absl::Status& status) { return DetailOf(status).reason(); }

std::string CauseOf(const absl::Status& status) {
  const auto payload = status.GetPayload(View(kCauseUrl));
  return payload.has_value() ? std::string(*payload) : std::string();
}

int HttpStatus(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return ReasonOf(status) == type::v1::BODY_TOO_LARGE ? 413 : 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kFailedPrecondition:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return ReasonOf(status) == type::v1::STORAGE_FULL ? 507 : 429;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    default:
      return 500;
  }
}

}  // namespace forium::status
