// SPDX-License-Identifier: Apache-2.0
#include "services/auth/tenants.h"

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "services/auth/control_migrations.h"
#include "services/auth/migrations.h"
#include "services/auth/store_control.h"
#include "services/base/database/testing.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {
namespace {

class TenantsTest : public database::TestDatabases {
 protected:
  void SetUp() override {
    TestDatabases::SetUp();
    if (IsSkipped()) return;
    control_ = Open(kControlMigrations);
    UseNewDatabase();
  }
  void Given(const std::vector<StoredTenant>& tenants) {
    const absl::Status added = control_->Write([&](database::Transaction& tx) -> absl::Status {
      for (const StoredTenant& tenant : tenants) {
        RETURN_IF_ERROR(ControlStore(tx).AddTenant(tenant, absl::Now()));
      }
      return absl::OkStatus();
    });
    ASSERT_TRUE(added.ok()) << added;
  }
  std::string TenantOf(std::string_view host) {
    const auto directory = TenantDirectory::Open(*control_, databases_, absl::Now);
    EXPECT_TRUE(directory.ok()) << directory.status();
    const absl::StatusOr<std::string> tenant = (*directory)->TenantOf(host);
    return tenant.ok() ? *tenant : "none";
  }

  std::unique_ptr<database::Database> control_;
  int opened_ = 0;
  database::Tenants databases_{[this](std::string_view) {
    ++opened_;
    return TryOpen(kMigrations);
  }};
};

TEST_P(TenantsTest, AFreshInstallationHasOneTenantForAllHosts) {
  for (const char* host : {"example.org", "localhost:8080", "[::1]:8080", "", "..", "a b"}) {
    EXPECT_EQ(TenantOf(host), "default");
  }
}

TEST_P(TenantsTest, HostsAreFoundWithoutCasePortAndFinalDot) {
  Given({{.id = "wood", .hosts = "wood.example, www.wood.example"},
         {.id = "iron", .hosts = "iron.example"}});
  EXPECT_EQ(TenantOf("wood.example"), "wood");
  EXPECT_EQ(TenantOf("WWW.Wood.Example:443"), "wood");
  EXPECT_EQ(TenantOf("iron.example."), "iron");
  EXPECT_EQ(TenantOf("other.example"), "none");
}

TEST_P(TenantsTest, ATenantWithoutHostsTakesTheRest) {
  Given({{.id = "wood", .hosts = "wood.example"}, {.id = "rest", .hosts = ""}});
  EXPECT_EQ(TenantOf("wood.example"), "wood");
  EXPECT_EQ(TenantOf("anything.example"), "rest");
}

TEST_P(TenantsTest, InactiveAndUnknownTenantsOpenNothing) {
  Given({{.id = "wood", .hosts = "wood.example"},
         {.id = "gone", .hosts = "gone.example", .state = "closed"}});
  const auto directory = TenantDirectory::Open(*control_, databases_, absl::Now);
  ASSERT_TRUE(directory.ok()) << directory.status();
  EXPECT_EQ(TenantOf("gone.example"), "none");
  for (const char* tenant : {"gone", "unknown", "../wood", ""}) {
    EXPECT_EQ(status::ReasonOf((*directory)->DatabaseOf(tenant).status()), type::v1::NOT_FOUND);
  }
  EXPECT_EQ(opened_, 0);
  EXPECT_TRUE((*directory)->DatabaseOf("wood").ok());
  EXPECT_EQ(opened_, 1);
}

TEST_P(TenantsTest, TheSigningKeyIsMadeOnce) {
  const auto first = OpenSigner(*control_, absl::Now);
  const auto second = OpenSigner(*control_, absl::Now);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(first->public_key(), second->public_key());
}

INSTANTIATE_TEST_SUITE_P(Engines, TenantsTest, ::testing::ValuesIn(database::Engines()),
                         database::EngineName);

}  // namespace
}  // namespace forium::auth
