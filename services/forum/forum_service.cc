// SPDX-License-Identifier: Apache-2.0
#include "services/forum/forum_service.h"

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "google/protobuf/empty.pb.h"
#include "proto/google/api/httpbody.pb.h"
#include "services/base/status/macros.h"
#include "services/forum/categories.h"
#include "services/forum/cooking.h"
#include "services/forum/counters_check.h"
#include "services/forum/documents.h"
#include "services/forum/events.h"
#include "services/forum/import.h"
#include "services/forum/posts.h"
#include "services/forum/reactions.h"
#include "services/forum/reading.h"
#include "services/forum/revisions.h"
#include "services/forum/statistics.h"
#include "services/forum/tags.h"
#include "services/forum/topic_addresses.h"
#include "services/forum/topic_lists.h"
#include "services/forum/topic_page.h"
#include "services/forum/topics.h"
#include "services/forum/user_activity.h"

namespace forium::forum {

ForumService::ForumService(Config config, database::Tenants& tenants)
    : config_(std::move(config)), tenants_(tenants), views_(config_, tenants_) {}

absl::StatusOr<Caller> ForumService::As(const rpc::Call& call) {
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.Get(call.tenant));
  return Caller{.database = *database,
                .principal = call.principal,
                .config = config_,
                .reader = {.user_id = call.principal.user_id(), .level = call.level()},
                .now = absl::ToUnixMicros(absl::Now())};
}

void ForumService::Register(rpc::Server& server) {
  // handle("Name", Function): the function of the noun has the shape (const Caller&, const
  // Request&) -> StatusOr<Response>.
  const auto handle = [&]<typename Request, typename Response>(
                          std::string_view name,
                          absl::StatusOr<Response> (*function)(const Caller&, const Request&)) {
    server.Handle<Request, Response>(
        "forium.forum.v1.ForumService." + std::string(name),
        [this, function](const rpc::Call& call,
                         const Request& request) -> absl::StatusOr<Response> {
          ASSIGN_OR_RETURN(const Caller caller, As(call));
          return function(caller, request);
        });
  };
  handle("ListCategories", ListCategories);
  handle("CreateCategory", CreateCategory);
  handle("UpdateCategory", UpdateCategory);
  handle("DeleteCategory", DeleteCategory);
  handle("ListTags", ListTags);
  handle("RenameTag", RenameTag);
  handle("DeleteTag", DeleteTag);

  handle("ListTopics", ListTopics);
  handle("GetTopic", GetTopic);
  handle("CreateTopic", CreateTopic);
  handle("UpdateTopic", UpdateTopic);
  handle("ModerateTopic", ModerateTopic);
  handle("DeleteTopic", DeleteTopic);
  handle("RestoreTopic", RestoreTopic);
  handle("GetTimeline", GetTimeline);
  handle("MarkRead", MarkRead);
  handle("MarkAllRead", MarkAllRead);
  handle("GetUnread", GetUnread);

  handle("ListPosts", ListPosts);
  handle("GetPost", GetPost);
  handle("CreatePost", CreatePost);
  handle("UpdatePost", UpdatePost);
  handle("DeletePost", DeletePost);
  handle("RestorePost", RestorePost);
  handle("HidePost", HidePost);
  handle("AcceptPost", AcceptPost);
  handle("ListRevisions", ListRevisions);
  handle("PutReaction", PutReaction);
  handle("DeleteReaction", DeleteReaction);
  handle("PreviewPost", PreviewPost);
  handle("ListUserPosts", ListUserPosts);
  handle("GetUserStatistics", GetUserStatistics);

  handle("GetStatistics", GetStatistics);
  handle("CheckCounters", CheckCounters);
  handle("Import", Import);
  handle("ResolveOldId", ResolveOldId);

  handle("GetSnapshot", GetSnapshot);
  handle("ListChanges", ListChanges);
  handle("ListTopicAddresses", ListTopicAddresses);

  // Counted in memory: no database is touched.
  server.Handle<v1::RecordViewRequest, google::protobuf::Empty>(
      "forium.forum.v1.ForumService.RecordView",
      [this](const rpc::Call& call,
             const v1::RecordViewRequest& request) -> absl::StatusOr<google::protobuf::Empty> {
        views_.Record(call.tenant, request.id(), call.principal.user_id());
        return google::protobuf::Empty();
      });
}

absl::Status ForumService::EnsureDefaults(std::string_view tenant) {
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.Get(tenant));
  return MakeFirstCategory(*database);
}

absl::Status ForumService::HandleEvent(std::string_view stream, const events::v1::Event& event) {
  if (stream != kAuthStream || event.tenant().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.Get(event.tenant()));
  return ApplyEvent(*database, stream, event);
}

void ForumService::Close() { views_.Close(); }

}  // namespace forium::forum
