// SPDX-License-Identifier: Apache-2.0
#include "services/auth/accounts.h"

#include <atomic>
#include <thread>
#include <vector>

#include "services/auth/auth_fixture.h"

namespace forium::auth {
namespace {

class AccountsTest : public AuthTest {};

TEST_P(AccountsTest, RegisteringSignsInAndTellsOnlyTheOwnerTheAddress) {
  const v1::Session session = Join("Alice");
  EXPECT_EQ(session.username(), "Alice");
  EXPECT_EQ(session.token().size(), 43u);
  EXPECT_TRUE(session.current());
  const absl::StatusOr<v1::Me> me = Me(As(session));
  ASSERT_TRUE(me.ok()) << me.status();
  EXPECT_EQ(me->id(), session.user_id());
  EXPECT_EQ(me->email(), "Alice@example.org");
  EXPECT_EQ(me->role(), type::v1::MEMBER_ROLE);
  const absl::StatusOr<v1::User> seen = User("alice", Guest());
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->username(), "Alice");
  EXPECT_EQ(seen->email(), "");
  const absl::StatusOr<v1::User> by_admin = User("alice", As(JoinAdmin("boss")));
  EXPECT_EQ(by_admin->email(), "");
}

TEST_P(AccountsTest, RegisteringIsAnnounced) {
  const v1::Session session = Join("Alice");
  const events::Event event = LastEvent();
  EXPECT_EQ(event.aggregate(), "user:" + std::to_string(session.user_id()));
  EXPECT_EQ(event.version(), 1);
  EXPECT_EQ(event.user_changed().user_id(), session.user_id());
  EXPECT_EQ(event.user_changed().username(), "Alice");
  EXPECT_EQ(event.user_changed().role(), type::v1::MEMBER_ROLE);
}

TEST_P(AccountsTest, NamesAndAddressesAreUniqueWithoutCase) {
  Join("Alice");
  EXPECT_EQ(ReasonOf(TryJoin("ALICE", Guest())), type::v1::USERNAME_TAKEN);
  v1::CreateUserRequest request;
  request.set_username("bob");
  request.set_email("ALICE@Example.org");
  request.set_password(kPassword);
  const absl::Status taken = Call<v1::Session>("CreateUser", request, Guest()).status();
  EXPECT_EQ(ReasonOf(taken), type::v1::EMAIL_TAKEN);
  EXPECT_EQ(status::DetailOf(taken).field(), "email");
  // Nothing of the refused account stayed.
  EXPECT_EQ(ReasonOf(User("bob", Guest())), type::v1::NOT_FOUND);
}

TEST_P(AccountsTest, TwoAtOnceForOneNameMakeOneAccount) {
  std::atomic<int> made = 0;
  std::atomic<int> taken = 0;
  const CallOptions guest = Guest();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      v1::CreateUserRequest request;
      request.set_username(i % 2 == 0 ? "alice" : "ALICE");
      request.set_email("alice" + std::to_string(i) + "@example.org");
      request.set_password(kPassword);
      const auto session = Call<v1::Session>("CreateUser", request, guest);
      made += session.ok();
      taken += ReasonOf(session) == type::v1::USERNAME_TAKEN;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(taken, 7);
}

TEST_P(AccountsTest, BadFieldsAreNamed) {
  const auto field = [&](const std::string& name, const std::string& email,
                         const std::string& password, const std::string& locale) {
    v1::CreateUserRequest request;
    request.set_username(name);
    request.set_email(email);
    request.set_password(password);
    request.set_locale(locale);
    return status::DetailOf(Call<v1::Session>("CreateUser", request, Guest()).status()).field();
  };
  EXPECT_EQ(field("<script>", "a@example.org", kPassword, ""), "username");
  EXPECT_EQ(field("admin", "a@example.org", kPassword, ""), "username");
  EXPECT_EQ(field("alice", "nothing", kPassword, ""), "email");
  EXPECT_EQ(field("alice", "a@example.org", "short", ""), "password");
  EXPECT_EQ(field("alice", "a@example.org", "a@example.org", ""), "password");
  EXPECT_EQ(field("alice", "a@example.org", kPassword, "../../etc"), "locale");
}

TEST_P(AccountsTest, RegistrationFollowsTheMode) {
  ASSERT_TRUE(SetRegistration(v1::Site::INVITE_ONLY).ok());
  EXPECT_EQ(ReasonOf(TryJoin("alice", Guest())), type::v1::INVITATION_REQUIRED);
  EXPECT_EQ(ReasonOf(TryJoin("alice", Guest(), "made-up")), type::v1::LINK_INVALID);
  const CallOptions admin = As(*SignIn("boss"));
  const v1::Link invite = *MakeLink(v1::Link::INVITE, admin);
  EXPECT_TRUE(TryJoin("alice", Guest(), invite.token()).ok());
  EXPECT_EQ(ReasonOf(TryJoin("bob", Guest(), invite.token())), type::v1::LINK_INVALID);
  // A reset link is no invitation.
  const v1::Link reset = *MakeLink(v1::Link::RESET, admin, "alice");
  EXPECT_EQ(ReasonOf(TryJoin("bob", Guest(), reset.token())), type::v1::LINK_INVALID);
  const v1::Link unused = *MakeLink(v1::Link::INVITE, admin);
  ASSERT_TRUE(SetRegistration(v1::Site::CLOSED).ok());
  EXPECT_EQ(ReasonOf(TryJoin("bob", Guest(), unused.token())), type::v1::REGISTRATION_CLOSED);
  ASSERT_TRUE(SetRegistration(v1::Site::OPEN).ok());
  EXPECT_TRUE(TryJoin("bob", Guest()).ok());
}

TEST_P(AccountsTest, AnInvitationIsNotUsedUpByARefusedRegistration) {
  ASSERT_TRUE(SetRegistration(v1::Site::INVITE_ONLY).ok());
  const v1::Link invite = *MakeLink(v1::Link::INVITE, As(*SignIn("boss")));
  EXPECT_EQ(ReasonOf(TryJoin("boss", Guest(), invite.token())), type::v1::USERNAME_TAKEN);
  EXPECT_TRUE(TryJoin("alice", Guest(), invite.token()).ok());
}

TEST_P(AccountsTest, ProfilesAreCleanedAndChangeOnlyWhatIsSet) {
  const v1::Session alice = Join("alice");
  v1::UpdateMeRequest request;
  request.set_display_name(" Alice\u202E  <b>A</b> ");
  request.set_bio("line\nline\u0007");
  request.set_theme("dark");
  absl::StatusOr<v1::Me> me = Call<v1::Me>("UpdateMe", request, As(alice));
  ASSERT_TRUE(me.ok()) << me.status();
  EXPECT_EQ(me->display_name(), "Alice <b>A</b>");
  EXPECT_EQ(me->bio(), "line\nline");
  EXPECT_EQ(me->preferences().theme(), "dark");
  EXPECT_EQ(LastEvent().user_changed().display_name(), "Alice <b>A</b>");
  EXPECT_EQ(LastEvent().version(), 2);
  v1::UpdateMeRequest second;
  second.set_density("dense");
  me = Call<v1::Me>("UpdateMe", second, As(alice));
  EXPECT_EQ(me->preferences().theme(), "dark");
  EXPECT_EQ(me->preferences().density(), "dense");
  EXPECT_EQ(me->display_name(), "Alice <b>A</b>");
}

TEST_P(AccountsTest, BadProfilesAreRefused) {
  const CallOptions alice = As(Join("alice"));
  const auto field = [&](auto set) {
    v1::UpdateMeRequest request;
    set(request);
    return status::DetailOf(Call<v1::Me>("UpdateMe", request, alice).status()).field();
  };
  EXPECT_EQ(field([](auto& r) { r.set_display_name(std::string(61, 'x')); }), "display_name");
  EXPECT_EQ(field([](auto& r) { r.set_bio(std::string(501, 'x')); }), "bio");
  EXPECT_EQ(field([](auto& r) { r.set_theme("neon"); }), "theme");
  EXPECT_EQ(field([](auto& r) { r.set_density("<x>"); }), "density");
  EXPECT_EQ(field([](auto& r) { r.set_locale("xx_YY"); }), "locale");
  EXPECT_EQ(field([](auto& r) { r.set_time_zone("/etc/passwd"); }), "time_zone");
}

TEST_P(AccountsTest, ARenamedAccountKeepsItsOldNames) {
  const v1::Session alice = Join("Alice");
  ASSERT_TRUE(Rename(alice.user_id(), "Bertha", As(alice)).ok());
  EXPECT_EQ(User("alice", Guest())->username(), "Bertha");
  EXPECT_EQ(User("bertha", Guest())->username(), "Bertha");
  EXPECT_EQ(LastEvent().user_changed().old_username(), "Alice");
  EXPECT_EQ(LastEvent().user_changed().username(), "Bertha");
  EXPECT_EQ(ReasonOf(TryJoin("alice", Guest())), type::v1::USERNAME_TAKEN);
  const v1::Session carol = Join("carol");
  EXPECT_EQ(ReasonOf(Rename(carol.user_id(), "ALICE", As(carol))), type::v1::USERNAME_TAKEN);
  // Back again, and written in another way.
  EXPECT_TRUE(Rename(alice.user_id(), "ALICE", As(alice)).ok());
  EXPECT_EQ(User("bertha", Guest())->username(), "ALICE");
  EXPECT_TRUE(SignIn("bertha").ok());
}

TEST_P(AccountsTest, OnlyOwnersAndAdministratorsRename) {
  const v1::Session alice = Join("alice");
  const v1::Session bob = Join("bob");
  EXPECT_EQ(ReasonOf(Rename(alice.user_id(), "mallory", As(bob))), type::v1::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(Rename(alice.user_id(), "mallory", As(JoinModerator("mo")))),
            type::v1::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(Rename(alice.user_id(), "mallory", Guest())), type::v1::SIGN_IN_REQUIRED);
  EXPECT_EQ(ReasonOf(Rename(alice.user_id(), "staff", As(alice))), type::v1::INVALID_FIELD);
  const v1::Session boss = JoinAdmin("boss");
  EXPECT_TRUE(Rename(alice.user_id(), "staff", As(boss)).ok());
  EXPECT_EQ(ReasonOf(Rename(999, "nobody", As(boss))), type::v1::NOT_FOUND);
}

TEST_P(AccountsTest, NobodyHoardsNames) {
  const v1::Session alice = Join("alice");
  for (int i = 1; i < Accounts::kNamesPerAccount; ++i) {
    ASSERT_TRUE(Rename(alice.user_id(), "name" + std::to_string(i), As(alice)).ok()) << i;
  }
  EXPECT_EQ(ReasonOf(Rename(alice.user_id(), "onemore", As(alice))), type::v1::TOO_MANY_REQUESTS);
  EXPECT_TRUE(TryJoin("onemore", Guest()).ok());
}

TEST_P(AccountsTest, ChangingThePasswordEndsAllOtherSessions) {
  const v1::Session here = Join("alice");
  const v1::Session there = *SignIn("alice");
  EXPECT_EQ(ReasonOf(ChangePassword("wrong password", "another good one", As(here))),
            type::v1::WRONG_CREDENTIALS);
  EXPECT_EQ(status::DetailOf(ChangePassword(kPassword, "short", As(here))).field(), "new_password");
  ASSERT_TRUE(ChangePassword(kPassword, "another good one", As(here)).ok());
  EXPECT_TRUE(Resolve(here.token())->found());
  EXPECT_FALSE(Resolve(there.token())->found());
  EXPECT_EQ(ReasonOf(SignIn("alice", kPassword)), type::v1::WRONG_CREDENTIALS);
  EXPECT_TRUE(SignIn("alice", "another good one").ok());
  std::vector<int64_t> ended;
  for (const events::Event& event : Events()) {
    for (const int64_t id : event.sessions_ended().session_ids()) ended.push_back(id);
  }
  EXPECT_THAT(ended, ::testing::ElementsAre(there.id()));
}

TEST_P(AccountsTest, ErasingTakesTheNameTheAddressAndTheSessionsAway) {
  JoinAdmin("boss");
  const v1::Session alice = Join("alice");
  EXPECT_EQ(ReasonOf(Erase(alice.user_id(), "wrong password", As(alice))),
            type::v1::WRONG_CREDENTIALS);
  EXPECT_EQ(ReasonOf(Erase(alice.user_id(), "", As(alice))), type::v1::WRONG_CREDENTIALS);
  const CallOptions as_alice = As(alice);
  ASSERT_TRUE(Erase(alice.user_id(), kPassword, as_alice).ok());
  EXPECT_EQ(LastEvent().user_erased().user_id(), alice.user_id());
  EXPECT_EQ(LastEvent().version(), 2);
  EXPECT_FALSE(Resolve(alice.token())->found());
  EXPECT_EQ(ReasonOf(User("alice", Guest())), type::v1::NOT_FOUND);
  EXPECT_EQ(ReasonOf(SignIn("alice")), type::v1::WRONG_CREDENTIALS);
  EXPECT_EQ(ReasonOf(TryJoin("alice", Guest())), type::v1::USERNAME_TAKEN);
  // Her principal lives for a minute more, but acts for nobody.
  EXPECT_EQ(ReasonOf(Rename(alice.user_id(), "zombie", as_alice)), type::v1::SIGN_IN_REQUIRED);
  EXPECT_EQ(ReasonOf(Erase(alice.user_id(), kPassword, as_alice)), type::v1::WRONG_CREDENTIALS);
  // The address is free again.
  v1::CreateUserRequest request;
  request.set_username("alice2");
  request.set_email("alice@example.org");
  request.set_password(kPassword);
  EXPECT_TRUE(Call<v1::Session>("CreateUser", request, Guest()).ok());
}

TEST_P(AccountsTest, OnlyOwnersAndAdministratorsErase) {
  const v1::Session boss = JoinAdmin("boss");
  const v1::Session alice = Join("alice");
  const v1::Session bob = Join("bob");
  EXPECT_EQ(ReasonOf(Erase(alice.user_id(), kPassword, As(bob))), type::v1::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(Erase(alice.user_id(), kPassword, As(JoinModerator("mo")))),
            type::v1::PERMISSION_DENIED);
  EXPECT_EQ(ReasonOf(Erase(alice.user_id(), kPassword, Guest())), type::v1::SIGN_IN_REQUIRED);
  EXPECT_TRUE(Erase(alice.user_id(), "", As(boss)).ok());
  EXPECT_EQ(ReasonOf(Erase(alice.user_id(), "", As(boss))), type::v1::NOT_FOUND);
  EXPECT_EQ(ReasonOf(Erase(boss.user_id(), kPassword, As(boss))), type::v1::LAST_ADMINISTRATOR);
  JoinAdmin("chief");
  EXPECT_TRUE(Erase(boss.user_id(), kPassword, As(boss)).ok());
}

TEST_P(AccountsTest, OnlyAdministratorsListAccounts) {
  const v1::Session boss = JoinAdmin("boss");
  for (int i = 0; i < 5; ++i) Join("user" + std::to_string(i));
  v1::ListUsersRequest request;
  request.set_page_size(4);
  EXPECT_EQ(ReasonOf(Call<v1::ListUsersResponse>("ListUsers", request, Guest())),
            type::v1::SIGN_IN_REQUIRED);
  EXPECT_EQ(ReasonOf(Call<v1::ListUsersResponse>("ListUsers", request, As(JoinModerator("mo")))),
            type::v1::PERMISSION_DENIED);
  std::vector<std::string> names;
  do {
    const auto page = Call<v1::ListUsersResponse>("ListUsers", request, As(boss));
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->users_size(), 4);
    for (const v1::User& user : page->users()) {
      names.push_back(user.username());
      EXPECT_EQ(user.email(), user.username() + "@example.org");
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names,
              ::testing::ElementsAre("boss", "mo", "user0", "user1", "user2", "user3", "user4"));
  request.set_page_token("%%%");
  EXPECT_EQ(ReasonOf(Call<v1::ListUsersResponse>("ListUsers", request, As(boss))),
            type::v1::INVALID_PAGE_TOKEN);
  request.clear_page_token();
  request.set_filter("everything");
  EXPECT_EQ(ReasonOf(Call<v1::ListUsersResponse>("ListUsers", request, As(boss))),
            type::v1::INVALID_FIELD);
}

TEST_P(AccountsTest, RegistrationsFromOneAddressAreBounded) {
  config_.throttle.enabled = true;
  config_.throttle.registrations_per_address = 2;
  Start();
  const CallOptions here = From(Guest(), "192.0.2.1");
  EXPECT_TRUE(TryJoin("alice", here).ok());
  EXPECT_EQ(ReasonOf(TryJoin("alice", here)), type::v1::USERNAME_TAKEN);  // not counted
  EXPECT_TRUE(TryJoin("bob", here).ok());
  const absl::Status refused = TryJoin("carol", here).status();
  EXPECT_EQ(ReasonOf(refused), type::v1::TOO_MANY_REQUESTS);
  EXPECT_GT(status::DetailOf(refused).retry_after(), 0);
  EXPECT_TRUE(TryJoin("carol", From(Guest(), "192.0.2.2")).ok());
}

INSTANTIATE_TEST_SUITE_P(Engines, AccountsTest, ::testing::ValuesIn(database::Engines()),
                         database::EngineName);

}  // namespace
}  // namespace forium::auth
