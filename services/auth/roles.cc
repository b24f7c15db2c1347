// SPDX-License-Identifier: Apache-2.0
#include "services/auth/roles.h"

#include <utility>

#include "services/auth/accounts.h"
#include "services/auth/events.h"
#include "services/auth/messages.h"
#include "services/auth/names.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {
namespace {

// Moderators act on members, administrators on all but themselves.
absl::Status CheckReach(const Actor& actor, const Account& account) {
  if (actor.user_id == account.id) return status::PermissionDenied("Not your own account.");
  if (!actor.IsAdmin() && account.role >= type::v1::MODERATOR_ROLE) {
    return status::PermissionDenied("Only administrators may do this to the team.");
  }
  return absl::OkStatus();
}

}  // namespace

Roles::Roles(TenantDirectory& tenants, Clock clock) : tenants_(tenants), clock_(std::move(clock)) {}

absl::StatusOr<v1::User> Roles::Edit(const rpc::Call& call, type::v1::Role needed, int64_t user_id,
                                     Change change) {
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  Account account;
  RETURN_IF_ERROR(database->Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const Actor actor, CurrentActor(store, call, needed, clock_()));
    ASSIGN_OR_RETURN(account, store.User(user_id));
    RETURN_IF_ERROR(change(store, actor, account));
    RETURN_IF_ERROR(store.SaveUser(account));
    return AnnounceUser(store, account);
  }));
  return ToUser(account, View::kStaff, clock_());
}

absl::StatusOr<v1::User> Roles::Set(const rpc::Call& call, const v1::SetRoleRequest& request) {
  if (request.role() < type::v1::MEMBER_ROLE || request.role() > type::v1::ADMIN_ROLE) {
    return status::InvalidField("role", "Choose MEMBER_ROLE, MODERATOR_ROLE or ADMIN_ROLE.");
  }
  return Edit(call, type::v1::ADMIN_ROLE, request.user_id(),
              [&](Store& store, const Actor&, Account& account) -> absl::Status {
                if (account.staged && request.role() != type::v1::MEMBER_ROLE) {
                  return status::Error(absl::StatusCode::kFailedPrecondition, type::v1::WRONG_STATE,
                                       "Nobody has claimed this account yet. Make a reset link for "
                                       "its owner first.");
                }
                if (request.role() != type::v1::ADMIN_ROLE) {
                  RETURN_IF_ERROR(CheckAdministratorRemains(store, account));
                }
                account.role = request.role();
                return absl::OkStatus();
              });
}

absl::StatusOr<v1::User> Roles::Suspend(const rpc::Call& call,
                                        const v1::SuspendUserRequest& request) {
  ASSIGN_OR_RETURN(const std::string reason, CheckText(request.reason(), "reason", kReasonLimit));
  std::optional<absl::Time> until;
  if (request.has_until()) {
    until = absl::FromUnixSeconds(request.until().seconds()) +
            absl::Nanoseconds(request.until().nanos());
    if (*until <= clock_() || *until > clock_() + absl::Hours(24 * 366 * 100)) {
      return status::InvalidField(
          "until", "Choose a time in the future, or none for a suspension without end.");
    }
  }
  return Edit(call, type::v1::MODERATOR_ROLE, request.user_id(),
              [&](Store& store, const Actor& actor, Account& account) -> absl::Status {
                RETURN_IF_ERROR(CheckReach(actor, account));
                RETURN_IF_ERROR(CheckAdministratorRemains(store, account));
                account.suspended = true;
                account.suspended_until = until;
                account.suspension_reason = reason;
                return absl::OkStatus();
              });
}

absl::StatusOr<v1::User> Roles::Unsuspend(const rpc::Call& call,
                                          const v1::UnsuspendUserRequest& request) {
  return Edit(call, type::v1::MODERATOR_ROLE, request.user_id(),
              [&](Store&, const Actor& actor, Account& account) -> absl::Status {
                RETURN_IF_ERROR(CheckReach(actor, account));
                account.suspended = false;
                account.suspended_until.reset();
                account.suspension_reason.clear();
                return absl::OkStatus();
              });
}

}  // namespace forium::auth
