// SPDX-License-Identifier: Apache-2.0
// The RPCs of search: unpacks each call, asks the tenant's index or the analytics, and hands back
// what they answer. Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/forium/events/v1/events.pb.h"
#include "services/base/database/tenants.h"
#include "services/base/rpc/server.h"
#include "services/search/analytics/analytics.h"
#include "services/search/config.h"
#include "services/search/index/index.h"
#include "services/search/queries/finder.h"

namespace forium::search {

struct ServicePlaces {
  // Folder of a tenant's index: DATA/<tenant>/search.
  std::function<std::string(std::string_view tenant)> index_folder;
  // Of this process, for the admin page: each has an index of its own.
  std::string instance = {};
};

class SearchService {
 public:
  // `databases` opens those of the analytics with kMigrations (services/search/migrations.h) and
  // outlives this object.
  SearchService(const Config& config, ServicePlaces places, Indexes::MakeSource make_source,
                database::Tenants& databases);

  // Registers every RPC. The server must not outlive this object.
  void Register(rpc::Server& server);
  // Opens the tenant's index, so that it is there when the first one asks.
  absl::Status Open(std::string_view tenant);
  // Whether it answers. Errors: Unavailable while there is no index yet.
  absl::Status Ready(std::string_view tenant);
  // A handler for the bus, of the stream `forum`: whatever it is, the index asks what changed.
  absl::Status HandleEvent(std::string_view stream, const events::v1::Event& event);
  // Closes the indexes and writes what was counted. Called after the server was drained.
  void Close();

 private:
  struct Asked {
    std::shared_ptr<Index> index;
    Snapshot snapshot;
    Reader reader;
  };
  absl::StatusOr<Asked> As(const rpc::Call& call);
  absl::StatusOr<v1::SearchResponse> SearchAndCount(const rpc::Call& call,
                                                    const v1::SearchRequest& request);

  std::unique_ptr<Indexes> indexes_;
  Analytics analytics_;
};

}  // namespace forium::search
