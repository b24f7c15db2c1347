// SPDX-License-Identifier: Apache-2.0
#include "services/auth/links.h"

#include <utility>

#include "services/auth/actor.h"
#include "services/auth/events.h"
#include "services/auth/messages.h"
#include "services/auth/names.h"
#include "services/auth/tokens.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {
namespace {

// Used and expired links are kept for so long, to answer "what happened to it".
constexpr absl::Duration kKept = absl::Hours(24 * 30);

absl::Status LinkInvalid() {
  return status::Error(absl::StatusCode::kNotFound, type::v1::LINK_INVALID,
                       "This link is unknown, used or expired. Ask for a new one.");
}

std::string_view PathOf(v1::Link::Purpose purpose) {
  switch (purpose) {
    case v1::Link::SETUP:
      return "/setup/";
    case v1::Link::INVITE:
      return "/invite/";
    default:
      return "/reset/";
  }
}

std::string WithoutSlash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

Links::Links(TenantDirectory& tenants, Passwords& passwords, SiteSettings& site, Sessions& sessions,
             const Config& config, Clock clock)
    : tenants_(tenants),
      passwords_(passwords),
      site_(site),
      sessions_(sessions),
      public_url_(WithoutSlash(config.public_url)),
      invitation_lifetime_(config.invitation_lifetime),
      reset_lifetime_(config.reset_lifetime),
      clock_(std::move(clock)) {}

absl::StatusOr<v1::Link> Links::Create(const rpc::Call& call,
                                       const v1::CreateLinkRequest& request) {
  if (request.purpose() != v1::Link::INVITE && request.purpose() != v1::Link::RESET) {
    return status::InvalidField("purpose", "Choose INVITE or RESET.");
  }
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  v1::Link link;
  RETURN_IF_ERROR(database->Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const Actor actor,
                     CurrentActor(store, call, type::v1::MODERATOR_ROLE, clock_()));
    if (request.purpose() == v1::Link::RESET && !actor.IsAdmin()) {
      return status::PermissionDenied("Only administrators may make password-reset links.");
    }
    ASSIGN_OR_RETURN(link, Make(store, request.purpose(), request.username(), actor.user_id));
    return absl::OkStatus();
  }));
  return link;
}

absl::StatusOr<v1::Link> Links::Provision(const rpc::Call& call,
                                          const v1::ProvisionLinkRequest& request) {
  if (request.purpose() == v1::Link::PURPOSE_UNSPECIFIED ||
      !v1::Link::Purpose_IsValid(request.purpose())) {
    return status::InvalidField("purpose", "Choose SETUP, INVITE or RESET.");
  }
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  v1::Link link;
  RETURN_IF_ERROR(database->Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(link, Make(store, request.purpose(), request.username(), /*created_by=*/0));
    return absl::OkStatus();
  }));
  return link;
}

absl::StatusOr<v1::Link> Links::Make(Store& store, v1::Link::Purpose purpose,
                                     const std::string& username, int64_t created_by) {
  const absl::Time now = clock_();
  StoredLink link;
  link.purpose = purpose;
  link.created_at = now;
  switch (purpose) {
    case v1::Link::SETUP: {
      ASSIGN_OR_RETURN(const StoredSite site, store.Site());
      if (site.ready) {
        return status::Error(absl::StatusCode::kFailedPrecondition, type::v1::WRONG_STATE,
                             "There is an administrator already.");
      }
      link.expires_at = absl::InfiniteFuture();
      RETURN_IF_ERROR(store.VoidLinks(purpose, 0, now));
      break;
    }
    case v1::Link::INVITE:
      link.expires_at = now + invitation_lifetime_;
      break;
    default: {
      ASSIGN_OR_RETURN(const std::optional<Account> account, store.FindUser(Fold(username)));
      if (!account) return status::NotFound("There is nobody of this name.");
      link.user_id = account->id;
      link.username = account->username;
      link.staged = account->staged;
      link.expires_at = now + reset_lifetime_;
      RETURN_IF_ERROR(store.VoidLinks(purpose, account->id, now));
    }
  }
  RETURN_IF_ERROR(store.DropOldLinks(now - kKept));
  const std::string token = NewToken();
  RETURN_IF_ERROR(store.AddLink(link, HashOf(token), created_by));
  v1::Link message = ToLink(link);
  message.set_token(token);
  message.set_url(public_url_ + std::string(PathOf(purpose)) + token);
  return message;
}

absl::StatusOr<StoredLink> Links::Find(Store& store, const std::string& token) {
  if (!LooksLikeToken(token)) return LinkInvalid();
  ASSIGN_OR_RETURN(const std::optional<StoredLink> link, store.FindLink(HashOf(token), clock_()));
  if (!link) return LinkInvalid();
  return *link;
}

absl::StatusOr<v1::Link> Links::Get(const rpc::Call& call, const v1::GetLinkRequest& request) {
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  v1::Link link;
  RETURN_IF_ERROR(database->Read([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const StoredLink found, Find(store, request.token()));
    link = ToLink(found);
    return absl::OkStatus();
  }));
  return link;
}

absl::StatusOr<v1::Session> Links::Redeem(const rpc::Call& call,
                                          const v1::RedeemLinkRequest& request) {
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  // Looked at first, so that only a good link buys the work of a password hash.
  StoredLink link;
  RETURN_IF_ERROR(database->Read([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(link, Find(store, request.token()));
    return absl::OkStatus();
  }));
  if (link.purpose == v1::Link::INVITE) {
    ASSIGN_OR_RETURN(const StoredSite site, site_.Of(call.tenant));
    if (site.registration == v1::Site::CLOSED) {
      return status::Error(absl::StatusCode::kPermissionDenied, type::v1::REGISTRATION_CLOSED,
                           "This community does not take new members.");
    }
  }
  NewAccount wanted;
  if (link.purpose == v1::Link::RESET) {
    RETURN_IF_ERROR(Passwords::Check(request.password(), "password", {link.username}));
  } else {
    const bool first = link.purpose == v1::Link::SETUP;
    ASSIGN_OR_RETURN(
        wanted, CheckNewAccount(request.username(), request.email(), request.password(),
                                request.locale(), first ? NameChoice::kTrusted : NameChoice::kOwn));
    wanted.role = first ? type::v1::ADMIN_ROLE : type::v1::MEMBER_ROLE;
  }
  ASSIGN_OR_RETURN(wanted.password_hash, passwords_.Hash(request.password()));

  v1::Session session;
  RETURN_IF_ERROR(database->Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    // Again: it may have been used while the password was hashed.
    ASSIGN_OR_RETURN(const StoredLink current, Find(store, request.token()));
    absl::StatusOr<Account> account;
    if (current.purpose == v1::Link::SETUP) {
      account = SetUp(store, request, wanted);
    } else if (current.purpose == v1::Link::RESET) {
      account = Reset(store, request, current, wanted.password_hash);
    } else {
      account = AddAccount(store, wanted, clock_());
    }
    RETURN_IF_ERROR(account.status());
    ASSIGN_OR_RETURN(const bool used, store.UseLink(current.id, account->id, clock_()));
    if (!used) return LinkInvalid();
    ASSIGN_OR_RETURN(session, sessions_.Begin(store, *account, call));
    return absl::OkStatus();
  }));
  if (link.purpose == v1::Link::SETUP) site_.Forget(call.tenant);
  return session;
}

absl::StatusOr<Account> Links::SetUp(Store& store, const v1::RedeemLinkRequest& request,
                                     const NewAccount& wanted) {
  ASSIGN_OR_RETURN(StoredSite site, store.Site());
  if (site.ready) return LinkInvalid();
  ASSIGN_OR_RETURN(const std::string name,
                   CheckLine(request.site_name(), "site_name", SiteSettings::kNameLimit));
  if (!name.empty()) site.name = name;
  RETURN_IF_ERROR(store.SaveSite(site));
  RETURN_IF_ERROR(AnnounceSite(store, site));
  return AddAccount(store, wanted, clock_());
}

absl::StatusOr<Account> Links::Reset(Store& store, const v1::RedeemLinkRequest& request,
                                     const StoredLink& link, const std::string& password_hash) {
  const absl::Time now = clock_();
  absl::StatusOr<Account> found = store.User(link.user_id);
  if (absl::IsNotFound(found.status())) return LinkInvalid();
  RETURN_IF_ERROR(found.status());
  Account account = *std::move(found);
  if (account.staged) {
    ASSIGN_OR_RETURN(const std::string email, CheckEmail(request.email()));
    ASSIGN_OR_RETURN(const bool reachable, store.SetEmail(account.id, email));
    if (!reachable) return EmailTaken();
    account.staged = false;
    account.email = email;
    RETURN_IF_ERROR(store.SaveUser(account));
    RETURN_IF_ERROR(AnnounceUser(store, account));
  }
  RETURN_IF_ERROR(store.SetPassword(account.id, password_hash, now));
  ASSIGN_OR_RETURN(const std::vector<int64_t> ended, store.EndSessionsExcept(account.id, 0));
  RETURN_IF_ERROR(AnnounceSessionsEnded(store, account.id, ended, now));
  return account;
}

}  // namespace forium::auth
