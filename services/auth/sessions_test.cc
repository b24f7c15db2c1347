// SPDX-License-Identifier: Apache-2.0
#include "services/auth/sessions.h"

#include <algorithm>
#include <ctime>
#include <vector>

#include "services/auth/auth_fixture.h"
#include "services/auth/tokens.h"

namespace forium::auth {
namespace {

class SessionsTest : public AuthTest {
 protected:
  absl::StatusOr<v1::ListSessionsResponse> List(const CallOptions& as) {
    return Call<v1::ListSessionsResponse>("ListSessions", v1::ListSessionsRequest(), as);
  }
  int StatementsOf(const std::string& token) {
    v1::ResolveSessionRequest request;
    request.set_token(token);
    request.set_host("example.org");
    return channel_->CallBytes("forium.auth.v1.AuthService.ResolveSession", request, Principal(""))
        .sql_statements;
  }
};

TEST_P(SessionsTest, SigningInWorksByNameAndByAddressInAnyCase) {
  const v1::Session alice = Join("Alice");
  for (const char* login : {"Alice", "ALICE", " alice ", "alice@EXAMPLE.org"}) {
    const absl::StatusOr<v1::Session> session = SignIn(login);
    ASSERT_TRUE(session.ok()) << login << session.status();
    EXPECT_EQ(session->user_id(), alice.user_id());
    EXPECT_EQ(session->username(), "Alice");
  }
}

TEST_P(SessionsTest, UnknownLoginAndWrongPasswordAreNotToldApart) {
  Join("alice");
  const absl::Status wrong = SignIn("alice", "wrong password").status();
  const absl::Status unknown = SignIn("nobody", "wrong password").status();
  EXPECT_EQ(ReasonOf(wrong), type::v1::WRONG_CREDENTIALS);
  EXPECT_EQ(wrong, unknown);
}

TEST_P(SessionsTest, UnknownLoginAndWrongPasswordTakeTheSameTime) {
  config_.passwords = PasswordOptions();
  config_.passwords.memory_kib = 4 * 1024;
  Start();
  Join("alice");
  const CallOptions guest = Guest();
  // Processor time of this process, the least of several turns: what else the machine does is not
  // in it.
  const auto cost = [&](const std::string& login) {
    const std::clock_t start = std::clock();
    EXPECT_FALSE(SignIn(login, "wrong password", guest).ok());
    return std::clock() - start;
  };
  std::clock_t known = cost("alice");
  std::clock_t unknown = cost("nobody");
  for (int i = 0; i < 10; ++i) {
    known = std::min(known, cost("alice"));
    unknown = std::min(unknown, cost("nobody"));
  }
  // Without the hash the answer would come in a tenth of the time.
  EXPECT_GT(unknown, known / 2);
  EXPECT_GT(known, unknown / 2);
}

TEST_P(SessionsTest, WrongPasswordsAreThrottledForEveryLoginAlike) {
  config_.throttle.enabled = true;
  Start();
  Join("alice");
  for (const char* login : {"alice", "nobody"}) {
    for (int i = 0; i < 10; ++i) {
      ASSERT_EQ(ReasonOf(SignIn(login, "wrong password")), type::v1::WRONG_CREDENTIALS) << i;
    }
    const absl::Status refused = SignIn(login, kPassword).status();
    EXPECT_EQ(ReasonOf(refused), type::v1::TOO_MANY_REQUESTS);
    EXPECT_GT(status::DetailOf(refused).retry_after(), 0);
  }
  PassTime(absl::Minutes(16));
  EXPECT_TRUE(SignIn("alice").ok());
}

TEST_P(SessionsTest, ATokenMakesThePrincipalOfItsUser) {
  const v1::Session session = JoinModerator("alice");
  const v1::ResolveSessionResponse resolved = *Resolve(session.token());
  EXPECT_TRUE(resolved.found());
  EXPECT_EQ(resolved.me().username(), "alice");
  const absl::Time now = absl::Now();
  const auto principal = verifier_->Verify(resolved.signed_principal(), now);
  ASSERT_TRUE(principal.ok()) << principal.status();
  EXPECT_EQ(principal->tenant(), "default");
  EXPECT_EQ(principal->user_id(), session.user_id());
  EXPECT_EQ(principal->session_id(), session.id());
  EXPECT_EQ(principal->role(), type::v1::MODERATOR_ROLE);
  EXPECT_FALSE(principal->system());
  EXPECT_FALSE(principal->suspended());
  const absl::Duration life = absl::FromUnixMicros(principal->expires_at()) - now;
  EXPECT_GE(life, absl::Seconds(60));
  EXPECT_LE(life, absl::Seconds(90));
  EXPECT_FALSE(verifier_->Verify(resolved.signed_principal(), now + absl::Seconds(90)).ok());
}

TEST_P(SessionsTest, VoidTokensMakeTheAnonymousPrincipal) {
  const v1::Session session = Join("alice");
  std::string altered = session.token();
  altered[0] = altered[0] == 'A' ? 'B' : 'A';
  for (const std::string& token :
       {std::string(), std::string("x"), altered, NewToken(), session.token() + "A",
        std::string(100000, 'A'), std::string("' OR 1=1 --"), HashOf(session.token())}) {
    const v1::ResolveSessionResponse resolved = *Resolve(token);
    EXPECT_FALSE(resolved.found());
    EXPECT_EQ(resolved.me().id(), 0);
    EXPECT_EQ(resolved.me().role(), type::v1::ANONYMOUS);
    const auto principal = verifier_->Verify(resolved.signed_principal(), absl::Now());
    ASSERT_TRUE(principal.ok()) << principal.status();
    EXPECT_EQ(principal->user_id(), 0);
    EXPECT_EQ(principal->role(), type::v1::ANONYMOUS);
  }
}

TEST_P(SessionsTest, ResolvingCostsOneStatementAndNoneForGuests) {
  const v1::Session session = Join("alice");
  EXPECT_EQ(StatementsOf(session.token()), 1);
  EXPECT_EQ(StatementsOf(""), 0);
  EXPECT_EQ(StatementsOf("not a token"), 0);
}

TEST_P(SessionsTest, TheTokenIsNotInTheDatabase) {
  const v1::Session session = Join("alice");
  constexpr database::Statement kHashes{"hashes", "SELECT token_hash FROM sessions"};
  std::vector<std::string> hashes;
  ASSERT_TRUE(tenant()
                  .Read([&](database::Transaction& tx) {
                    return tx.Query(kHashes, [&](const database::Row& row) {
                      hashes.emplace_back(row.Text(0));
                    });
                  })
                  .ok());
  EXPECT_THAT(hashes, ::testing::ElementsAre(HashOf(session.token())));
}

TEST_P(SessionsTest, ASessionLivesThirtyDaysFromItsLastUse) {
  const v1::Session session = Join("alice");
  const v1::Session unused = *SignIn("alice");
  for (int week = 0; week < 8; ++week) {
    PassTime(absl::Hours(24 * 7));
    ASSERT_TRUE(Resolve(session.token())->found()) << week;
  }
  EXPECT_FALSE(Resolve(unused.token())->found());
  PassTime(absl::Hours(24 * 31));
  EXPECT_FALSE(Resolve(session.token())->found());
}

TEST_P(SessionsTest, AUseIsNotedOnceAnHour) {
  const v1::Session session = Join("alice");
  PassTime(absl::Minutes(30));
  EXPECT_EQ(StatementsOf(session.token()), 1);
  PassTime(absl::Minutes(40));
  EXPECT_GT(StatementsOf(session.token()), 1);
  EXPECT_EQ(StatementsOf(session.token()), 1);
}

TEST_P(SessionsTest, ListsShowOnesOwnSessionsAndWhichIsThisOne) {
  const v1::Session first = Join("alice");
  Join("bob");
  CallOptions phone = Guest();
  phone.user_agent = "Phone/1.0  " + std::string(1000, 'x');
  PassTime(absl::Minutes(1));
  const v1::Session second = *SignIn("alice", kPassword, phone);
  const v1::ListSessionsResponse list = *List(As(second));
  ASSERT_EQ(list.sessions_size(), 2);
  EXPECT_EQ(list.sessions(0).id(), second.id());
  EXPECT_TRUE(list.sessions(0).current());
  EXPECT_TRUE(list.sessions(0).user_agent().starts_with("Phone/1.0 x"));
  EXPECT_LE(list.sessions(0).user_agent().size(), 300u);
  EXPECT_EQ(list.sessions(1).id(), first.id());
  EXPECT_FALSE(list.sessions(1).current());
  for (const v1::Session& session : list.sessions()) EXPECT_EQ(session.token(), "");
}

TEST_P(SessionsTest, SessionsAreEndedByTheirOwnerOnly) {
  const v1::Session alice = Join("alice");
  const v1::Session bob = Join("bob");
  EXPECT_EQ(ReasonOf(EndSession(std::to_string(alice.id()), As(bob))), type::v1::NOT_FOUND);
  EXPECT_EQ(ReasonOf(EndSession(std::to_string(alice.id()), As(JoinAdmin("boss")))),
            type::v1::NOT_FOUND);
  EXPECT_EQ(ReasonOf(EndSession(std::to_string(alice.id()), Guest())), type::v1::SIGN_IN_REQUIRED);
  EXPECT_TRUE(Resolve(alice.token())->found());
  EXPECT_TRUE(EndSession(std::to_string(alice.id()), As(alice)).ok());
  EXPECT_FALSE(Resolve(alice.token())->found());
  for (const char* bad : {"", "all", "1x", "99999999999999999999"}) {
    EXPECT_EQ(ReasonOf(EndSession(bad, As(bob))), type::v1::INVALID_FIELD) << bad;
  }
}

TEST_P(SessionsTest, SigningOutEndsThisSessionAndOthersTheRest) {
  const v1::Session first = Join("alice");
  const v1::Session second = *SignIn("alice");
  const v1::Session third = *SignIn("alice");
  ASSERT_TRUE(EndSession("others", As(second)).ok());
  EXPECT_FALSE(Resolve(first.token())->found());
  EXPECT_FALSE(Resolve(third.token())->found());
  EXPECT_THAT(LastEvent().sessions_ended().session_ids(),
              ::testing::UnorderedElementsAre(first.id(), third.id()));
  // Nothing to end, nothing to tell: an event without ids would mean all sessions.
  const size_t events = Events().size();
  ASSERT_TRUE(EndSession("others", As(second)).ok());
  EXPECT_EQ(Events().size(), events);
  ASSERT_TRUE(EndSession("current", As(second)).ok());
  EXPECT_FALSE(Resolve(second.token())->found());
  EXPECT_TRUE(EndSession("current", Guest()).ok());
}

TEST_P(SessionsTest, TheFiftyMostRecentSessionsLive) {
  const v1::Session first = Join("alice");
  PassTime(absl::Seconds(1));
  for (int i = 0; i < Sessions::kPerAccount; ++i) ASSERT_TRUE(SignIn("alice").ok());
  EXPECT_FALSE(Resolve(first.token())->found());
  EXPECT_EQ(List(As(*SignIn("alice")))->sessions_size(), Sessions::kPerAccount);
}

TEST_P(SessionsTest, SigningInMakesAnOutdatedHashAnew) {
  Join("alice");
  config_.passwords.passes = 3;
  Start();
  ASSERT_TRUE(SignIn("alice").ok());
  constexpr database::Statement kHash{"hash", "SELECT password_hash FROM credentials"};
  std::string hash;
  ASSERT_TRUE(tenant()
                  .Read([&](database::Transaction& tx) {
                    return tx.Query(kHash, [&](const database::Row& row) { hash = row.Text(0); });
                  })
                  .ok());
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=64,t=3,p=1$")) << hash;
  EXPECT_TRUE(SignIn("alice").ok());
}

TEST_P(SessionsTest, TheSigningKeySurvivesARestart) {
  const v1::Session session = Join("alice");
  const std::string before = service_->public_key();
  const std::string principal = Resolve(session.token())->signed_principal();
  Start();
  EXPECT_EQ(service_->public_key(), before);
  EXPECT_TRUE(verifier_->Verify(principal, absl::Now()).ok());
  EXPECT_TRUE(Resolve(session.token())->found());
}

TEST_P(SessionsTest, AnUnknownTenantMakesNoDatabase) {
  v1::ResolveSessionRequest request;
  CallOptions options = Principal("");
  options.tenant = "elsewhere";
  EXPECT_EQ(ReasonOf(Call<v1::ResolveSessionResponse>("ResolveSession", request, options)),
            type::v1::NOT_FOUND);
}

INSTANTIATE_TEST_SUITE_P(Engines, SessionsTest, ::testing::ValuesIn(database::Engines()),
                         database::EngineName);

}  // namespace
}  // namespace forium::auth
