// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "services/search/analytics/store.h"

namespace forium::search {
namespace {

using database::Row;
using database::Statement;

constexpr int64_t kSecondsOfADay = 24 * 60 * 60;

v1::CountedQuery QueryOf(const Row& row) {
  v1::CountedQuery query;
  query.set_query(std::string(row.Text(0)));
  query.set_searches(row.Int(1));
  query.set_clicks(row.Int(2));
  if (row.Int(2) > 0) {
    query.set_mean_position(static_cast<double>(row.Int(3)) / static_cast<double>(row.Int(2)));
  }
  return query;
}

}  // namespace

constexpr Statement kAddSearches{"add_searches", R"(
INSERT INTO queries (day, fingerprint, query, searches, without_results)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (day, fingerprint) DO UPDATE SET
  searches = queries.searches + excluded.searches,
  without_results = queries.without_results + excluded.without_results)"};

absl::Status AnalyticsStore::AddSearches(int64_t day, int64_t fingerprint, std::string_view query,
                                         int64_t searches, int64_t without_results) {
  return tx_.Execute(kAddSearches, day, fingerprint, query, searches, without_results).status();
}

constexpr Statement kAddClicks{"add_clicks", R"(
UPDATE queries SET clicks = clicks + $3, positions = positions + $4
WHERE day = $1 AND fingerprint = $2 AND clicks + $3 <= searches)"};

absl::Status AnalyticsStore::AddClicks(int64_t day, int64_t fingerprint, int64_t clicks,
                                       int64_t positions) {
  return tx_.Execute(kAddClicks, day, fingerprint, clicks, positions).status();
}

constexpr Statement kDeleteOldQueries{"delete_old_queries", "DELETE FROM queries WHERE day < $1"};

absl::Status AnalyticsStore::DeleteBefore(int64_t day) {
  return tx_.Execute(kDeleteOldQueries, day).status();
}

constexpr Statement kListDays{"list_query_days", R"(
SELECT day, CAST(SUM(searches) AS BIGINT), CAST(SUM(without_results) AS BIGINT),
  CAST(SUM(clicks) AS BIGINT)
FROM queries WHERE day >= $1 GROUP BY day ORDER BY day)"};

absl::Status AnalyticsStore::ListDays(int64_t since_day, v1::SearchAnalytics* analytics) {
  return tx_.Query(
      kListDays,
      [&](const Row& row) {
        v1::SearchAnalytics::Day& day = *analytics->add_days();
        day.mutable_day()->set_seconds(row.Int(0) * kSecondsOfADay);
        day.set_searches(row.Int(1));
        day.set_without_results(row.Int(2));
        day.set_clicked(row.Int(3));
        analytics->set_searches(analytics->searches() + row.Int(1));
        analytics->set_without_results(analytics->without_results() + row.Int(2));
        analytics->set_clicked(analytics->clicked() + row.Int(3));
      },
      since_day);
}

// A query that one person had once is nobody's business: it takes two days or three searches.
constexpr Statement kTopQueries{"top_queries", R"(
SELECT query, CAST(SUM(searches) AS BIGINT), CAST(SUM(clicks) AS BIGINT),
  CAST(SUM(positions) AS BIGINT)
FROM queries WHERE day >= $1 AND fingerprint <> 0 GROUP BY query
HAVING COUNT(*) >= 2 OR SUM(searches) >= 3
ORDER BY 2 DESC, 1 LIMIT 50)"};

constexpr Statement kTopWithoutResults{"top_queries_without_results", R"(
SELECT query, CAST(SUM(without_results) AS BIGINT), CAST(SUM(clicks) AS BIGINT),
  CAST(SUM(positions) AS BIGINT)
FROM queries WHERE day >= $1 AND fingerprint <> 0 AND without_results > 0 GROUP BY query
HAVING COUNT(*) >= 2 OR SUM(searches) >= 3
ORDER BY 2 DESC, 1 LIMIT 50)"};

constexpr Statement kTopWithoutClicks{"top_queries_without_clicks", R"(
SELECT query, CAST(SUM(searches) AS BIGINT), CAST(SUM(clicks) AS BIGINT),
  CAST(SUM(positions) AS BIGINT)
FROM queries WHERE day >= $1 AND fingerprint <> 0 GROUP BY query
HAVING (COUNT(*) >= 2 OR SUM(searches) >= 3) AND SUM(clicks) = 0
  AND SUM(searches) > SUM(without_results)
ORDER BY 2 DESC, 1 LIMIT 50)"};

absl::Status AnalyticsStore::ListQueries(
    int64_t since_day, Ranking ranking,
    google::protobuf::RepeatedPtrField<v1::CountedQuery>* queries) {
  const Statement& statement = ranking == Ranking::kSearches         ? kTopQueries
                               : ranking == Ranking::kWithoutResults ? kTopWithoutResults
                                                                     : kTopWithoutClicks;
  return tx_.Query(
      statement, [&](const Row& row) { *queries->Add() = QueryOf(row); }, since_day);
}

}  // namespace forium::search
