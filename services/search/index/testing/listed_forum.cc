// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/testing/listed_forum.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"

namespace forium::search {

void ListedForum::Put(const PutDocuments& documents) {
  absl::MutexLock lock(&mutex_);
  const absl::Time now = absl::Now();
  for (const auto& category : documents.categories) {
    categories_[category.id()] = category;
    log_.push_back({Kind::kCategory, category.id(), now});
  }
  for (const auto& user : documents.users) {
    users_[user.id()] = user;
    log_.push_back({Kind::kUser, user.id(), now});
  }
  for (const auto& topic : documents.topics) {
    topics_[topic.id()] = topic;
    log_.push_back({Kind::kTopic, topic.id(), now});
  }
  for (const auto& post : documents.posts) {
    posts_[post.id()] = post;
    log_.push_back({Kind::kPost, post.id(), now});
  }
}

void ListedForum::ForgetLog() {
  absl::MutexLock lock(&mutex_);
  log_begin_ = static_cast<int64_t>(log_.size());
}

void ListedForum::FailWith(absl::Status status) {
  absl::MutexLock lock(&mutex_);
  failure_ = std::move(status);
}

void ListedForum::BeforePage(std::function<void()> run) {
  absl::MutexLock lock(&mutex_);
  before_page_ = std::move(run);
}

int64_t ListedForum::snapshots() const {
  absl::MutexLock lock(&mutex_);
  return snapshots_;
}

int64_t ListedForum::pages() const {
  absl::MutexLock lock(&mutex_);
  return pages_;
}

absl::StatusOr<forum::v1::GetSnapshotResponse> ListedForum::GetSnapshot(
    const forum::v1::GetSnapshotRequest& request) {
  std::function<void()> before;
  {
    absl::MutexLock lock(&mutex_);
    before = before_page_;
  }
  if (before) before();
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  ++pages_;
  forum::v1::GetSnapshotResponse response;
  int64_t after = 0;
  if (request.page_token().empty()) {
    ++snapshots_;
    response.set_sequence(static_cast<int64_t>(log_.size()));
    response.set_posts_total(static_cast<int64_t>(posts_.size()));
    for (const auto& [id, category] : categories_) *response.add_categories() = category;
    for (const auto& [id, user] : users_) *response.add_users() = user;
  } else if (!absl::SimpleAtoi(request.page_token(), &after)) {
    return absl::InvalidArgumentError("Not a page token.");
  }
  std::set<int64_t> topics;
  for (auto post = posts_.upper_bound(after); post != posts_.end(); ++post) {
    if (response.posts_size() == request.page_size()) {
      response.set_next_page_token(std::to_string(response.posts().rbegin()->id()));
      break;
    }
    if (!post->second.visible()) continue;
    *response.add_posts() = post->second;
    topics.insert(post->second.topic_id());
  }
  for (const int64_t id : topics) *response.add_topics() = topics_[id];
  return response;
}

absl::StatusOr<forum::v1::ListChangesResponse> ListedForum::ListChanges(
    const forum::v1::ListChangesRequest& request) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  forum::v1::ListChangesResponse response;
  const auto size = static_cast<int64_t>(log_.size());
  const int64_t begin = request.after_sequence();
  const int64_t end = std::min(begin + request.limit(), size);
  response.set_last_sequence(size);
  response.set_start_over(begin < log_begin_);
  response.set_sequence(std::max(begin, end));
  std::set<std::pair<Kind, int64_t>> touched;
  for (int64_t i = begin; i < end; ++i) {
    const Event& event = log_[static_cast<size_t>(i)];
    if (i == begin) {
      response.mutable_first_event_at()->set_seconds(absl::ToUnixSeconds(event.at));
    }
    if (!touched.emplace(event.kind, event.id).second) continue;
    if (event.kind == Kind::kCategory) *response.add_categories() = categories_[event.id];
    if (event.kind == Kind::kUser) *response.add_users() = users_[event.id];
    if (event.kind == Kind::kTopic) *response.add_topics() = topics_[event.id];
    if (event.kind != Kind::kPost) continue;
    *response.add_posts() = posts_[event.id];
    // With its topic, like the forum.
    const int64_t topic = posts_[event.id].topic_id();
    if (topics_.contains(topic) && touched.emplace(Kind::kTopic, topic).second) {
      *response.add_topics() = topics_[topic];
    }
  }
  return response;
}

}  // namespace forium::search
