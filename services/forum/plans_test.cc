// SPDX-License-Identifier: Apache-2.0
// Hot reads begin with a seek in an index that has their order: SQLite's own plans are asked.
#include <deque>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "services/forum/testing/forum_fixture.h"

namespace forium::forum {
namespace {

using database::Parameter;
using database::Row;
using database::Statement;

// Runs what it is asked to, and keeps the plan of each query.
class ExplainingTransaction : public database::Transaction {
 public:
  explicit ExplainingTransaction(database::Transaction& tx) : tx_(tx) {}

  absl::Status QueryRows(const Statement& statement, std::span<const Parameter> parameters,
                         absl::FunctionRef<absl::Status(const Row&)> each) override {
    // Prepared statements are kept by their text, which must stay where it is.
    static auto& texts = *new std::deque<std::string>;
    const std::string& text =
        texts.emplace_back("EXPLAIN QUERY PLAN " + std::string(statement.sql));
    EXPECT_TRUE(tx_.QueryRows({"explain", text}, parameters,
                              [&](const Row& row) {
                                plan_ += absl::StrCat(std::string(row.Text(3)), "\n");
                                return absl::OkStatus();
                              })
                    .ok());
    return tx_.QueryRows(statement, parameters, each);
  }
  absl::StatusOr<int64_t> ExecuteRows(const Statement& statement,
                                      std::span<const Parameter> parameters) override {
    return tx_.ExecuteRows(statement, parameters);
  }
  absl::StatusOr<int64_t> NextId(std::string_view kind) override { return tx_.NextId(kind); }
  absl::Status RaiseId(std::string_view kind, int64_t id) override { return tx_.RaiseId(kind, id); }

  const std::string& plan() const { return plan_; }

 private:
  database::Transaction& tx_;
  std::string plan_;
};

class PlansTest : public ForumFixture {
 protected:
  std::string PlanOf(absl::FunctionRef<absl::Status(Store&)> read) {
    std::string plan;
    EXPECT_TRUE(database_
                    ->Read([&](database::Transaction& tx) {
                      ExplainingTransaction explaining(tx);
                      Store store(explaining);
                      const absl::Status status = read(store);
                      plan = explaining.plan();
                      return status;
                    })
                    .ok());
    return plan;
  }
  std::string PlanOfList(TopicSelection selection) {
    selection.limit = 31;
    selection.after = {INT64_MAX, INT64_MAX};
    return PlanOf([&](Store& store) {
      google::protobuf::RepeatedPtrField<v1::Topic> topics;
      return store.ListTopics({.user_id = 12, .level = 1}, selection, &topics);
    });
  }
};
INSTANTIATE_TEST_SUITE_P(Sqlite, PlansTest, testing::Values(database::Engine::kMemory),
                         database::EngineName);

// The count of one row's unread posts is a bounded scan of its own derived table.
MATCHER(IsServedByIndexes, "") {
  std::string_view rest = arg;
  while (!rest.empty()) {
    const std::string line(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(line.size() + 1);
    const bool scan = line.starts_with("SCAN ") && line != "SCAN unread" &&
                      line != "SCAN CONSTANT ROW" && !line.starts_with("SCAN json_each");
    if (scan || line.find("TEMP B-TREE") != std::string::npos) {
      *result_listener << "'" << line << "' in\n" << arg;
      return false;
    }
  }
  return true;
}

// Walks an index in its order from the seek on.
MATCHER_P(Walks, index, "") {
  return arg.find(absl::StrCat("USING INDEX ", index, " (")) != std::string::npos ||
         arg.find(absl::StrCat("USING COVERING INDEX ", index, " (")) != std::string::npos;
}

TEST_P(PlansTest, ListsWalkTheIndexOfTheirOrder) {
  using ::testing::AllOf;
  EXPECT_THAT(PlanOfList({}), AllOf(IsServedByIndexes(), Walks("topics_latest")));
  EXPECT_THAT(PlanOfList({.category = "general"}),
              AllOf(IsServedByIndexes(), Walks("topics_category_latest")));
  EXPECT_THAT(PlanOfList({.tag = "tag"}), AllOf(IsServedByIndexes(), Walks("topic_tags_latest")));
  EXPECT_THAT(PlanOfList({.order = v1::CREATED}),
              AllOf(IsServedByIndexes(), Walks("topics_created")));
  EXPECT_THAT(PlanOfList({.order = v1::CREATED, .category = "general"}),
              AllOf(IsServedByIndexes(), Walks("topics_category_created")));
  EXPECT_THAT(PlanOfList({.order = v1::TOP}), AllOf(IsServedByIndexes(), Walks("topics_top")));
  EXPECT_THAT(PlanOfList({.order = v1::TOP, .category = "general"}),
              AllOf(IsServedByIndexes(), Walks("topics_category_top")));
  EXPECT_THAT(PlanOfList({.filter = v1::NEW}), AllOf(IsServedByIndexes(), Walks("topics_created")));
}

TEST_P(PlansTest, TopOfAPeriodReadsThePeriodOnly) {
  EXPECT_THAT(PlanOfList({.order = v1::TOP, .bumped_since = 1}), Walks("topics_latest"));
  EXPECT_THAT(PlanOfList({.order = v1::TOP, .category = "general", .bumped_since = 1}),
              Walks("topics_category_latest"));
}

TEST_P(PlansTest, UnreadReadsTheReadersOwnTopicsOnly) {
  EXPECT_THAT(PlanOfList({.filter = v1::UNREAD}), Walks("sqlite_autoindex_topic_state_1"));
  EXPECT_THAT(PlanOf([](Store& store) {
                v1::Unread unread;
                return store.CountUnread({.user_id = 12, .level = 1}, &unread);
              }),
              IsServedByIndexes());
}

TEST_P(PlansTest, TopicPagesAndPinnedTopicsAreSeeks) {
  EXPECT_THAT(PlanOf([](Store& store) {
                google::protobuf::RepeatedPtrField<v1::Post> posts;
                if (absl::Status status = store.ListPosts({}, 1, 1, 21, &posts); !status.ok())
                  return status;
                return store.ListPostsBefore({}, 1, 41, 21, &posts);
              }),
              IsServedByIndexes());
  EXPECT_THAT(PlanOf([](Store& store) {
                google::protobuf::RepeatedPtrField<v1::Topic> topics;
                return store.ListPinned({}, "", &topics);
              }),
              IsServedByIndexes());
  EXPECT_THAT(PlanOf([](Store& store) {
                v1::ListUserPostsResponse posts;
                return store.ListUserPosts({}, 11, false, INT64_MAX, 21, &posts);
              }),
              ::testing::AllOf(IsServedByIndexes(), Walks("posts_author")));
  EXPECT_THAT(PlanOf([](Store& store) {
                v1::Topic topic;
                (void)store.GetTopic({}, 1, &topic);
                std::vector<v1::Author> authors;
                return store.ListAuthors({11, 12}, &authors);
              }),
              IsServedByIndexes());
}

TEST_P(PlansTest, DocumentsAreSeeksAndSegmentsReadTheirIndexAlone) {
  EXPECT_THAT(PlanOf([](Store& store) -> absl::Status {
                Documents<v1::PostDocument> posts;
                if (absl::Status status = store.ListPostDocuments(0, 2000, 1, &posts).status();
                    !status.ok())
                  return status;
                if (absl::Status status = store.GetPostDocuments({1, 2}, &posts); !status.ok())
                  return status;
                Documents<v1::TopicDocument> topics;
                return store.GetTopicDocuments({1, 2}, &topics);
              }),
              IsServedByIndexes());
  EXPECT_THAT(PlanOf([](Store& store) {
                Documents<v1::TopicAddress> topics;
                return store.ListTopicAddresses({}, 0, 10'000, &topics);
              }),
              IsServedByIndexes());
  EXPECT_THAT(PlanOf([](Store& store) {
                Documents<v1::ListTopicAddressesResponse::Segment> segments;
                return store.ListSegments({}, &segments);
              }),
              ::testing::HasSubstr("USING COVERING INDEX topics_segments"));
}

}  // namespace
}  // namespace forium::forum
