// SPDX-License-Identifier: Apache-2.0
#include "services/auth/staging.h"

#include "services/auth/auth_fixture.h"

namespace forium::auth {
namespace {

class StagingTest : public AuthTest {
 protected:
  static void Add(v1::StageUsersRequest& request, int64_t source_id, const std::string& username) {
    v1::StagedUser& user = *request.add_users();
    user.set_source_id(source_id);
    user.set_username(username);
    user.set_display_name("The " + username);
    user.set_role(type::v1::ADMIN_ROLE);
    user.mutable_created_at()->set_seconds(1'400'000'000);
  }
  absl::StatusOr<v1::StageUsersResponse> Stage(const v1::StageUsersRequest& request,
                                               const CallOptions& as) {
    return Call<v1::StageUsersResponse>("StageUsers", request, as);
  }
  absl::StatusOr<v1::User> Provision(const std::string& username, type::v1::Role role,
                                     const CallOptions& as) {
    v1::ProvisionUserRequest request;
    request.set_username(username);
    request.set_email(username + "@example.org");
    request.set_password(kPassword);
    request.set_role(role);
    return Call<v1::User>("ProvisionUser", request, as);
  }
};

TEST_P(StagingTest, StagedAccountsAreMembersWithoutPassword) {
  v1::StageUsersRequest request;
  request.set_source("discourse");
  Add(request, 7, "Old_Timer");
  Add(request, -1, "system");
  const auto staged = Stage(request, System());
  ASSERT_TRUE(staged.ok()) << staged.status();
  ASSERT_EQ(staged->users_size(), 2);
  EXPECT_EQ(staged->users(0).username(), "Old_Timer");
  EXPECT_EQ(staged->users(0).display_name(), "The Old_Timer");
  EXPECT_EQ(staged->users(0).role(), type::v1::MEMBER_ROLE);
  EXPECT_EQ(staged->users(0).created_at().seconds(), 1'400'000'000);
  EXPECT_TRUE(staged->users(0).staged());
  EXPECT_EQ(staged->users(1).username(), "system");
  EXPECT_EQ(ReasonOf(SignIn("Old_Timer", "")), type::v1::WRONG_CREDENTIALS);
  EXPECT_EQ(ReasonOf(SetRole(staged->users(0).id(), type::v1::ADMIN_ROLE, System())),
            type::v1::WRONG_STATE);
}

TEST_P(StagingTest, TheSameAgainChangesNothing) {
  v1::StageUsersRequest request;
  request.set_source("discourse");
  Add(request, 7, "one");
  Add(request, 8, "two");
  Add(request, 7, "one");
  const v1::StageUsersResponse first = *Stage(request, System());
  EXPECT_EQ(first.users(0).id(), first.users(2).id());
  const size_t events = Events().size();
  EXPECT_EQ(events, 2u);
  Add(request, 9, "three");
  const v1::StageUsersResponse second = *Stage(request, System());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(first.users(i).id(), second.users(i).id());
  EXPECT_EQ(Events().size(), events + 1);
  request.set_source("elsewhere");
  EXPECT_NE(Stage(request, System())->users(0).id(), first.users(0).id());
}

TEST_P(StagingTest, TakenNamesGetASuffix) {
  Join("alice");
  v1::StageUsersRequest request;
  request.set_source("discourse");
  Add(request, 1, "Alice");
  Add(request, 2, "ALICE");
  Add(request, 3, "<script>");
  Add(request, 4, "erased-99");
  const v1::StageUsersResponse staged = *Stage(request, System());
  EXPECT_EQ(staged.users(0).username(), "Alice_2");
  EXPECT_EQ(staged.users(1).username(), "ALICE_3");
  EXPECT_EQ(staged.users(2).username(), "_script_");
  EXPECT_EQ(staged.users(3).username(), "user_4");
}

TEST_P(StagingTest, ErasedStagedAccountsAreNotMadeAgain) {
  const v1::Session boss = JoinAdmin("boss");
  v1::StageUsersRequest request;
  request.set_source("discourse");
  Add(request, 7, "Old_Timer");
  const int64_t id = Stage(request, System())->users(0).id();
  ASSERT_TRUE(Erase(id, "", As(boss)).ok());
  const v1::StageUsersResponse again = *Stage(request, System());
  EXPECT_EQ(again.users(0).id(), id);
  EXPECT_EQ(again.users(0).username(), "erased-" + std::to_string(id));
  EXPECT_EQ(again.users(0).display_name(), "");
}

TEST_P(StagingTest, OnlyTheSystemStagesAndProvisions) {
  const v1::Session boss = JoinAdmin("boss");
  v1::StageUsersRequest request;
  request.set_source("discourse");
  Add(request, 7, "one");
  EXPECT_EQ(ReasonOf(Stage(request, As(boss))), type::v1::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(Provision("mallory", type::v1::ADMIN_ROLE, As(boss))),
            type::v1::PERMISSION_DENIED);
  v1::ProvisionLinkRequest link;
  link.set_purpose(v1::Link::RESET);
  link.set_username("boss");
  EXPECT_EQ(ReasonOf(Call<v1::Link>("ProvisionLink", link, As(boss))), type::v1::PERMISSION_DENIED);
}

TEST_P(StagingTest, ABatchIsBounded) {
  v1::StageUsersRequest request;
  Add(request, 7, "one");
  EXPECT_EQ(ReasonOf(Stage(request, System())), type::v1::INVALID_FIELD);
  request.set_source("discourse");
  for (int i = 0; i < Staging::kBatch; ++i) Add(request, i, "u" + std::to_string(i));
  EXPECT_EQ(ReasonOf(Stage(request, System())), type::v1::INVALID_FIELD);
}

TEST_P(StagingTest, AProvisionedAdministratorMakesTheCommunityReady) {
  EXPECT_FALSE(Site()->ready());
  const absl::StatusOr<v1::User> boss = Provision("admin", type::v1::ADMIN_ROLE, System());
  ASSERT_TRUE(boss.ok()) << boss.status();
  EXPECT_EQ(boss->role(), type::v1::ADMIN_ROLE);
  EXPECT_TRUE(Site()->ready());
  EXPECT_EQ(LastEvent().body_case(), events::Event::kSiteChanged);
  EXPECT_TRUE(SignIn("admin").ok());
  EXPECT_EQ(ReasonOf(Provision("Admin", type::v1::MEMBER_ROLE, System())),
            type::v1::USERNAME_TAKEN);
}

INSTANTIATE_TEST_SUITE_P(Engines, StagingTest, ::testing::ValuesIn(database::Engines()),
                         database::EngineName);

}  // namespace
}  // namespace forium::auth
