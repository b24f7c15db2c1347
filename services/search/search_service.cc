// SPDX-License-Identifier: Apache-2.0
#include "services/search/search_service.h"

#include <utility>

#include "google/protobuf/empty.pb.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/search/index/damage.h"

namespace forium::search {
namespace {

constexpr std::string_view kForumStream = "forum";
constexpr int kRetryAfterSeconds = 2;

// What a caller is told when the index could not answer: what is damaged is being mended.
absl::Status AfterDamage(Index& index, const absl::Status& error) {
  index.ReportDamage(error);
  if (!IsDamage(error)) return error;
  status::ErrorDetail detail;
  detail.set_reason(type::v1::UNAVAILABLE);
  detail.set_retry_after(kRetryAfterSeconds);
  return status::Error(absl::StatusCode::kUnavailable, std::move(detail),
                       "Search is being mended. Try again in a moment.");
}

}  // namespace

SearchService::SearchService(const Config& config, ServicePlaces places,
                             Indexes::MakeSource make_source, database::Tenants& databases)
    : analytics_({.enabled = config.analytics}, databases) {
  RegisterHits();
  IndexOptions options;
  options.language = LanguageOf(config.language);
  options.instance = places.instance;
  indexes_ = std::make_unique<Indexes>(std::move(options), std::move(places.index_folder),
                                       std::move(make_source), config.close_after);
}

absl::StatusOr<SearchService::Asked> SearchService::As(const rpc::Call& call) {
  Asked asked;
  ASSIGN_OR_RETURN(asked.index, indexes_->Get(call.tenant));
  ASSIGN_OR_RETURN(asked.snapshot, asked.index->Read());
  asked.reader = {.user_id = call.principal.user_id(), .level = call.level()};
  return asked;
}

absl::StatusOr<v1::SearchResponse> SearchService::SearchAndCount(const rpc::Call& call,
                                                                 const v1::SearchRequest& request) {
  ASSIGN_OR_RETURN(const Asked asked, As(call));
  absl::StatusOr<v1::SearchResponse> response = Search(asked.snapshot, asked.reader, request);
  if (!response.ok()) return AfterDamage(*asked.index, response.status());
  if (request.page_token().empty() && response->interpretation().words_size() > 0) {
    response->set_query_id(
        analytics_.Record(call.tenant, request.q(), response->results_size() > 0));
  }
  return response;
}

void SearchService::Register(rpc::Server& server) {
  const auto name = [](std::string_view method) {
    return "forium.search.v1.SearchService." + std::string(method);
  };
  // Those that only read the index: (const Snapshot&, const Reader&, const Request&).
  const auto handle =
      [&]<typename Request, typename Response>(
          std::string_view method,
          absl::StatusOr<Response> (*function)(const Snapshot&, const Reader&, const Request&)) {
        server.Handle<Request, Response>(
            name(method),
            [this, function](const rpc::Call& call,
                             const Request& request) -> absl::StatusOr<Response> {
              ASSIGN_OR_RETURN(const Asked asked, As(call));
              absl::StatusOr<Response> response = function(asked.snapshot, asked.reader, request);
              if (!response.ok()) return AfterDamage(*asked.index, response.status());
              return response;
            });
      };
  handle("Suggest", Suggest);
  handle("ListSimilarTopics", ListSimilarTopics);
  handle("SearchMembers", SearchMembers);

  server.Handle<v1::SearchRequest, v1::SearchResponse>(
      name("Search"), [this](const rpc::Call& call, const v1::SearchRequest& request) {
        return SearchAndCount(call, request);
      });
  server.Handle<v1::RecordClickRequest, google::protobuf::Empty>(
      name("RecordClick"),
      [this](const rpc::Call& call,
             const v1::RecordClickRequest& request) -> absl::StatusOr<google::protobuf::Empty> {
        analytics_.RecordClick(call.tenant, request.query_id(), request.position());
        return google::protobuf::Empty();
      });
  server.Handle<v1::GetIndexRequest, v1::Index>(
      name("GetIndex"),
      [this](const rpc::Call& call, const v1::GetIndexRequest&) -> absl::StatusOr<v1::Index> {
        ASSIGN_OR_RETURN(const std::shared_ptr<Index> index, indexes_->Get(call.tenant));
        return index->Status();
      });
  server.Handle<v1::RebuildIndexRequest, v1::Index>(
      name("RebuildIndex"),
      [this](const rpc::Call& call, const v1::RebuildIndexRequest&) -> absl::StatusOr<v1::Index> {
        ASSIGN_OR_RETURN(const std::shared_ptr<Index> index, indexes_->Get(call.tenant));
        index->Rebuild(v1::Index::ASKED);
        return index->Status();
      });
  server.Handle<v1::GetSearchAnalyticsRequest, v1::SearchAnalytics>(
      name("GetSearchAnalytics"),
      [this](const rpc::Call& call, const v1::GetSearchAnalyticsRequest& request) {
        return analytics_.Get(call.tenant, request.days());
      });
}

absl::Status SearchService::Open(std::string_view tenant) { return indexes_->Get(tenant).status(); }

absl::Status SearchService::Ready(std::string_view tenant) {
  ASSIGN_OR_RETURN(const std::shared_ptr<Index> index, indexes_->Get(tenant));
  return index->Read().status();
}

absl::Status SearchService::HandleEvent(std::string_view stream, const events::v1::Event& event) {
  if (stream == kForumStream) indexes_->Wake(event.tenant());
  return absl::OkStatus();
}

void SearchService::Close() {
  indexes_.reset();
  analytics_.Close();
}

}  // namespace forium::search
