// SPDX-License-Identifier: Apache-2.0
// A create that is sent twice under one request id happens once. Request ids are the user's own and
// last for a day.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/forum/caller.h"
#include "services/forum/store.h"

namespace forium::forum {

inline constexpr int64_t kRequestsKeptFor = int64_t{24} * 60 * 60 * 1'000'000;  // microseconds

class Request {
 public:
  // `parts`: all that makes the request what it is. An empty id: nothing is remembered.
  Request(std::string_view id, std::initializer_list<std::string_view> parts);

  // What the request made before, if it came before. Errors: REQUEST_ID_REUSED.
  absl::StatusOr<std::optional<int64_t>> FindResult(Store& store, const Caller& caller) const;
  absl::Status KeepResult(Store& store, const Caller& caller, int64_t result_id) const;

 private:
  const std::string id_;
  uint64_t fingerprint_;
};

}  // namespace forium::forum
