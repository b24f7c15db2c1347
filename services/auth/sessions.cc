// SPDX-License-Identifier: Apache-2.0
#include "services/auth/sessions.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "services/auth/events.h"
#include "services/auth/messages.h"
#include "services/auth/names.h"
#include "services/auth/text.h"
#include "services/auth/tokens.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {
namespace {

constexpr size_t kUserAgentBytes = 300;
// More than any username or address has.
constexpr size_t kLoginBytes = 320;

absl::Status SignInRequired() {
  return status::Error(absl::StatusCode::kUnauthenticated, type::v1::SIGN_IN_REQUIRED,
                       "Sign in to do this.");
}

}  // namespace

absl::Status WrongCredentials() {
  return status::Error(absl::StatusCode::kUnauthenticated, type::v1::WRONG_CREDENTIALS,
                       "The name or the password is wrong.");
}

Sessions::Sessions(TenantDirectory& tenants, Passwords& passwords, Throttle& throttle,
                   Principals& principals, const Config& config, Clock clock)
    : tenants_(tenants),
      passwords_(passwords),
      throttle_(throttle),
      principals_(principals),
      lifetime_(config.session_lifetime),
      clock_(std::move(clock)) {}

absl::StatusOr<v1::Session> Sessions::Create(const rpc::Call& call,
                                             const v1::CreateSessionRequest& request) {
  const std::string login_folded =
      request.login().size() <= kLoginBytes ? Fold(Trim(request.login())) : std::string();
  if (login_folded.empty()) return status::InvalidField("login", "Give your username or e-mail.");
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  const Throttle::Attempt attempt{call.tenant, login_folded, call.peer_address};
  RETURN_IF_ERROR(throttle_.AdmitPassword(attempt));

  Store::Login login;
  RETURN_IF_ERROR(database->Read([&](database::Transaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(login, Store(tx).FindLogin(login_folded));
    return absl::OkStatus();
  }));
  const absl::StatusOr<bool> fits = passwords_.Verify(request.password(), login.password_hash);
  if (!fits.ok() || *fits) throttle_.ForgivePassword(attempt);
  RETURN_IF_ERROR(fits.status());
  if (!*fits) return WrongCredentials();

  std::string rehashed;
  if (passwords_.IsOutdated(login.password_hash)) {
    ASSIGN_OR_RETURN(rehashed, passwords_.Hash(request.password()));
  }
  v1::Session session;
  RETURN_IF_ERROR(database->Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    // The password may have changed while it was checked.
    ASSIGN_OR_RETURN(const std::string current, store.PasswordOf(login.user_id));
    if (current != login.password_hash) return WrongCredentials();
    if (!rehashed.empty()) {
      RETURN_IF_ERROR(store.ReplacePassword(login.user_id, current, rehashed, clock_()).status());
    }
    ASSIGN_OR_RETURN(const Account account, store.User(login.user_id));
    ASSIGN_OR_RETURN(session, Begin(store, account, call));
    return absl::OkStatus();
  }));
  return session;
}

absl::StatusOr<v1::Session> Sessions::Begin(Store& store, const Account& account,
                                            const rpc::Call& call) {
  const absl::Time now = clock_();
  RETURN_IF_ERROR(store.DropExpiredSessions(now));
  ASSIGN_OR_RETURN(const std::vector<int64_t> ended,
                   store.EndOldestSessions(account.id, kPerAccount - 1));
  RETURN_IF_ERROR(AnnounceSessionsEnded(store, account.id, ended, now));
  StoredSession session;
  session.user_id = account.id;
  session.created_at = now;
  session.last_used_at = now;
  session.expires_at = now + lifetime_;
  session.user_agent = CleanLine(call.user_agent.substr(0, kUserAgentBytes));
  const std::string token = NewToken();
  RETURN_IF_ERROR(store.AddSession(session, HashOf(token)));
  v1::Session message = ToSession(session, session.id);
  message.set_token(token);
  message.set_username(account.username);
  return message;
}

absl::StatusOr<v1::ListSessionsResponse> Sessions::List(const rpc::Call& call,
                                                        const v1::ListSessionsRequest&) {
  if (!call.signed_in()) return SignInRequired();
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  v1::ListSessionsResponse response;
  RETURN_IF_ERROR(database->Read([&](database::Transaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const std::vector<StoredSession> sessions,
                     Store(tx).ListSessions(call.principal.user_id(), clock_()));
    response.Clear();
    for (const StoredSession& session : sessions) {
      v1::Session& listed = *response.add_sessions();
      listed = ToSession(session, call.principal.session_id());
      listed.set_username(call.principal.username());
    }
    return absl::OkStatus();
  }));
  return response;
}

absl::StatusOr<google::protobuf::Empty> Sessions::Delete(const rpc::Call& call,
                                                         const v1::DeleteSessionRequest& request) {
  const std::string& which = request.session();
  int64_t session_id = 0;
  if (which == "current") {
    session_id = call.principal.session_id();
    // Nobody is signed in: what signing out wants is so already.
    if (session_id == 0) return google::protobuf::Empty();
  } else if (which != "others" && !absl::SimpleAtoi(which, &session_id)) {
    return status::InvalidField("session", "Give a session's id, “current” or “others”.");
  }
  if (!call.signed_in()) return SignInRequired();
  const int64_t user_id = call.principal.user_id();
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  RETURN_IF_ERROR(database->Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const std::vector<int64_t> ended,
                     which == "others"
                         ? store.EndSessionsExcept(user_id, call.principal.session_id())
                         : store.EndSession(user_id, session_id));
    if (ended.empty() && which != "others" && which != "current") {
      return status::NotFound("There is no such session.");
    }
    return AnnounceSessionsEnded(store, user_id, ended, clock_());
  }));
  return google::protobuf::Empty();
}

absl::StatusOr<v1::ResolveSessionResponse> Sessions::Resolve(
    const rpc::Call& call, const v1::ResolveSessionRequest& request) {
  std::string tenant = call.tenant;
  if (!request.host().empty()) {
    ASSIGN_OR_RETURN(tenant, tenants_.TenantOf(request.host()));
  }
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(tenant));
  const absl::Time now = clock_();
  std::optional<Store::Identity> identity;
  if (LooksLikeToken(request.token())) {
    RETURN_IF_ERROR(database->Read([&](database::Transaction& tx) -> absl::Status {
      ASSIGN_OR_RETURN(identity, Store(tx).FindSession(HashOf(request.token()), now));
      return absl::OkStatus();
    }));
  }
  v1::ResolveSessionResponse response;
  if (!identity) {
    response.set_signed_principal(principals_.Anonymous(tenant));
    response.mutable_me();  // role ANONYMOUS, id 0
    return response;
  }
  if (now - identity->session.last_used_at >= kNotedEvery) {
    Note(*database, identity->session, now);
    identity->session.expires_at = now + lifetime_;
  }
  response.set_signed_principal(principals_.Of(tenant, identity->account, identity->session));
  response.set_found(true);
  *response.mutable_me() = ToMe(identity->account, now);
  return response;
}

void Sessions::Note(database::Database& database, const StoredSession& session, absl::Time now) {
  const absl::Status noted = database.Write([&](database::Transaction& tx) {
    return Store(tx).TouchSession(session, now, now + lifetime_);
  });
  // Whoever is signed in can go on reading while nothing can be written.
  if (!noted.ok()) {
    observe::Log(observe::Level::kWarning, "session use not noted",
                 {{"cause", status::CauseOf(noted)}});
  }
}

}  // namespace forium::auth
