// SPDX-License-Identifier: Apache-2.0
#include "services/auth/accounts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "services/auth/actor.h"
#include "services/auth/events.h"
#include "services/auth/messages.h"
#include "services/auth/names.h"
#include "services/auth/new_account.h"
#include "services/auth/text.h"
#include "services/auth/tokens.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {
namespace {

constexpr int kDefaultPage = 50;
constexpr int kLargestPage = 100;
constexpr int kQueryLimit = 200;

absl::Status LinkInvalid() {
  return status::Error(absl::StatusCode::kNotFound, type::v1::LINK_INVALID,
                       "This invitation is unknown, used or expired. Ask for a new one.");
}

absl::StatusOr<AccountFilter> ParseFilter(std::string_view filter) {
  if (filter.empty()) return AccountFilter::kPresent;
  if (filter == "staff") return AccountFilter::kStaff;
  if (filter == "suspended") return AccountFilter::kSuspended;
  if (filter == "staged") return AccountFilter::kStaged;
  return status::InvalidField("filter", "Choose staff, suspended or staged, or leave it out.");
}

absl::Status CheckChoice(std::string_view value, std::string_view field,
                         std::initializer_list<std::string_view> choices) {
  if (value.empty() || std::find(choices.begin(), choices.end(), value) != choices.end()) {
    return absl::OkStatus();
  }
  return status::InvalidField(field, "Choose one of the values that this setting knows.");
}

absl::Status Apply(const v1::UpdateMeRequest& request, Account& account) {
  if (request.has_display_name()) {
    ASSIGN_OR_RETURN(account.display_name, CheckLine(request.display_name(), "display_name",
                                                     Accounts::kDisplayNameLimit));
  }
  if (request.has_bio()) {
    ASSIGN_OR_RETURN(account.bio, CheckText(request.bio(), "bio", Accounts::kBioLimit));
  }
  if (request.has_locale()) {
    ASSIGN_OR_RETURN(account.locale, CheckLocale(request.locale()));
  }
  if (request.has_theme()) {
    RETURN_IF_ERROR(CheckChoice(request.theme(), "theme", {"light", "dark", "contrast"}));
    account.theme = request.theme();
  }
  if (request.has_density()) {
    RETURN_IF_ERROR(CheckChoice(request.density(), "density", {"comfortable", "dense"}));
    account.density = request.density();
  }
  if (request.has_time_zone()) {
    ASSIGN_OR_RETURN(account.time_zone, CheckTimeZone(request.time_zone()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckAdministratorRemains(Store& store, const Account& leaving) {
  if (leaving.role != type::v1::ADMIN_ROLE) return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool others, store.HasOtherAdministrator(leaving.id));
  if (others) return absl::OkStatus();
  return status::Error(absl::StatusCode::kFailedPrecondition, type::v1::LAST_ADMINISTRATOR,
                       "This is the last administrator. Make somebody else one first.");
}

Accounts::Accounts(TenantDirectory& tenants, Passwords& passwords, Throttle& throttle,
                   SiteSettings& site, Sessions& sessions, Clock clock)
    : tenants_(tenants),
      passwords_(passwords),
      throttle_(throttle),
      site_(site),
      sessions_(sessions),
      clock_(std::move(clock)) {}

absl::StatusOr<v1::Session> Accounts::Create(const rpc::Call& call,
                                             const v1::CreateUserRequest& request) {
  ASSIGN_OR_RETURN(const StoredSite site, site_.Of(call.tenant));
  if (site.registration == v1::Site::CLOSED) {
    return status::Error(absl::StatusCode::kPermissionDenied, type::v1::REGISTRATION_CLOSED,
                         "This community does not take new members.");
  }
  const bool by_invitation = site.registration == v1::Site::INVITE_ONLY;
  if (by_invitation && request.invite().empty()) {
    return status::Error(absl::StatusCode::kPermissionDenied, type::v1::INVITATION_REQUIRED,
                         "New members need an invitation. Ask a member of the team for one.");
  }
  ASSIGN_OR_RETURN(NewAccount wanted,
                   CheckNewAccount(request.username(), request.email(), request.password(),
                                   request.locale(), NameChoice::kOwn));
  RETURN_IF_ERROR(throttle_.AdmitRegistration(call.tenant, call.peer_address));
  ASSIGN_OR_RETURN(wanted.password_hash, passwords_.Hash(request.password()));
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  v1::Session session;
  const absl::Status written = database->Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    const absl::Time now = clock_();
    std::optional<StoredLink> invitation;
    if (by_invitation) {
      ASSIGN_OR_RETURN(invitation, store.FindLink(HashOf(request.invite()), now));
      if (!invitation || invitation->purpose != v1::Link::INVITE) return LinkInvalid();
    }
    ASSIGN_OR_RETURN(const Account account, AddAccount(store, wanted, now));
    if (invitation) {
      ASSIGN_OR_RETURN(const bool used, store.UseLink(invitation->id, account.id, now));
      if (!used) return LinkInvalid();
    }
    ASSIGN_OR_RETURN(session, sessions_.Begin(store, account, call));
    return absl::OkStatus();
  });
  // Usernames are public, so that trying some is no guess; addresses are not.
  if (status::ReasonOf(written) == type::v1::USERNAME_TAKEN) {
    throttle_.ForgiveRegistration(call.tenant, call.peer_address);
  }
  RETURN_IF_ERROR(written);
  return session;
}

absl::StatusOr<v1::User> Accounts::Get(const rpc::Call& call, const v1::GetUserRequest& request) {
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  const std::string folded =
      request.username().size() <= 1000 ? Fold(request.username()) : std::string();
  std::optional<Account> account;
  if (!folded.empty()) {
    RETURN_IF_ERROR(database->Read([&](database::Transaction& tx) -> absl::Status {
      ASSIGN_OR_RETURN(account, Store(tx).FindUser(folded));
      return absl::OkStatus();
    }));
  }
  if (!account) return status::NotFound("There is nobody of this name.");
  const bool close =
      call.moderator() || (call.signed_in() && call.principal.user_id() == account->id);
  return ToUser(*account, close ? View::kStaff : View::kPublic, clock_());
}

absl::StatusOr<v1::ListUsersResponse> Accounts::List(const rpc::Call& call,
                                                     const v1::ListUsersRequest& request) {
  ASSIGN_OR_RETURN(const AccountFilter filter, ParseFilter(request.filter()));
  if (request.page_size() < 0) {
    return status::InvalidField("page_size", "Ask for a page of 1 to 100.");
  }
  const int size =
      request.page_size() == 0 ? kDefaultPage : std::min<int>(request.page_size(), kLargestPage);
  std::string after;
  if (!absl::WebSafeBase64Unescape(request.page_token(), &after) ||
      (!after.empty() && Fold(after) != after)) {
    return status::Error(absl::StatusCode::kInvalidArgument, type::v1::INVALID_PAGE_TOKEN,
                         "This page token is not one of this list. Start from the first page.");
  }
  if (CountCharacters(request.query()) > kQueryLimit) {
    return status::InvalidField("query", "Shorten the search to 200 characters.");
  }
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  const absl::Time now = clock_();
  std::vector<Account> accounts;
  RETURN_IF_ERROR(database->Read([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    // The list shows addresses, so that a minute-old principal is not enough.
    RETURN_IF_ERROR(CurrentActor(store, call, type::v1::ADMIN_ROLE, now).status());
    ASSIGN_OR_RETURN(accounts,
                     store.ListUsers(filter, Fold(Trim(request.query())), after, size + 1, now));
    return absl::OkStatus();
  }));
  v1::ListUsersResponse response;
  const bool more = accounts.size() > static_cast<size_t>(size);
  if (more) accounts.resize(static_cast<size_t>(size));
  for (const Account& account : accounts) {
    *response.add_users() = ToUser(account, View::kAdministration, now);
  }
  if (more) {
    response.set_next_page_token(absl::WebSafeBase64Escape(Fold(accounts.back().username)));
  }
  return response;
}

absl::StatusOr<v1::Me> Accounts::GetMe(const rpc::Call& call, const v1::GetMeRequest&) {
  if (!call.signed_in()) return v1::Me();
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  Account account;
  RETURN_IF_ERROR(database->Read([&](database::Transaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(account, Store(tx).User(call.principal.user_id()));
    return absl::OkStatus();
  }));
  return ToMe(account, clock_());
}

absl::StatusOr<v1::Me> Accounts::UpdateMe(const rpc::Call& call,
                                          const v1::UpdateMeRequest& request) {
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  Account account;
  RETURN_IF_ERROR(database->Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    RETURN_IF_ERROR(CurrentActor(store, call, type::v1::MEMBER_ROLE, clock_()).status());
    ASSIGN_OR_RETURN(account, store.User(call.principal.user_id()));
    RETURN_IF_ERROR(Apply(request, account));
    RETURN_IF_ERROR(store.SaveUser(account));
    return AnnounceUser(store, account);
  }));
  return ToMe(account, clock_());
}

absl::StatusOr<std::string> Accounts::ConfirmPassword(database::Database& database,
                                                      const rpc::Call& call,
                                                      const std::string& password) {
  std::string hash;
  RETURN_IF_ERROR(database.Read([&](database::Transaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(hash, Store(tx).PasswordOf(call.principal.user_id()));
    return absl::OkStatus();
  }));
  // Whoever took over a session must not guess the password through it. `#` is in no login.
  const std::string account = "#" + std::to_string(call.principal.user_id());
  const Throttle::Attempt attempt{call.tenant, account, call.peer_address};
  RETURN_IF_ERROR(throttle_.AdmitPassword(attempt));
  const absl::StatusOr<bool> fits = passwords_.Verify(password, hash);
  if (!fits.ok() || *fits) throttle_.ForgivePassword(attempt);
  RETURN_IF_ERROR(fits.status());
  if (*fits) return hash;
  status::ErrorDetail detail;
  detail.set_reason(type::v1::WRONG_CREDENTIALS);
  // Not Unauthenticated: the caller is signed in, and stays so.
  return status::Error(absl::StatusCode::kPermissionDenied, detail, "The password is wrong.");
}

absl::StatusOr<google::protobuf::Empty> Accounts::ChangePassword(
    const rpc::Call& call, const v1::ChangePasswordRequest& request) {
  RETURN_IF_ERROR(
      Passwords::Check(request.new_password(), "new_password", {call.principal.username()}));
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  ASSIGN_OR_RETURN(const std::string old_hash,
                   ConfirmPassword(*database, call, request.old_password()));
  ASSIGN_OR_RETURN(const std::string hash, passwords_.Hash(request.new_password()));
  RETURN_IF_ERROR(database->Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    const absl::Time now = clock_();
    ASSIGN_OR_RETURN(const Actor actor, CurrentActor(store, call, type::v1::MEMBER_ROLE, now));
    ASSIGN_OR_RETURN(const bool replaced,
                     store.ReplacePassword(actor.user_id, old_hash, hash, now));
    if (!replaced) return WrongCredentials();
    // A reset link that somebody else holds would undo the change.
    RETURN_IF_ERROR(store.VoidLinks(v1::Link::RESET, actor.user_id, now));
    ASSIGN_OR_RETURN(const std::vector<int64_t> ended,
                     store.EndSessionsExcept(actor.user_id, call.principal.session_id()));
    return AnnounceSessionsEnded(store, actor.user_id, ended, now);
  }));
  return google::protobuf::Empty();
}

absl::StatusOr<v1::User> Accounts::Rename(const rpc::Call& call,
                                          const v1::RenameUserRequest& request) {
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  Account account;
  RETURN_IF_ERROR(database->Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const Actor actor, CurrentActor(store, call, type::v1::MEMBER_ROLE, clock_()));
    if (!actor.IsAdmin() && actor.user_id != request.user_id()) {
      return status::PermissionDenied("Only its owner and administrators may rename an account.");
    }
    ASSIGN_OR_RETURN(account, store.User(request.user_id()));
    ASSIGN_OR_RETURN(const std::string name,
                     CheckUsername(request.username(),
                                   actor.IsAdmin() ? NameChoice::kTrusted : NameChoice::kOwn));
    if (name == account.username) return absl::OkStatus();
    ASSIGN_OR_RETURN(const bool taken, store.TakeName(account, name));
    if (!taken) return UsernameTaken();
    ASSIGN_OR_RETURN(const int64_t names, store.CountNames(account.id));
    if (!actor.IsAdmin() && names > kNamesPerAccount) {
      return status::Error(absl::StatusCode::kResourceExhausted, type::v1::TOO_MANY_REQUESTS,
                           "You renamed this account too often. Ask an administrator.");
    }
    const std::string old_name = std::exchange(account.username, name);
    RETURN_IF_ERROR(store.SaveUser(account));
    return AnnounceUser(store, account, old_name);
  }));
  return ToUser(account, View::kStaff, clock_());
}

absl::StatusOr<google::protobuf::Empty> Accounts::Erase(const rpc::Call& call,
                                                        const v1::EraseUserRequest& request) {
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  const bool own = call.signed_in() && call.principal.user_id() == request.user_id();
  std::string confirmed;
  if (own) {
    ASSIGN_OR_RETURN(confirmed, ConfirmPassword(*database, call, request.password()));
  }
  RETURN_IF_ERROR(database->Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    const absl::Time now = clock_();
    ASSIGN_OR_RETURN(const Actor actor, CurrentActor(store, call, type::v1::MEMBER_ROLE, now));
    if (!own && !actor.IsAdmin()) {
      return status::PermissionDenied("Only its owner and administrators may erase an account.");
    }
    ASSIGN_OR_RETURN(const Account before, store.User(request.user_id()));
    if (own) {
      ASSIGN_OR_RETURN(const std::string current, store.PasswordOf(before.id));
      if (current != confirmed) return WrongCredentials();
    }
    RETURN_IF_ERROR(CheckAdministratorRemains(store, before));
    Account erased;
    erased.id = before.id;
    erased.version = before.version;
    erased.username = ErasedUsername(before.id);
    erased.erased = true;
    RETURN_IF_ERROR(store.SaveUser(erased));
    RETURN_IF_ERROR(store.EraseUser(erased.id));
    RETURN_IF_ERROR(store.VoidLinks(v1::Link::RESET, erased.id, now));
    ASSIGN_OR_RETURN(const std::vector<int64_t> ended, store.EndSessionsExcept(erased.id, 0));
    RETURN_IF_ERROR(AnnounceSessionsEnded(store, erased.id, ended, now));
    return AnnounceErasure(store, erased);
  }));
  return google::protobuf::Empty();
}

}  // namespace forium::auth
