// SPDX-License-Identifier: Apache-2.0
// A community for tests, on every engine: people who act on a database of their own, and a clock
// that they move.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "services/base/database/testing.h"
#include "services/base/status/status.h"
#include "services/forum/caller.h"
#include "services/forum/categories.h"
#include "services/forum/counters_check.h"
#include "services/forum/import.h"
#include "services/forum/migrations.h"
#include "services/forum/posts.h"
#include "services/forum/reactions.h"
#include "services/forum/reading.h"
#include "services/forum/revisions.h"
#include "services/forum/statistics.h"
#include "services/forum/store.h"
#include "services/forum/tags.h"
#include "services/forum/topic_lists.h"
#include "services/forum/topic_page.h"
#include "services/forum/topics.h"
#include "services/forum/user_activity.h"

namespace forium::forum {

using status::Reason;

class ForumFixture : public database::TestDatabases {
 protected:
  void SetUp() override {
    database::TestDatabases::SetUp();
    if (IsSkipped()) return;
    database_ = Open(kMigrations);
    ann_ = Person(11, "ann", type::v1::MEMBER_ROLE);
    ben_ = Person(12, "ben", type::v1::MEMBER_ROLE);
    mod_ = Person(13, "mod", type::v1::MODERATOR_ROLE);
    admin_ = Person(14, "admin", type::v1::ADMIN_ROLE);
    system_.set_system(true);
  }
  void TearDown() override {
    database_.reset();
    database::TestDatabases::TearDown();
  }

  static type::v1::Principal Person(int64_t id, const std::string& name, type::v1::Role role) {
    type::v1::Principal principal;
    principal.set_user_id(id);
    principal.set_username(name);
    principal.set_role(role);
    principal.set_user_version(1);
    return principal;
  }

  // Each call acts a second after the one before.
  Caller As(const type::v1::Principal& principal) {
    now_ += 1'000'000;
    const int64_t level = principal.system() ? 3 : principal.role();
    return {.database = *database_,
            .principal = principal,
            .config = config_,
            .reader = {.user_id = principal.user_id(), .level = level},
            .now = now_};
  }

  v1::Category Category(const std::string& name, type::v1::Role read_role = type::v1::ANONYMOUS) {
    v1::CreateCategoryRequest request;
    request.set_name(name);
    request.set_read_role(read_role);
    return CreateCategory(As(admin_), request).value();
  }
  v1::Topic Topic(const type::v1::Principal& author, const v1::Category& category,
                  const std::string& title, const std::vector<std::string>& tags = {}) {
    v1::CreateTopicRequest request;
    request.set_category_id(category.id());
    request.set_title(title);
    request.set_raw("The text of " + title);
    for (const std::string& tag : tags) request.add_tags(tag);
    return CreateTopic(As(author), request).value();
  }
  absl::StatusOr<v1::Post> TryReply(const type::v1::Principal& author, int64_t topic_id,
                                    const std::string& raw, int32_t reply_to = 0) {
    v1::CreatePostRequest request;
    request.set_topic_id(topic_id);
    request.set_raw(raw);
    request.set_reply_to(reply_to);
    return CreatePost(As(author), request);
  }
  v1::Post Reply(const type::v1::Principal& author, const v1::Topic& topic,
                 const std::string& raw = "A reply", int32_t reply_to = 0) {
    return TryReply(author, topic.id(), raw, reply_to).value();
  }

  absl::StatusOr<v1::Topic> Page(const type::v1::Principal& reader, int64_t topic_id,
                                 int32_t post_number = 0, int page_size = 0) {
    v1::GetTopicRequest request;
    request.set_id(topic_id);
    request.set_post_number(post_number);
    request.set_page_size(page_size);
    return Parsed<v1::Topic>(GetTopic(As(reader), request));
  }
  absl::StatusOr<v1::ListTopicsResponse> List(const type::v1::Principal& reader,
                                              const v1::ListTopicsRequest& request = {}) {
    return Parsed<v1::ListTopicsResponse>(ListTopics(As(reader), request));
  }
  std::vector<std::string> Titles(const type::v1::Principal& reader,
                                  const v1::ListTopicsRequest& request = {}) {
    std::vector<std::string> titles;
    const absl::StatusOr<v1::ListTopicsResponse> list = List(reader, request);
    EXPECT_TRUE(list.ok()) << list.status();
    if (list.ok()) {
      for (const v1::Topic& topic : list->topics()) titles.push_back(topic.title());
    }
    return titles;
  }

  template <typename Message>
  static absl::StatusOr<Message> Parsed(const absl::StatusOr<google::api::HttpBody>& body) {
    if (!body.ok()) return body.status();
    Message message;
    const auto parsed = google::protobuf::util::JsonStringToMessage(body->data(), &message);
    if (!parsed.ok()) return absl::InternalError(parsed.ToString() + body->data());
    return message;
  }

  // The counters are what the rows say; every test of a change ends with it.
  void ExpectExactCounters() {
    const absl::StatusOr<v1::CheckCountersResponse> checked = CheckCounters(As(admin_), {});
    ASSERT_TRUE(checked.ok()) << checked.status();
    for (const std::string& difference : checked->differences()) ADD_FAILURE() << difference;
  }

  static Reason ReasonIn(const absl::Status& status) { return status::ReasonOf(status); }

  std::unique_ptr<database::Database> database_;
  Config config_;
  int64_t now_ =
      absl::ToUnixMicros(absl::FromCivil(absl::CivilDay(2026, 1, 1), absl::UTCTimeZone()));
  type::v1::Principal nobody_, ann_, ben_, mod_, admin_, system_;
};

#define FORIUM_ON_EVERY_ENGINE(Suite)                                              \
  INSTANTIATE_TEST_SUITE_P(Engines, Suite, testing::ValuesIn(database::Engines()), \
                           database::EngineName)

}  // namespace forium::forum
