// SPDX-License-Identifier: Apache-2.0
#include "services/forum/views.h"

#include "absl/time/clock.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/requests.h"
#include "services/forum/store.h"

namespace forium::forum {

Views::Views(const Config& config, database::Tenants& tenants)
    : config_(config),
      tenants_(tenants),
      flusher_("views were not counted", config_.flush_views_every, [this] { return Flush(); }) {}

Views::~Views() { Close(); }

void Views::Record(std::string_view tenant, int64_t topic_id, int64_t user_id) {
  if (topic_id <= 0) return;
  absl::MutexLock lock(&mutex_);
  auto at = pending_.find(tenant);
  if (at == pending_.end()) at = pending_.emplace(std::string(tenant), Pending()).first;
  Pending& pending = at->second;
  if (pending.topics.size() < kMaxPending || pending.topics.contains(topic_id))
    ++pending.topics[topic_id];
  if (user_id != 0) pending.users[user_id] = absl::ToUnixMicros(absl::Now());
}

absl::Status Views::Flush() {
  std::map<std::string, Pending, std::less<>> pending;
  {
    absl::MutexLock lock(&mutex_);
    pending.swap(pending_);
  }
  absl::Status result;
  for (const auto& [tenant, counted] : pending) result.Update(Write(tenant, counted));
  return result;
}

absl::Status Views::Write(const std::string& tenant, const Pending& pending) {
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.Get(tenant));
  const int64_t now = absl::ToUnixMicros(absl::Now());
  return database->Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    for (const auto& [topic_id, views] : pending.topics)
      RETURN_IF_ERROR(store.AddViews(topic_id, views));
    for (const auto& [user_id, seen_at] : pending.users) {
      RETURN_IF_ERROR(store.Seen(user_id, seen_at, absl::ToInt64Microseconds(config_.visit_pause)));
    }
    return store.ForgetRequests(now - kRequestsKeptFor);
  });
}

void Views::Close() { flusher_.Close(); }

}  // namespace forium::forum
