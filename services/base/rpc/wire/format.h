// SPDX-License-Identifier: Apache-2.0
// How gRPC writes calls into HTTP/2: messages with a prefix, texts in header fields. After gRPC's
// "gRPC over HTTP/2" (PROTOCOL-HTTP2.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/message_lite.h"

namespace forium::rpc {

// Names are in lower case; values of names that end in `-bin` are bytes, as they are.
using Fields = std::vector<std::pair<std::string, std::string>>;

// The value of the first field of that name; empty: none.
std::string_view Find(const Fields& fields, std::string_view name);

// A byte that says whether it is compressed, the length in four bytes, the message.
constexpr size_t kPrefixBytes = 5;
std::string Framed(const google::protobuf::MessageLite& message);
struct Prefix {
  bool compressed = false;
  uint32_t length = 0;
};
// `bytes`: at least kPrefixBytes.
Prefix ReadPrefix(std::string_view bytes);

// What is left until a deadline, for `grpc-timeout`: eight digits and a unit at most.
std::string TimeoutText(absl::Duration left);
std::optional<absl::Duration> ParseTimeout(std::string_view text);

// `grpc-message`: what is not visible ASCII, and the percent sign, as %XX.
std::string PercentEncoded(std::string_view text);
std::string PercentDecoded(std::string_view text);

bool IsBinary(std::string_view name);
// Of `-bin` fields: Base64 without padding. Reads with padding too; nothing: it is none.
std::string BinaryText(std::string_view bytes);
std::optional<std::string> ParseBinary(std::string_view text);

}  // namespace forium::rpc
