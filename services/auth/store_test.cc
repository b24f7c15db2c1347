// SPDX-License-Identifier: Apache-2.0
#include "services/auth/store.h"

#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "services/auth/migrations.h"
#include "services/auth/names.h"
#include "services/auth/tokens.h"
#include "services/base/database/testing.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class StoreTest : public database::TestDatabases {
 protected:
  void SetUp() override {
    TestDatabases::SetUp();
    if (IsSkipped()) return;
    database_ = Open(kMigrations);
  }

  template <typename Body>
  void Write(Body body) {
    const absl::Status written = database_->Write([&](database::Transaction& tx) -> absl::Status {
      Store store(tx);
      return body(store);
    });
    ASSERT_TRUE(written.ok()) << written << status::CauseOf(written);
  }
  template <typename Body>
  void Read(Body body) {
    const absl::Status read = database_->Read([&](database::Transaction& tx) -> absl::Status {
      Store store(tx);
      return body(store);
    });
    ASSERT_TRUE(read.ok()) << read << status::CauseOf(read);
  }

  static Account Named(const std::string& username) {
    Account account;
    account.username = username;
    account.created_at = absl::FromUnixMicros(1'600'000'000'123'456);
    account.last_seen_at = account.created_at;
    return account;
  }
  Account Add(const std::string& username) {
    Account account = Named(username);
    Write([&](Store& store) -> absl::Status {
      account = Named(username);
      ASSIGN_OR_RETURN(const bool added, store.AddUser(account));
      EXPECT_TRUE(added);
      return absl::OkStatus();
    });
    return account;
  }
  std::vector<std::string> List(AccountFilter filter, const std::string& part = "",
                                const std::string& after = "", int limit = 100) {
    std::vector<std::string> names;
    Read([&](Store& store) -> absl::Status {
      names.clear();
      ASSIGN_OR_RETURN(const auto accounts,
                       store.ListUsers(filter, part, after, limit, absl::Now()));
      for (const Account& account : accounts) names.push_back(account.username);
      return absl::OkStatus();
    });
    return names;
  }

  std::unique_ptr<database::Database> database_;
};

TEST_P(StoreTest, AnAccountComesBackAsItWasSaved) {
  Account account = Add("Alice");
  account.display_name = "Alice A.";
  account.role = type::v1::MODERATOR_ROLE;
  account.bio = "Line\nline";
  account.suspended = true;
  account.suspended_until = absl::FromUnixMicros(1'900'000'000'000'001);
  account.suspension_reason = "spam";
  account.locale = "de";
  account.theme = "dark";
  account.density = "dense";
  account.time_zone = "Europe/Berlin";
  Write([&](Store& store) -> absl::Status {
    ASSIGN_OR_RETURN(const bool reachable, store.SetEmail(account.id, "Alice@Example.org"));
    EXPECT_TRUE(reachable);
    Account copy = account;
    RETURN_IF_ERROR(store.SaveUser(copy));
    EXPECT_EQ(copy.version, 2);
    return absl::OkStatus();
  });
  Read([&](Store& store) -> absl::Status {
    ASSIGN_OR_RETURN(const Account read, store.User(account.id));
    EXPECT_EQ(read.username, "Alice");
    EXPECT_EQ(read.display_name, "Alice A.");
    EXPECT_EQ(read.role, type::v1::MODERATOR_ROLE);
    EXPECT_EQ(read.bio, "Line\nline");
    EXPECT_EQ(read.created_at, account.created_at);
    EXPECT_TRUE(read.suspended);
    EXPECT_EQ(read.suspended_until, account.suspended_until);
    EXPECT_EQ(read.suspension_reason, "spam");
    EXPECT_EQ(read.locale, "de");
    EXPECT_EQ(read.theme, "dark");
    EXPECT_EQ(read.density, "dense");
    EXPECT_EQ(read.time_zone, "Europe/Berlin");
    EXPECT_EQ(read.email, "Alice@Example.org");
    EXPECT_EQ(read.version, 2);
    return absl::OkStatus();
  });
}

TEST_P(StoreTest, SavingAnOldVersionFails) {
  Account account = Add("alice");
  Account old = account;
  Write([&](Store& store) -> absl::Status {
    Account copy = account;
    return store.SaveUser(copy);
  });
  const absl::Status saved = database_->Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    Account copy = old;
    return store.SaveUser(copy);
  });
  EXPECT_EQ(status::ReasonOf(saved), type::v1::INTERNAL);
}

TEST_P(StoreTest, NamesAreUniqueWithoutCaseAndForever) {
  const Account alice = Add("Alice");
  Write([&](Store& store) -> absl::Status {
    ASSIGN_OR_RETURN(const bool renamed, store.TakeName(alice, "Bertha"));
    EXPECT_TRUE(renamed);
    Account copy = alice;
    copy.username = "Bertha";
    return store.SaveUser(copy);
  });
  const Account carol = Add("carol");
  Write([&](Store& store) -> absl::Status {
    for (const char* name : {"alice", "ALICE", "bertha"}) {
      ASSIGN_OR_RETURN(const bool taken, store.TakeName(carol, name));
      EXPECT_FALSE(taken) << name;
      ASSIGN_OR_RETURN(const bool free, store.NameIsFree(name));
      EXPECT_FALSE(free) << name;
    }
    // One's own former name may be had again.
    ASSIGN_OR_RETURN(const bool again, store.TakeName(alice, "ALICE"));
    EXPECT_TRUE(again);
    ASSIGN_OR_RETURN(const auto found, store.FindUser("alice"));
    EXPECT_EQ(found->username, "Bertha");
    ASSIGN_OR_RETURN(const int64_t names, store.CountNames(alice.id));
    EXPECT_EQ(names, 2);
    return absl::OkStatus();
  });
}

TEST_P(StoreTest, AddressesAreUniqueWithoutCase) {
  const Account alice = Add("alice");
  const Account bob = Add("bob");
  Write([&](Store& store) -> absl::Status {
    ASSIGN_OR_RETURN(const bool first, store.SetEmail(alice.id, "Alice@example.org"));
    EXPECT_TRUE(first);
    ASSIGN_OR_RETURN(const bool second, store.SetEmail(bob.id, "alice@EXAMPLE.org"));
    EXPECT_FALSE(second);
    return absl::OkStatus();
  });
}

TEST_P(StoreTest, ErasedAccountsKeepTheirNamesTakenButNotReadable) {
  Account alice = Add("alice");
  Write([&](Store& store) -> absl::Status {
    RETURN_IF_ERROR(store.SetEmail(alice.id, "alice@example.org").status());
    RETURN_IF_ERROR(store.SetPassword(alice.id, "hash", absl::Now()));
    Account erased = alice;
    erased.username = ErasedUsername(alice.id);
    erased.erased = true;
    RETURN_IF_ERROR(store.SaveUser(erased));
    return store.EraseUser(alice.id);
  });
  Write([&](Store& store) -> absl::Status {
    ASSIGN_OR_RETURN(const auto by_name, store.FindUser("alice"));
    EXPECT_FALSE(by_name);
    ASSIGN_OR_RETURN(const auto login, store.FindLogin("alice@example.org"));
    EXPECT_EQ(login.user_id, 0);
    EXPECT_TRUE(absl::IsNotFound(store.User(alice.id).status()));
    ASSIGN_OR_RETURN(const bool free, store.NameIsFree("Alice"));
    EXPECT_FALSE(free);
    return absl::OkStatus();
  });
  const absl::Status added = database_->Write([&](database::Transaction& tx) -> absl::Status {
    Account again = Named("Alice");
    ASSIGN_OR_RETURN(const bool ok, Store(tx).AddUser(again));
    return ok ? absl::OkStatus() : absl::AlreadyExistsError("taken");
  });
  EXPECT_TRUE(absl::IsAlreadyExists(added)) << added;
}

TEST_P(StoreTest, LoginsAreFoundByNameFormerNameAndAddress) {
  const Account alice = Add("Alice");
  Write([&](Store& store) -> absl::Status {
    RETURN_IF_ERROR(store.TakeName(alice, "Bertha").status());
    RETURN_IF_ERROR(store.SetEmail(alice.id, "a@example.org").status());
    return store.SetPassword(alice.id, "hash", absl::Now());
  });
  Read([&](Store& store) -> absl::Status {
    for (const char* login : {"alice", "bertha", "a@example.org"}) {
      ASSIGN_OR_RETURN(const auto found, store.FindLogin(login));
      EXPECT_EQ(found.user_id, alice.id) << login;
      EXPECT_EQ(found.password_hash, "hash");
    }
    ASSIGN_OR_RETURN(const auto nobody, store.FindLogin("nobody"));
    EXPECT_EQ(nobody.user_id, 0);
    return absl::OkStatus();
  });
}

TEST_P(StoreTest, PasswordsAreReplacedOnlyIfTheyAreStillTheOld) {
  const Account alice = Add("alice");
  Write([&](Store& store) -> absl::Status {
    RETURN_IF_ERROR(store.SetPassword(alice.id, "one", absl::Now()));
    ASSIGN_OR_RETURN(const bool stale, store.ReplacePassword(alice.id, "zero", "two", absl::Now()));
    EXPECT_FALSE(stale);
    ASSIGN_OR_RETURN(const bool fresh, store.ReplacePassword(alice.id, "one", "two", absl::Now()));
    EXPECT_TRUE(fresh);
    ASSIGN_OR_RETURN(const std::string now, store.PasswordOf(alice.id));
    EXPECT_EQ(now, "two");
    return absl::OkStatus();
  });
}

TEST_P(StoreTest, ListsArePagedByNameAndFiltered) {
  for (const char* name : {"Émile", "bob", "Alice", "_zoe", "carol"}) Add(name);
  EXPECT_THAT(List(AccountFilter::kPresent), ElementsAre("_zoe", "Alice", "bob", "carol", "Émile"));
  EXPECT_THAT(List(AccountFilter::kPresent, "", Fold("Alice"), 2), ElementsAre("bob", "carol"));
  EXPECT_THAT(List(AccountFilter::kPresent, "o"), ElementsAre("_zoe", "bob", "carol"));
  // The pattern's own characters mean themselves.
  EXPECT_THAT(List(AccountFilter::kPresent, "_"), ElementsAre("_zoe"));
  EXPECT_THAT(List(AccountFilter::kPresent, "%"), IsEmpty());
  EXPECT_THAT(List(AccountFilter::kPresent, "!"), IsEmpty());
  Write([&](Store& store) -> absl::Status {
    ASSIGN_OR_RETURN(auto bob, store.FindUser("bob"));
    bob->role = type::v1::MODERATOR_ROLE;
    RETURN_IF_ERROR(store.SaveUser(*bob));
    ASSIGN_OR_RETURN(auto carol, store.FindUser("carol"));
    carol->suspended = true;
    RETURN_IF_ERROR(store.SaveUser(*carol));
    ASSIGN_OR_RETURN(auto alice, store.FindUser("alice"));
    alice->suspended = true;
    alice->suspended_until = absl::Now() - absl::Hours(1);
    RETURN_IF_ERROR(store.SaveUser(*alice));
    ASSIGN_OR_RETURN(auto zoe, store.FindUser("_zoe"));
    zoe->staged = true;
    RETURN_IF_ERROR(store.SaveUser(*zoe));
    return store.SetEmail(bob->id, "someone@example.org").status();
  });
  EXPECT_THAT(List(AccountFilter::kStaff), ElementsAre("bob"));
  EXPECT_THAT(List(AccountFilter::kSuspended), ElementsAre("carol"));
  EXPECT_THAT(List(AccountFilter::kStaged), ElementsAre("_zoe"));
  EXPECT_THAT(List(AccountFilter::kPresent), ElementsAre("Alice", "bob", "carol", "Émile"));
  EXPECT_THAT(List(AccountFilter::kPresent, "someone@"), ElementsAre("bob"));
}

TEST_P(StoreTest, SessionsEndOneByOneAndTogether) {
  const Account alice = Add("alice");
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  std::vector<int64_t> ids;
  Write([&](Store& store) -> absl::Status {
    ids.clear();
    for (int i = 0; i < 5; ++i) {
      StoredSession session;
      session.user_id = alice.id;
      session.created_at = now;
      session.last_used_at = now + absl::Seconds(i);
      session.expires_at = now + absl::Hours(i);
      session.user_agent = "Browser " + std::to_string(i);
      RETURN_IF_ERROR(store.AddSession(session, HashOf(std::to_string(i))));
      ids.push_back(session.id);
    }
    return absl::OkStatus();
  });
  Write([&](Store& store) -> absl::Status {
    ASSIGN_OR_RETURN(const auto listed, store.ListSessions(alice.id, now));
    EXPECT_EQ(listed.size(), 4u);  // the first has expired
    EXPECT_EQ(listed.front().user_agent, "Browser 4");
    ASSIGN_OR_RETURN(const auto expired, store.FindSession(HashOf("0"), now));
    EXPECT_FALSE(expired);
    ASSIGN_OR_RETURN(const auto found, store.FindSession(HashOf("3"), now));
    EXPECT_EQ(found->session.id, ids[3]);
    EXPECT_EQ(found->account.username, "alice");
    RETURN_IF_ERROR(store.TouchSession(found->session, now + absl::Hours(2), now + absl::Hours(9)));
    ASSIGN_OR_RETURN(const auto touched, store.FindSession(HashOf("3"), now));
    EXPECT_EQ(touched->session.expires_at, now + absl::Hours(9));
    EXPECT_EQ(touched->account.last_seen_at, now + absl::Hours(2));
    ASSIGN_OR_RETURN(const auto foreign, store.EndSession(alice.id + 1, ids[1]));
    EXPECT_THAT(foreign, IsEmpty());
    ASSIGN_OR_RETURN(const auto one, store.EndSession(alice.id, ids[1]));
    EXPECT_THAT(one, ElementsAre(ids[1]));
    ASSIGN_OR_RETURN(const auto oldest, store.EndOldestSessions(alice.id, 2));
    EXPECT_THAT(oldest, UnorderedElementsAre(ids[0], ids[2]));
    ASSIGN_OR_RETURN(const auto others, store.EndSessionsExcept(alice.id, ids[3]));
    EXPECT_THAT(others, ElementsAre(ids[4]));
    return store.DropExpiredSessions(now + absl::Hours(10));
  });
  Read([&](Store& store) -> absl::Status {
    ASSIGN_OR_RETURN(const auto left, store.ListSessions(alice.id, now));
    EXPECT_THAT(left, IsEmpty());
    return absl::OkStatus();
  });
}

TEST_P(StoreTest, LinksWorkOnceUntilTheyExpireOrAreVoided) {
  const Account alice = Add("alice");
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  Write([&](Store& store) -> absl::Status {
    StoredLink forever;
    forever.purpose = 1;
    forever.created_at = now;
    forever.expires_at = absl::InfiniteFuture();
    RETURN_IF_ERROR(store.AddLink(forever, HashOf("forever"), 0));
    StoredLink reset;
    reset.purpose = 3;
    reset.user_id = alice.id;
    reset.created_at = now;
    reset.expires_at = now + absl::Hours(1);
    RETURN_IF_ERROR(store.AddLink(reset, HashOf("reset"), 7));

    ASSIGN_OR_RETURN(const auto found, store.FindLink(HashOf("reset"), now));
    EXPECT_EQ(found->username, "alice");
    EXPECT_EQ(found->user_id, alice.id);
    ASSIGN_OR_RETURN(const auto expired, store.FindLink(HashOf("reset"), now + absl::Hours(1)));
    EXPECT_FALSE(expired);
    ASSIGN_OR_RETURN(const auto late, store.FindLink(HashOf("forever"), now + absl::Hours(99999)));
    EXPECT_EQ(late->expires_at, absl::InfiniteFuture());

    ASSIGN_OR_RETURN(const bool used, store.UseLink(forever.id, alice.id, now));
    EXPECT_TRUE(used);
    ASSIGN_OR_RETURN(const bool twice, store.UseLink(forever.id, alice.id, now));
    EXPECT_FALSE(twice);
    ASSIGN_OR_RETURN(const auto gone, store.FindLink(HashOf("forever"), now));
    EXPECT_FALSE(gone);

    RETURN_IF_ERROR(store.VoidLinks(3, alice.id + 1, now));
    ASSIGN_OR_RETURN(const auto still, store.FindLink(HashOf("reset"), now));
    EXPECT_TRUE(still);
    RETURN_IF_ERROR(store.VoidLinks(3, alice.id, now));
    ASSIGN_OR_RETURN(const auto voided, store.FindLink(HashOf("reset"), now));
    EXPECT_FALSE(voided);
    return store.DropOldLinks(now + absl::Hours(1));
  });
}

TEST_P(StoreTest, TheSiteHasDefaultsAndIsReadyWithAnAdministrator) {
  Account alice = Add("alice");
  Write([&](Store& store) -> absl::Status {
    ASSIGN_OR_RETURN(StoredSite site, store.Site());
    EXPECT_EQ(site.name, "Community");
    EXPECT_FALSE(site.ready);
    site.name = "Woodworkers";
    site.registration = 1;
    RETURN_IF_ERROR(store.SaveSite(site));
    Account admin = alice;
    admin.role = type::v1::ADMIN_ROLE;
    return store.SaveUser(admin);
  });
  Read([&](Store& store) -> absl::Status {
    ASSIGN_OR_RETURN(const StoredSite site, store.Site());
    EXPECT_EQ(site.name, "Woodworkers");
    EXPECT_EQ(site.registration, 1);
    EXPECT_EQ(site.version, 2);
    EXPECT_TRUE(site.ready);
    ASSIGN_OR_RETURN(const bool others, store.HasOtherAdministrator(alice.id));
    EXPECT_FALSE(others);
    ASSIGN_OR_RETURN(const bool one, store.HasOtherAdministrator(alice.id + 1));
    EXPECT_TRUE(one);
    return absl::OkStatus();
  });
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreTest, ::testing::ValuesIn(database::Engines()),
                         database::EngineName);

}  // namespace
}  // namespace forium::auth
