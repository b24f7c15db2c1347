// SPDX-License-Identifier: Apache-2.0
#include "services/auth/roles.h"

#include <atomic>
#include <thread>
#include <vector>

#include "services/auth/auth_fixture.h"

namespace forium::auth {
namespace {

using type::v1::ADMIN_ROLE;
using type::v1::MEMBER_ROLE;
using type::v1::MODERATOR_ROLE;
using type::v1::PERMISSION_DENIED;

class RolesTest : public AuthTest {
 protected:
  type::v1::Principal PrincipalOf(const v1::Session& session) {
    return *verifier_->Verify(Resolve(session.token())->signed_principal(), absl::Now());
  }
};

TEST_P(RolesTest, OnlyAdministratorsGiveRoles) {
  const v1::Session alice = Join("alice");
  const v1::Session mo = JoinModerator("mo");
  EXPECT_EQ(ReasonOf(SetRole(alice.user_id(), ADMIN_ROLE, Guest())), type::v1::SIGN_IN_REQUIRED);
  EXPECT_EQ(ReasonOf(SetRole(alice.user_id(), ADMIN_ROLE, As(alice))), PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(SetRole(alice.user_id(), MODERATOR_ROLE, As(mo))), PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(SetRole(mo.user_id(), ADMIN_ROLE, As(mo))), PERMISSION_DENIED);
  const v1::Session boss = JoinAdmin("boss");
  EXPECT_TRUE(SetRole(alice.user_id(), MODERATOR_ROLE, As(boss)).ok());
  EXPECT_EQ(PrincipalOf(alice).role(), MODERATOR_ROLE);
  EXPECT_EQ(LastEvent().user_changed().role(), MODERATOR_ROLE);
  EXPECT_EQ(LastEvent().version(), 2);
  EXPECT_EQ(ReasonOf(SetRole(alice.user_id(), type::v1::ANONYMOUS, As(boss))),
            type::v1::INVALID_FIELD);
  EXPECT_EQ(ReasonOf(SetRole(12345, MEMBER_ROLE, As(boss))), type::v1::NOT_FOUND);
}

TEST_P(RolesTest, ADemotedAdministratorsPrincipalIsWorthNothing) {
  const v1::Session boss = JoinAdmin("boss");
  const v1::Session traitor = JoinAdmin("traitor");
  const CallOptions stale = As(traitor);
  ASSERT_TRUE(SetRole(traitor.user_id(), MEMBER_ROLE, As(boss)).ok());
  EXPECT_EQ(ReasonOf(SetRole(traitor.user_id(), ADMIN_ROLE, stale)), PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(Suspend(boss.user_id(), stale)), PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(Erase(boss.user_id(), "", stale)), PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(MakeLink(v1::Link::RESET, stale, "boss")), PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(Call<v1::ListUsersResponse>("ListUsers", v1::ListUsersRequest(), stale)),
            PERMISSION_DENIED);
  v1::UpdateSiteRequest request;
  request.set_name("Mine");
  EXPECT_EQ(ReasonOf(Call<v1::Site>("UpdateSite", request, stale)), PERMISSION_DENIED);
}

TEST_P(RolesTest, OneAdministratorRemains) {
  const v1::Session boss = JoinAdmin("boss");
  EXPECT_EQ(ReasonOf(SetRole(boss.user_id(), MEMBER_ROLE, As(boss))), type::v1::LAST_ADMINISTRATOR);
  EXPECT_TRUE(SetRole(boss.user_id(), ADMIN_ROLE, As(boss)).ok());
  const v1::Session second = JoinAdmin("second");
  ASSERT_TRUE(Suspend(second.user_id(), As(boss)).ok());
  // A suspended administrator cannot act, and does not count.
  EXPECT_EQ(ReasonOf(SetRole(boss.user_id(), MEMBER_ROLE, As(boss))), type::v1::LAST_ADMINISTRATOR);
  ASSERT_TRUE(Unsuspend(second.user_id(), As(boss)).ok());
  EXPECT_TRUE(SetRole(boss.user_id(), MEMBER_ROLE, As(boss)).ok());
}

TEST_P(RolesTest, AdministratorsWhoLeaveAtOnceLeaveOneBehind) {
  std::vector<v1::Session> admins;
  std::vector<CallOptions> callers;
  for (int i = 0; i < 6; ++i) {
    admins.push_back(JoinAdmin("boss" + std::to_string(i)));
    callers.push_back(As(admins.back()));
  }
  std::atomic<int> left = 0;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < admins.size(); ++i) {
    threads.emplace_back(
        [&, i] { left += SetRole(admins[i].user_id(), MEMBER_ROLE, callers[i]).ok(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(left, 5);
}

TEST_P(RolesTest, ASuspendedMemberReadsAndSignsOutButDoesNothingElse) {
  const v1::Session alice = Join("alice");
  const v1::Session mo = JoinModerator("mo");
  const CallOptions stale = As(alice);
  ASSERT_TRUE(Suspend(alice.user_id(), As(mo)).ok());
  EXPECT_TRUE(LastEvent().user_changed().suspended());
  EXPECT_TRUE(PrincipalOf(alice).suspended());
  for (const CallOptions& caller : {As(alice), stale}) {
    v1::UpdateMeRequest request;
    request.set_bio("x");
    EXPECT_EQ(ReasonOf(Call<v1::Me>("UpdateMe", request, caller)), type::v1::SUSPENDED);
    EXPECT_EQ(ReasonOf(Rename(alice.user_id(), "other", caller)), type::v1::SUSPENDED);
  }
  const absl::StatusOr<v1::Me> me = Me(As(alice));
  EXPECT_TRUE(me->suspended());
  EXPECT_EQ(me->suspension_reason(), "spam");
  EXPECT_TRUE(SignIn("alice").ok());
  EXPECT_TRUE(EndSession("current", As(alice)).ok());
}

TEST_P(RolesTest, TheReasonIsSeenByTheTeamAndTheUserAlone) {
  const v1::Session alice = Join("alice");
  const v1::Session mo = JoinModerator("mo");
  ASSERT_TRUE(Suspend(alice.user_id(), As(mo)).ok());
  EXPECT_EQ(User("alice", As(mo))->suspension_reason(), "spam");
  EXPECT_EQ(User("alice", As(alice))->suspension_reason(), "spam");
  EXPECT_EQ(User("alice", As(Join("bob")))->suspension_reason(), "");
  EXPECT_EQ(User("alice", Guest())->suspension_reason(), "");
  EXPECT_TRUE(User("alice", Guest())->suspended());
}

TEST_P(RolesTest, SuspensionsReachDownwardsOnly) {
  const v1::Session alice = Join("alice");
  const v1::Session mo = JoinModerator("mo");
  const v1::Session max = JoinModerator("max");
  const v1::Session boss = JoinAdmin("boss");
  EXPECT_EQ(ReasonOf(Suspend(mo.user_id(), Guest())), type::v1::SIGN_IN_REQUIRED);
  EXPECT_EQ(ReasonOf(Suspend(mo.user_id(), As(alice))), PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(Suspend(max.user_id(), As(mo))), PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(Suspend(boss.user_id(), As(mo))), PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(Suspend(mo.user_id(), As(mo))), PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(Suspend(boss.user_id(), As(boss))), PERMISSION_DENIED);
  EXPECT_TRUE(Suspend(mo.user_id(), As(boss)).ok());
  EXPECT_EQ(ReasonOf(Unsuspend(mo.user_id(), As(mo))), type::v1::SUSPENDED);
  EXPECT_EQ(ReasonOf(Unsuspend(mo.user_id(), As(max))), PERMISSION_DENIED);
  EXPECT_TRUE(Unsuspend(mo.user_id(), As(boss)).ok());
}

TEST_P(RolesTest, ASuspensionEndsByItselfWhenItsTimeIsOver) {
  const v1::Session alice = Join("alice");
  v1::SuspendUserRequest request;
  request.set_user_id(alice.user_id());
  request.mutable_until()->set_seconds(absl::ToUnixSeconds(absl::Now()) + 3600);
  const CallOptions mo = As(JoinModerator("mo"));
  ASSERT_TRUE(Call<v1::User>("SuspendUser", request, mo).ok());
  EXPECT_TRUE(PrincipalOf(alice).suspended());
  PassTime(absl::Hours(2));
  EXPECT_FALSE(PrincipalOf(alice).suspended());
  EXPECT_FALSE(User("alice", Guest())->suspended());
  request.mutable_until()->set_seconds(1);
  EXPECT_EQ(ReasonOf(Call<v1::User>("SuspendUser", request, mo)), type::v1::INVALID_FIELD);
}

TEST_P(RolesTest, SettingsAreChangedByAdministratorsAndChecked) {
  v1::UpdateSiteRequest request;
  request.set_name("  Wood\u202Eworkers ");
  request.set_accent_hue(120);
  EXPECT_EQ(ReasonOf(Call<v1::Site>("UpdateSite", request, As(JoinModerator("mo")))),
            PERMISSION_DENIED);
  const CallOptions boss = As(JoinAdmin("boss"));
  ASSERT_TRUE(Call<v1::Site>("UpdateSite", request, boss).ok());
  EXPECT_EQ(LastEvent().body_case(), events::Event::kSiteChanged);
  const v1::Site site = *Site();
  EXPECT_EQ(site.name(), "Woodworkers");
  EXPECT_EQ(site.accent_hue(), 120);
  EXPECT_EQ(site.locale(), "en");
  const auto field = [&](auto set) {
    v1::UpdateSiteRequest bad;
    set(bad);
    return status::DetailOf(Call<v1::Site>("UpdateSite", bad, boss).status()).field();
  };
  EXPECT_EQ(field([](auto& r) { r.set_name(" \u202E "); }), "name");
  EXPECT_EQ(field([](auto& r) { r.set_name(std::string(61, 'x')); }), "name");
  EXPECT_EQ(field([](auto& r) { r.set_description(std::string(301, 'x')); }), "description");
  EXPECT_EQ(field([](auto& r) { r.set_registration(static_cast<v1::Site::Registration>(9)); }),
            "registration");
  EXPECT_EQ(field([](auto& r) { r.set_locale(""); }), "locale");
  EXPECT_EQ(field([](auto& r) { r.set_accent_hue(360); }), "accent_hue");
  EXPECT_EQ(field([](auto& r) { r.set_theme("neon"); }), "theme");
  EXPECT_EQ(field([](auto& r) { r.set_indexing(static_cast<v1::Site::Indexing>(2)); }), "indexing");
}

TEST_P(RolesTest, SearchEnginesMayShowACommunityUntilItRefuses) {
  const CallOptions boss = As(JoinAdmin("boss"));
  EXPECT_EQ(Site()->indexing(), v1::Site::ALLOWED);
  v1::UpdateSiteRequest request;
  request.set_indexing(v1::Site::REFUSED);
  ASSERT_TRUE(Call<v1::Site>("UpdateSite", request, boss).ok());
  EXPECT_EQ(LastEvent().body_case(), events::Event::kSiteChanged);
  EXPECT_EQ(Site()->indexing(), v1::Site::REFUSED);
  v1::UpdateSiteRequest other;
  other.set_name("Woodworkers");
  ASSERT_TRUE(Call<v1::Site>("UpdateSite", other, boss).ok());
  EXPECT_EQ(Site()->indexing(), v1::Site::REFUSED);
  request.set_indexing(v1::Site::ALLOWED);
  ASSERT_TRUE(Call<v1::Site>("UpdateSite", request, boss).ok());
  EXPECT_EQ(Site()->indexing(), v1::Site::ALLOWED);
}

INSTANTIATE_TEST_SUITE_P(Engines, RolesTest, ::testing::ValuesIn(database::Engines()),
                         database::EngineName);

}  // namespace
}  // namespace forium::auth
