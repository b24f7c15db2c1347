// SPDX-License-Identifier: Apache-2.0
#include "services/auth/links.h"

#include <atomic>
#include <thread>
#include <vector>

#include "services/auth/auth_fixture.h"
#include "services/auth/tokens.h"

namespace forium::auth {
namespace {

class LinksTest : public AuthTest {
 protected:
  absl::StatusOr<v1::Link> Get(const std::string& token) {
    v1::GetLinkRequest request;
    request.set_token(token);
    return Call<v1::Link>("GetLink", request, Guest());
  }
  v1::User Stage(int64_t source_id, const std::string& username) {
    v1::StageUsersRequest request;
    request.set_source("discourse");
    v1::StagedUser& user = *request.add_users();
    user.set_source_id(source_id);
    user.set_username(username);
    return Call<v1::StageUsersResponse>("StageUsers", request, System())->users(0);
  }
};

TEST_P(LinksTest, ASetupLinkMakesTheFirstAdministratorOnce) {
  EXPECT_FALSE(Site()->ready());
  const v1::Link link = *ProvisionLink(v1::Link::SETUP);
  EXPECT_EQ(link.url(), "https://example.org/setup/" + link.token());
  EXPECT_FALSE(link.has_expires_at());
  EXPECT_EQ(Get(link.token())->purpose(), v1::Link::SETUP);
  EXPECT_EQ(Get(link.token())->token(), "");

  v1::RedeemLinkRequest request;
  request.set_token(link.token());
  request.set_username("admin");
  request.set_email("admin@example.org");
  request.set_password(kPassword);
  request.set_site_name("Woodworkers");
  const absl::StatusOr<v1::Session> session = Call<v1::Session>("RedeemLink", request, Guest());
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_EQ(Me(As(*session))->role(), type::v1::ADMIN_ROLE);
  EXPECT_TRUE(Site()->ready());
  EXPECT_EQ(Site()->name(), "Woodworkers");
  EXPECT_EQ(ReasonOf(Redeem(link.token(), "second")), type::v1::LINK_INVALID);
  EXPECT_EQ(ReasonOf(ProvisionLink(v1::Link::SETUP)), type::v1::WRONG_STATE);
}

TEST_P(LinksTest, ANewSetupLinkVoidsTheOldOne) {
  const v1::Link first = *ProvisionLink(v1::Link::SETUP);
  const v1::Link second = *ProvisionLink(v1::Link::SETUP);
  EXPECT_EQ(ReasonOf(Redeem(first.token(), "mallory")), type::v1::LINK_INVALID);
  EXPECT_TRUE(Redeem(second.token(), "boss").ok());
}

TEST_P(LinksTest, ASetupLinkIsVoidOnceThereIsAnAdministrator) {
  const v1::Link link = *ProvisionLink(v1::Link::SETUP);
  JoinAdmin("boss");
  EXPECT_EQ(ReasonOf(Redeem(link.token(), "mallory")), type::v1::LINK_INVALID);
}

TEST_P(LinksTest, ParallelSetupsMakeOneAdministrator) {
  const v1::Link link = *ProvisionLink(v1::Link::SETUP);
  std::atomic<int> made = 0;
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const absl::StatusOr<v1::Session> session = Redeem(link.token(), "boss" + std::to_string(i));
      made += session.ok();
      refused += ReasonOf(session) == type::v1::LINK_INVALID;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 7);
}

TEST_P(LinksTest, InvitationsMakeMembersOnceAndExpire) {
  const v1::Session boss = JoinAdmin("boss");
  const v1::Link link = *MakeLink(v1::Link::INVITE, As(boss));
  EXPECT_EQ(link.url(), "https://example.org/invite/" + link.token());
  const absl::StatusOr<v1::Session> alice = Redeem(link.token(), "alice");
  ASSERT_TRUE(alice.ok()) << alice.status();
  EXPECT_EQ(Me(As(*alice))->role(), type::v1::MEMBER_ROLE);
  EXPECT_EQ(ReasonOf(Redeem(link.token(), "bob")), type::v1::LINK_INVALID);
  const v1::Link late = *MakeLink(v1::Link::INVITE, As(boss));
  PassTime(absl::Hours(24 * 7 + 1));
  EXPECT_EQ(ReasonOf(Get(late.token())), type::v1::LINK_INVALID);
  EXPECT_EQ(ReasonOf(Redeem(late.token(), "bob")), type::v1::LINK_INVALID);
}

TEST_P(LinksTest, AnInvitationIsNotUsedUpByATakenName) {
  const v1::Session boss = JoinAdmin("boss");
  const v1::Link link = *MakeLink(v1::Link::INVITE, As(boss));
  EXPECT_EQ(ReasonOf(Redeem(link.token(), "boss")), type::v1::USERNAME_TAKEN);
  EXPECT_EQ(ReasonOf(Redeem(link.token(), "admin")), type::v1::INVALID_FIELD);
  EXPECT_TRUE(Redeem(link.token(), "alice").ok());
}

TEST_P(LinksTest, InvitationsStopWorkingWhenRegistrationIsClosed) {
  const v1::Session boss = JoinAdmin("boss");
  const v1::Link link = *MakeLink(v1::Link::INVITE, As(boss));
  ASSERT_TRUE(SetRegistration(v1::Site::CLOSED).ok());
  EXPECT_EQ(ReasonOf(Redeem(link.token(), "alice")), type::v1::REGISTRATION_CLOSED);
  ASSERT_TRUE(SetRegistration(v1::Site::INVITE_ONLY).ok());
  EXPECT_TRUE(Redeem(link.token(), "alice").ok());
}

TEST_P(LinksTest, OnlyAdministratorsMakeResetLinks) {
  const v1::Session alice = Join("alice");
  const v1::Session mo = JoinModerator("mo");
  EXPECT_EQ(ReasonOf(MakeLink(v1::Link::RESET, Guest(), "alice")), type::v1::SIGN_IN_REQUIRED);
  EXPECT_EQ(ReasonOf(MakeLink(v1::Link::RESET, As(alice), "alice")), type::v1::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(MakeLink(v1::Link::INVITE, As(alice))), type::v1::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(MakeLink(v1::Link::RESET, As(mo), "alice")), type::v1::PERMISSION_DENIED);
  EXPECT_TRUE(MakeLink(v1::Link::INVITE, As(mo)).ok());
  const v1::Session boss = JoinAdmin("boss");
  EXPECT_EQ(ReasonOf(MakeLink(v1::Link::SETUP, As(boss))), type::v1::INVALID_FIELD);
  EXPECT_EQ(ReasonOf(MakeLink(v1::Link::RESET, As(boss), "nobody")), type::v1::NOT_FOUND);
  EXPECT_TRUE(MakeLink(v1::Link::RESET, As(boss), "ALICE").ok());
}

TEST_P(LinksTest, AResetSetsThePasswordAndEndsAllSessions) {
  const v1::Session alice = Join("alice");
  const v1::Session boss = JoinAdmin("boss");
  const v1::Link older = *MakeLink(v1::Link::RESET, As(boss), "alice");
  const v1::Link link = *MakeLink(v1::Link::RESET, As(boss), "alice");
  EXPECT_EQ(ReasonOf(Get(older.token())), type::v1::LINK_INVALID);
  EXPECT_EQ(Get(link.token())->username(), "alice");
  EXPECT_EQ(ReasonOf(Redeem(link.token(), "", "short")), type::v1::INVALID_FIELD);
  const absl::StatusOr<v1::Session> session = Redeem(link.token(), "", "a brand new one");
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_EQ(session->user_id(), alice.user_id());
  EXPECT_TRUE(Resolve(session->token())->found());
  EXPECT_FALSE(Resolve(alice.token())->found());
  EXPECT_TRUE(SignIn("alice", "a brand new one").ok());
  EXPECT_FALSE(SignIn("alice").ok());
  EXPECT_EQ(ReasonOf(Redeem(link.token(), "", "yet another one")), type::v1::LINK_INVALID);
}

TEST_P(LinksTest, AResetLinkChangesNeitherNameNorAddress) {
  const v1::Session boss = JoinAdmin("boss");
  Join("alice");
  const v1::Link link = *MakeLink(v1::Link::RESET, As(boss), "alice");
  const v1::Session session = *Redeem(link.token(), "mallory", "a brand new one");
  EXPECT_EQ(Me(As(session))->username(), "alice");
  EXPECT_EQ(Me(As(session))->email(), "alice@example.org");
}

TEST_P(LinksTest, ParallelResetsWorkOnce) {
  const v1::Session boss = JoinAdmin("boss");
  Join("alice");
  const v1::Link link = *MakeLink(v1::Link::RESET, As(boss), "alice");
  std::atomic<int> used = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back(
        [&, i] { used += Redeem(link.token(), "", "a brand new one " + std::to_string(i)).ok(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(used, 1);
}

TEST_P(LinksTest, ChangingThePasswordVoidsResetLinks) {
  const v1::Session boss = JoinAdmin("boss");
  const v1::Session alice = Join("alice");
  const v1::Link link = *MakeLink(v1::Link::RESET, As(boss), "alice");
  ASSERT_TRUE(ChangePassword(kPassword, "another good one", As(alice)).ok());
  EXPECT_EQ(ReasonOf(Redeem(link.token(), "", "a brand new one")), type::v1::LINK_INVALID);
}

TEST_P(LinksTest, ResetLinksOfErasedAccountsAreVoid) {
  const v1::Session boss = JoinAdmin("boss");
  const v1::Session alice = Join("alice");
  const v1::Link link = *MakeLink(v1::Link::RESET, As(boss), "alice");
  ASSERT_TRUE(Erase(alice.user_id(), "", As(boss)).ok());
  EXPECT_EQ(ReasonOf(Get(link.token())), type::v1::LINK_INVALID);
  EXPECT_EQ(ReasonOf(Redeem(link.token(), "", "a brand new one")), type::v1::LINK_INVALID);
}

TEST_P(LinksTest, AStagedAccountIsClaimedByAResetLinkWithAnAddress) {
  const v1::Session boss = JoinAdmin("boss");
  Join("taken");
  const v1::User staged = Stage(7, "Old_Timer");
  EXPECT_FALSE(SignIn("Old_Timer", "").ok());
  const v1::Link link = *MakeLink(v1::Link::RESET, As(boss), "old_timer");
  EXPECT_TRUE(Get(link.token())->staged());
  const absl::Status nameless = Redeem(link.token(), "").status();
  EXPECT_EQ(status::DetailOf(nameless).field(), "email");
  EXPECT_EQ(ReasonOf(Redeem(link.token(), "taken")), type::v1::EMAIL_TAKEN);
  const absl::StatusOr<v1::Session> session = Redeem(link.token(), "timer");
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_EQ(session->user_id(), staged.id());
  const v1::Me me = *Me(As(*session));
  EXPECT_EQ(me.username(), "Old_Timer");
  EXPECT_EQ(me.email(), "timer@example.org");
  EXPECT_EQ(me.role(), type::v1::MEMBER_ROLE);
  EXPECT_FALSE(User("old_timer", Guest())->staged());
  EXPECT_TRUE(SignIn("timer@example.org").ok());
}

TEST_P(LinksTest, MadeUpTokensAreRefusedBeforeAnythingElse) {
  for (const std::string& token :
       {std::string("x"), NewToken(), std::string(10000, 'A'), std::string("../../x")}) {
    EXPECT_EQ(ReasonOf(Get(token)), type::v1::LINK_INVALID);
    EXPECT_EQ(ReasonOf(Redeem(token, "alice")), type::v1::LINK_INVALID);
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, LinksTest, ::testing::ValuesIn(database::Engines()),
                         database::EngineName);

}  // namespace
}  // namespace forium::auth
