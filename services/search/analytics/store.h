// SPDX-License-Identifier: Apache-2.0
// Everything that the analytics ask of their database; one object serves one transaction. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/repeated_field.h"
#include "proto/forium/search/v1/administration.pb.h"
#include "services/base/database/database.h"

namespace forium::search {

class AnalyticsStore {
 public:
  explicit AnalyticsStore(database::Transaction& tx) : tx_(tx) {}

  absl::Status AddSearches(int64_t day, int64_t fingerprint, std::string_view query,
                           int64_t searches, int64_t without_results);
  // Never more clicks than searches; nothing where nobody searched.
  absl::Status AddClicks(int64_t day, int64_t fingerprint, int64_t clicks, int64_t positions);
  absl::Status DeleteBefore(int64_t day);

  absl::Status ListDays(int64_t since_day, v1::SearchAnalytics* analytics);
  enum class Ranking { kSearches, kWithoutResults, kWithoutClicks };
  absl::Status ListQueries(int64_t since_day, Ranking ranking,
                           google::protobuf::RepeatedPtrField<v1::CountedQuery>* queries);

 private:
  database::Transaction& tx_;
};

}  // namespace forium::search
