// SPDX-License-Identifier: Apache-2.0
#include "services/base/status/status.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status/macros.h"

namespace forium::status {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(StatusTest, ErrorCarriesReasonFieldAndPublicSentence) {
  const absl::Status status = InvalidField("title", "Give the topic a title.");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "Give the topic a title.");
  EXPECT_EQ(ReasonOf(status), type::v1::INVALID_FIELD);
  EXPECT_EQ(DetailOf(status).field(), "title");
}

TEST(StatusTest, DetailKeepsRetryAndMetadata) {
  ErrorDetail detail;
  detail.set_reason(type::v1::EDIT_CONFLICT);
  detail.set_retry_after(7);
  (*detail.mutable_metadata())["current_version"] = "4";
  const absl::Status status =
      Error(absl::StatusCode::kAborted, detail, "Somebody edited it first.");
  EXPECT_EQ(DetailOf(status).retry_after(), 7);
  EXPECT_EQ(DetailOf(status).metadata().at("current_version"), "4");
}

TEST(StatusTest, InternalHidesItsCause) {
  const absl::Status status = Internal("disk I/O error in /srv/secret.db");
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(CauseOf(status), "disk I/O error in /srv/secret.db");
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  EXPECT_THAT(DetailOf(status).ShortDebugString(), Not(HasSubstr("secret")));
  EXPECT_EQ(ReasonOf(status), type::v1::INTERNAL);
}

TEST(StatusTest, WithCauseKeepsReasonAndSentence) {
  const absl::Status status = WithCause(NotFound("It is not there."), "row 7 is missing");
  EXPECT_EQ(ReasonOf(status), type::v1::NOT_FOUND);
  EXPECT_EQ(status.message(), "It is not there.");
  EXPECT_EQ(CauseOf(status), "row 7 is missing");
}

TEST(StatusTest, ForeignStatusHasNoReasonAndNoCause) {
  const absl::Status status = absl::NotFoundError("gone");
  EXPECT_EQ(ReasonOf(status), type::v1::REASON_UNSPECIFIED);
  EXPECT_EQ(CauseOf(status), "");
}

TEST(StatusTest, BrokenDetailCountsAsNone) {
  absl::Status status = NotFound("It is not there.");
  status.SetPayload("forium.type.v1.ErrorDetail", absl::Cord("\xff\xff\xff"));
  EXPECT_EQ(ReasonOf(status), type::v1::REASON_UNSPECIFIED);
}

TEST(StatusTest, HttpStatusFollowsCode) {
  using absl::StatusCode;
  const std::pair<StatusCode, int> table[] = {
      {StatusCode::kInvalidArgument, 400},   {StatusCode::kOutOfRange, 400},
      {StatusCode::kUnauthenticated, 401},   {StatusCode::kPermissionDenied, 403},
      {StatusCode::kNotFound, 404},          {StatusCode::kAlreadyExists, 409},
      {StatusCode::kAborted, 409},           {StatusCode::kFailedPrecondition, 409},
      {StatusCode::kResourceExhausted, 429}, {StatusCode::kInternal, 500},
      {StatusCode::kUnknown, 500},           {StatusCode::kDataLoss, 500},
      {StatusCode::kCancelled, 500},         {StatusCode::kUnimplemented, 501},
      {StatusCode::kUnavailable, 503},       {StatusCode::kDeadlineExceeded, 504},
  };
  for (const auto& [code, http] : table)
    EXPECT_EQ(HttpStatus(absl::Status(code, "x")), http) << static_cast<int>(code);
  EXPECT_EQ(HttpStatus(absl::OkStatus()), 200);
}

TEST(StatusTest, HttpStatusIsRefinedByReason) {
  EXPECT_EQ(
      HttpStatus(Error(absl::StatusCode::kInvalidArgument, type::v1::BODY_TOO_LARGE, "Too large.")),
      413);
  EXPECT_EQ(HttpStatus(Error(absl::StatusCode::kResourceExhausted, type::v1::STORAGE_FULL,
                             "Disk is full.")),
            507);
}

absl::StatusOr<int> Halve(int number) {
  if (number % 2 != 0) return absl::InvalidArgumentError("odd");
  return number / 2;
}

absl::StatusOr<int> Quarter(int number) {
  ASSIGN_OR_RETURN(const int half, Halve(number));
  RETURN_IF_ERROR(Halve(half).status());
  return half / 2;
}

TEST(MacrosTest, ReturnTheFirstError) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).status().message(), "odd");
  EXPECT_EQ(Quarter(3).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace forium::status
