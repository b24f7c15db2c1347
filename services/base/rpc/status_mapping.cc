// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/status_mapping.h"

#include <utility>

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
    case StatusCode::kUnimplemented:
      return {type::v1::NOT_FOUND, "This server does not know the call."};
    case StatusCode::kDeadlineExceeded:
      return {type::v1::DEADLINE, "This took too long; try again."};
    default:
      return {type::v1::INTERNAL, {}};
  }
}

// Abseil as packaged has a string_view of its own.
std::string_view View(absl::string_view text) { return {text.data(), text.size()}; }

// The public form of an error that says nothing to the public.
absl::Status Fixed(StatusCode code) {
  const Sentence sentence = SentenceFor(code);
  if (sentence.reason == type::v1::INTERNAL) {
    return status::Error(StatusCode::kInternal, sentence.reason,
                         View(status::Internal({}).message()));
  }
  return status::Error(code, sentence.reason, sentence.text);
}

}  // namespace

SeparatedStatus SeparateCause(const absl::Status& status) {
  if (status.ok()) return {status, {}};
  status::ErrorDetail detail = status::DetailOf(status);
  if (detail.reason() == type::v1::REASON_UNSPECIFIED) {
    return {Fixed(status.code()), std::string(status.message())};
  }
  // Made anew, so that no payload but the detail goes along.
  return {status::Error(status.code(), std::move(detail), View(status.message())),
          status::CauseOf(status)};
}

absl::Status FromWire(StatusCode code, std::string_view message, std::string_view detail) {
  if (code == StatusCode::kOk) return absl::OkStatus();
  status::ErrorDetail parsed;
  if (!detail.empty() && parsed.ParseFromArray(detail.data(), static_cast<int>(detail.size()))) {
    return status::Error(code, std::move(parsed), message);
  }
  return Fixed(code);
}

}  // namespace forium::rpc
