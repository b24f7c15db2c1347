// SPDX-License-Identifier: Apache-2.0
#include "services/auth/staging.h"

#include <algorithm>
#include <utility>

#include "services/auth/accounts.h"
#include "services/auth/events.h"
#include "services/auth/messages.h"
#include "services/auth/names.h"
#include "services/auth/new_account.h"
#include "services/auth/text.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {
namespace {

constexpr int kSuffixes = 1000;

absl::StatusOr<std::string> FreeName(Store& store, const v1::StagedUser& user) {
  const std::string wanted = StagedUsername(user.username(), user.source_id());
  for (int suffix = 1; suffix <= kSuffixes; ++suffix) {
    std::string name = suffix == 1 ? wanted : WithSuffix(wanted, suffix);
    ASSIGN_OR_RETURN(const bool free, store.NameIsFree(name));
    if (free) return name;
  }
  return UsernameTaken();
}

absl::StatusOr<Account> StageOne(Store& store, std::string_view source, const v1::StagedUser& user,
                                 absl::Time now) {
  Account account;
  ASSIGN_OR_RETURN(account.username, FreeName(store, user));
  const std::u32string display_name = ToCharacters(CleanLine(user.display_name()));
  account.display_name =
      ToUtf8(std::u32string_view(display_name).substr(0, Accounts::kDisplayNameLimit));
  account.staged = true;
  account.created_at = now;
  if (user.has_created_at()) {
    account.created_at = absl::FromUnixSeconds(user.created_at().seconds()) +
                         absl::Nanoseconds(user.created_at().nanos());
  }
  account.last_seen_at = account.created_at;
  ASSIGN_OR_RETURN(const bool added, store.AddUser(account));
  if (!added) return UsernameTaken();
  RETURN_IF_ERROR(store.MapImportedUser(source, user.source_id(), account.id));
  RETURN_IF_ERROR(AnnounceUser(store, account));
  return account;
}

}  // namespace

Staging::Staging(TenantDirectory& tenants, Passwords& passwords, SiteSettings& site, Clock clock)
    : tenants_(tenants), passwords_(passwords), site_(site), clock_(std::move(clock)) {}

absl::StatusOr<v1::StageUsersResponse> Staging::Stage(const rpc::Call& call,
                                                      const v1::StageUsersRequest& request) {
  if (request.source().empty() || Fold(request.source()).empty()) {
    return status::InvalidField("source", "Name the forum that the accounts come from.");
  }
  if (request.users_size() > kBatch) {
    return status::InvalidField("users", "Send at most 2000 accounts at once.");
  }
  std::vector<int64_t> source_ids;
  for (const v1::StagedUser& user : request.users()) source_ids.push_back(user.source_id());
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  const absl::Time now = clock_();
  v1::StageUsersResponse response;
  RETURN_IF_ERROR(database->Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    response.Clear();
    ASSIGN_OR_RETURN(auto known, store.ImportedUsers(request.source(), source_ids));
    for (const v1::StagedUser& user : request.users()) {
      auto found = known.find(user.source_id());
      if (found == known.end()) {
        ASSIGN_OR_RETURN(Account staged, StageOne(store, request.source(), user, now));
        found = known.emplace(user.source_id(), std::move(staged)).first;
      }
      *response.add_users() = ToUser(found->second, View::kPublic, now);
    }
    return absl::OkStatus();
  }));
  return response;
}

absl::StatusOr<v1::User> Staging::Provision(const rpc::Call& call,
                                            const v1::ProvisionUserRequest& request) {
  if (!type::v1::Role_IsValid(request.role())) {
    return status::InvalidField("role", "Choose MEMBER_ROLE, MODERATOR_ROLE or ADMIN_ROLE.");
  }
  ASSIGN_OR_RETURN(NewAccount wanted,
                   CheckNewAccount(request.username(), request.email(), request.password(),
                                   /*locale=*/"", NameChoice::kTrusted));
  wanted.role = std::max(request.role(), type::v1::MEMBER_ROLE);
  ASSIGN_OR_RETURN(wanted.password_hash, passwords_.Hash(request.password()));
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  Account account;
  RETURN_IF_ERROR(database->Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(account, AddAccount(store, wanted, clock_()));
    if (account.role != type::v1::ADMIN_ROLE) return absl::OkStatus();
    // The first administrator makes the community ready, which its settings show.
    ASSIGN_OR_RETURN(StoredSite site, store.Site());
    RETURN_IF_ERROR(store.SaveSite(site));
    return AnnounceSite(store, site);
  }));
  site_.Forget(call.tenant);
  return ToUser(account, View::kStaff, clock_());
}

}  // namespace forium::auth
