// SPDX-License-Identifier: Apache-2.0
// What auth keeps of a tenant, as sentences within one transaction; the rules (accounts, sessions,
// links, site) decide where a transaction begins and ends. Cheap to make; lives inside
// Database::Read or Write only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/forium/type/v1/role.pb.h"
#include "services/base/database/database.h"

namespace forium::auth {

struct Account {
  int64_t id = 0;
  std::string username;
  std::string display_name;
  type::v1::Role role = type::v1::MEMBER_ROLE;
  std::string bio;
  absl::Time created_at;
  absl::Time last_seen_at;
  bool suspended = false;
  std::optional<absl::Time> suspended_until;
  std::string suspension_reason;
  bool staged = false;
  bool erased = false;
  std::string locale;
  std::string theme;
  std::string density;
  std::string time_zone;
  int64_t version = 0;
  std::string email;  // read only: kept in a table of its own

  bool IsSuspended(absl::Time now) const {
    return suspended && (!suspended_until || *suspended_until > now);
  }
};

struct StoredSession {
  int64_t id = 0;
  int64_t user_id = 0;
  absl::Time created_at;
  absl::Time last_used_at;
  absl::Time expires_at;
  std::string user_agent;
};

struct StoredLink {
  int64_t id = 0;
  int purpose = 0;
  int64_t user_id = 0;  // 0: nobody's
  absl::Time created_at;
  absl::Time expires_at;  // InfiniteFuture: never
  std::string username;
  bool staged = false;
};

struct StoredSite {
  std::string name;
  std::string description;
  int registration = 0;
  std::string locale;
  int accent_hue = 0;
  std::string theme;
  int indexing = 0;
  int64_t version = 0;
  bool ready = false;  // an administrator exists; read only
};

// Which accounts a list shows.
enum class AccountFilter { kPresent = 0, kStaff = 1, kSuspended = 2, kStaged = 3 };

class Store {
 public:
  explicit Store(database::Transaction& tx) : tx_(tx) {}
  database::Transaction& tx() { return tx_; }

  // ---- Users (store_users.cc) ----
  // An account that is not erased. Errors: NOT_FOUND.
  absl::StatusOr<Account> User(int64_t id);
  // By a name that it has or had.
  absl::StatusOr<std::optional<Account>> FindUser(const std::string& name_folded);
  // The accounts of foreign ids, as far as they are known; erased ones too.
  absl::StatusOr<std::map<int64_t, Account>> ImportedUsers(std::string_view source,
                                                           const std::vector<int64_t>& source_ids);
  // At most `limit` accounts by name after `after`, whose name or address contains `part` (both
  // folded).
  absl::StatusOr<std::vector<Account>> ListUsers(AccountFilter filter, const std::string& part,
                                                 const std::string& after, int limit,
                                                 absl::Time now);
  // Adds an account under its username; fills id and version. False: the name is or was somebody
  // else's.
  absl::StatusOr<bool> AddUser(Account& account);
  // Keeps what changed and raises the version.
  absl::Status SaveUser(Account& account);
  // False: it is or was somebody else's.
  absl::StatusOr<bool> TakeName(const Account& account, const std::string& name);
  absl::StatusOr<bool> NameIsFree(const std::string& name);
  absl::StatusOr<int64_t> CountNames(int64_t user_id);
  absl::Status MapImportedUser(std::string_view source, int64_t source_id, int64_t user_id);
  absl::StatusOr<bool> HasOtherAdministrator(int64_t user_id);
  // Removes names (only their hashes stay), address, password and the time of the last visit.
  absl::Status EraseUser(int64_t user_id);

  // ---- Credentials (store_credentials.cc) ----
  struct Login {
    int64_t user_id = 0;
    std::string password_hash;
  };
  // By username (present or former) or address, folded. Empty: nobody, or without a password.
  absl::StatusOr<Login> FindLogin(const std::string& login_folded);
  absl::StatusOr<std::string> PasswordOf(int64_t user_id);
  absl::Status SetPassword(int64_t user_id, const std::string& hash, absl::Time now);
  // False: the password is not `old_hash` any more.
  absl::StatusOr<bool> ReplacePassword(int64_t user_id, const std::string& old_hash,
                                       const std::string& hash, absl::Time now);
  // False: another account has it.
  absl::StatusOr<bool> SetEmail(int64_t user_id, const std::string& email);

  // ---- Sessions (store_sessions.cc) ----
  // Fills the id.
  absl::Status AddSession(StoredSession& session, const std::string& token_hash);
  struct Identity {
    StoredSession session;
    Account account;
  };
  absl::StatusOr<std::optional<Identity>> FindSession(const std::string& token_hash,
                                                      absl::Time now);
  // Notes a use: the session lives on, and its user was seen.
  absl::Status TouchSession(const StoredSession& session, absl::Time now, absl::Time expires_at);
  absl::StatusOr<std::vector<StoredSession>> ListSessions(int64_t user_id, absl::Time now);
  // The ids of the sessions that ended.
  absl::StatusOr<std::vector<int64_t>> EndSession(int64_t user_id, int64_t session_id);
  absl::StatusOr<std::vector<int64_t>> EndSessionsExcept(int64_t user_id, int64_t session_id);
  absl::StatusOr<std::vector<int64_t>> EndOldestSessions(int64_t user_id, int keep);
  absl::Status DropExpiredSessions(absl::Time now);

  // ---- Links (store_links.cc) ----
  absl::Status AddLink(StoredLink& link, const std::string& token_hash, int64_t created_by);
  // An unused link that has not expired.
  absl::StatusOr<std::optional<StoredLink>> FindLink(const std::string& token_hash, absl::Time now);
  // False: somebody used it already.
  absl::StatusOr<bool> UseLink(int64_t link_id, int64_t user_id, absl::Time now);
  // Voids the unused links of a purpose; with `user_id` 0 those that are nobody's.
  absl::Status VoidLinks(int purpose, int64_t user_id, absl::Time now);
  absl::Status DropOldLinks(absl::Time before);

  // ---- Site (store_site.cc) ----
  absl::StatusOr<StoredSite> Site();
  absl::Status SaveSite(StoredSite& site);

 private:
  database::Transaction& tx_;
};

}  // namespace forium::auth
