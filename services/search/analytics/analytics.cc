// SPDX-License-Identifier: Apache-2.0
#include "services/search/analytics/analytics.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "services/base/fingerprint/fingerprint.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/search/analytics/store.h"

namespace forium::search {
namespace {

constexpr int kDefaultDays = 30;
constexpr int kMaxPosition = 200;

int64_t Today() { return absl::ToUnixSeconds(absl::Now()) / (24 * 60 * 60); }

// Never 0.
int64_t FingerprintOf(std::string_view text) {
  const uint64_t hash = Fingerprint(text);
  return hash == 0 ? 1 : static_cast<int64_t>(hash);
}

std::string IdOf(int64_t day, int64_t fingerprint) {
  return absl::StrFormat("%d-%016x", day, static_cast<uint64_t>(fingerprint));
}

bool ParseId(std::string_view id, int64_t* day, int64_t* fingerprint) {
  const size_t dash = id.find('-');
  uint64_t bits = 0;
  if (dash == std::string_view::npos || id.size() - dash != 17) return false;
  if (!absl::SimpleAtoi(absl::string_view(id.data(), dash), day)) return false;
  if (!absl::SimpleHexAtoi(absl::string_view(id.data() + dash + 1, 16), &bits)) return false;
  *fingerprint = static_cast<int64_t>(bits);
  return bits != 0;
}

}  // namespace

Analytics::Analytics(AnalyticsOptions options, database::Tenants& tenants)
    : options_(options),
      tenants_(tenants),
      flusher_("searches were not counted", options_.write_every, [this] { return Flush(); }) {}

Analytics::~Analytics() { Close(); }

Analytics::Counts& Analytics::CountsOf(std::string_view tenant, int64_t day, int64_t fingerprint,
                                       std::string_view query) {
  auto at = pending_.find(tenant);
  if (at == pending_.end()) at = pending_.emplace(std::string(tenant), Pending()).first;
  Pending& pending = at->second;
  const std::pair<int64_t, int64_t> key{day, fingerprint};
  if (pending.size() >= kMaxPending && !pending.contains(key)) return pending[{day, 0}];
  Counts& counts = pending[key];
  if (counts.query.empty()) counts.query = query;
  return counts;
}

std::string Analytics::Record(std::string_view tenant, std::string_view query, bool found) {
  if (!options_.enabled) return "";
  const std::string text = CountedText(query);
  const int64_t day = Today();
  const int64_t fingerprint = text.empty() ? 0 : FingerprintOf(text);
  absl::MutexLock lock(&mutex_);
  Counts& counts = CountsOf(tenant, day, fingerprint, text);
  ++counts.searches;
  if (!found) ++counts.without_results;
  return fingerprint == 0 ? "" : IdOf(day, fingerprint);
}

void Analytics::RecordClick(std::string_view tenant, std::string_view query_id, int position) {
  int64_t day = 0, fingerprint = 0;
  if (!options_.enabled || !ParseId(query_id, &day, &fingerprint)) return;
  const int64_t today = Today();
  if (day != today && day != today - 1) return;
  absl::MutexLock lock(&mutex_);
  Counts& counts = CountsOf(tenant, day, fingerprint, "");
  ++counts.clicks;
  counts.positions += std::clamp(position, 1, kMaxPosition);
}

absl::StatusOr<v1::SearchAnalytics> Analytics::Get(std::string_view tenant, int days) {
  if (days < 0 || days > options_.keep_days) {
    return status::InvalidField("days", absl::StrCat("From 1 to ", options_.keep_days, " days."));
  }
  RETURN_IF_ERROR(Flush());
  const int64_t since = Today() - (days == 0 ? kDefaultDays : days) + 1;
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.Get(tenant));
  v1::SearchAnalytics analytics;
  RETURN_IF_ERROR(database->Read([&](database::Transaction& tx) -> absl::Status {
    analytics.Clear();
    AnalyticsStore store(tx);
    RETURN_IF_ERROR(store.ListDays(since, &analytics));
    using Ranking = AnalyticsStore::Ranking;
    RETURN_IF_ERROR(store.ListQueries(since, Ranking::kSearches, analytics.mutable_top()));
    RETURN_IF_ERROR(store.ListQueries(since, Ranking::kWithoutResults,
                                      analytics.mutable_top_without_results()));
    return store.ListQueries(since, Ranking::kWithoutClicks,
                             analytics.mutable_top_without_clicks());
  }));
  return analytics;
}

absl::Status Analytics::Flush() {
  std::map<std::string, Pending, std::less<>> pending;
  {
    absl::MutexLock lock(&mutex_);
    pending.swap(pending_);
  }
  absl::Status result;
  for (const auto& [tenant, counted] : pending) result.Update(Write(tenant, counted));
  return result;
}

absl::Status Analytics::Write(const std::string& tenant, const Pending& pending) {
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.Get(tenant));
  return database->Write([&](database::Transaction& tx) -> absl::Status {
    AnalyticsStore store(tx);
    for (const auto& [key, counts] : pending) {
      const auto& [day, fingerprint] = key;
      if (counts.searches > 0) {
        RETURN_IF_ERROR(store.AddSearches(day, fingerprint, counts.query, counts.searches,
                                          counts.without_results));
      }
      if (counts.clicks > 0) {
        RETURN_IF_ERROR(store.AddClicks(day, fingerprint, counts.clicks, counts.positions));
      }
    }
    return store.DeleteBefore(Today() - options_.keep_days);
  });
}

void Analytics::Close() { flusher_.Close(); }

}  // namespace forium::search
