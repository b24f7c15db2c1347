// SPDX-License-Identifier: Apache-2.0
#include "services/auth/store.h"
#include "services/auth/store_columns.h"
#include "services/base/status/macros.h"

namespace forium::auth {

using database::Row;
using database::Statement;

#define FORIUM_AUTH_SESSION_COLUMNS \
  "s.id, s.user_id, s.created_at, s.last_used_at, s.expires_at, s.user_agent"

namespace {

constexpr int kSessionColumns = 6;

StoredSession ReadSession(const Row& row) {
  StoredSession session;
  session.id = row.Int(0);
  session.user_id = row.Int(1);
  session.created_at = absl::FromUnixMicros(row.Int(2));
  session.last_used_at = absl::FromUnixMicros(row.Int(3));
  session.expires_at = absl::FromUnixMicros(row.Int(4));
  session.user_agent = row.Text(5);
  return session;
}

constexpr Statement kInsertSession{"insert_session", R"(
INSERT INTO sessions (id, token_hash, user_id, created_at, last_used_at, expires_at, user_agent)
VALUES ($1, $2, $3, $4, $5, $6, $7))"};

}  // namespace

absl::Status Store::AddSession(StoredSession& session, const std::string& token_hash) {
  ASSIGN_OR_RETURN(session.id, tx_.NextId("session"));
  return tx_
      .Execute(kInsertSession, session.id, token_hash, session.user_id,
               absl::ToUnixMicros(session.created_at), absl::ToUnixMicros(session.last_used_at),
               absl::ToUnixMicros(session.expires_at), session.user_agent)
      .status();
}

namespace {

constexpr Statement kFindSession{
    "find_session", "SELECT " FORIUM_AUTH_SESSION_COLUMNS ", " FORIUM_AUTH_ACCOUNT_COLUMNS
                    " FROM sessions s JOIN users u ON u.id = s.user_id" FORIUM_AUTH_WITH_EMAIL
                    "WHERE s.token_hash = $1 AND s.expires_at > $2 "
                    "AND u.erased_at IS NULL"};

}  // namespace

absl::StatusOr<std::optional<Store::Identity>> Store::FindSession(const std::string& token_hash,
                                                                  absl::Time now) {
  std::optional<Identity> identity;
  RETURN_IF_ERROR(tx_.Query(
      kFindSession,
      [&](const Row& row) {
        identity = {.session = ReadSession(row), .account = ReadAccount(row, kSessionColumns)};
      },
      token_hash, absl::ToUnixMicros(now)));
  return identity;
}

namespace {

constexpr Statement kTouchSession{
    "touch_session", "UPDATE sessions SET last_used_at = $2, expires_at = $3 WHERE id = $1"};
constexpr Statement kSeeUser{"see_user", "UPDATE users SET last_seen_at = $2 WHERE id = $1"};

}  // namespace

absl::Status Store::TouchSession(const StoredSession& session, absl::Time now,
                                 absl::Time expires_at) {
  RETURN_IF_ERROR(tx_.Execute(kTouchSession, session.id, absl::ToUnixMicros(now),
                              absl::ToUnixMicros(expires_at))
                      .status());
  return tx_.Execute(kSeeUser, session.user_id, absl::ToUnixMicros(now)).status();
}

namespace {

constexpr Statement kListSessions{"list_sessions",
                                  "SELECT " FORIUM_AUTH_SESSION_COLUMNS
                                  " FROM sessions s WHERE s.user_id = $1 AND s.expires_at > $2 "
                                  "ORDER BY s.last_used_at DESC, s.id DESC"};

}  // namespace

absl::StatusOr<std::vector<StoredSession>> Store::ListSessions(int64_t user_id, absl::Time now) {
  std::vector<StoredSession> sessions;
  RETURN_IF_ERROR(tx_.Query(
      kListSessions, [&](const Row& row) { sessions.push_back(ReadSession(row)); }, user_id,
      absl::ToUnixMicros(now)));
  return sessions;
}

namespace {

constexpr Statement kEndSession{"end_session",
                                "DELETE FROM sessions WHERE user_id = $1 AND id = $2 RETURNING id"};

}  // namespace

absl::StatusOr<std::vector<int64_t>> Store::EndSession(int64_t user_id, int64_t session_id) {
  std::vector<int64_t> ended;
  RETURN_IF_ERROR(tx_.Query(
      kEndSession, [&](const Row& row) { ended.push_back(row.Int(0)); }, user_id, session_id));
  return ended;
}

namespace {

constexpr Statement kEndSessionsExcept{
    "end_sessions_except", "DELETE FROM sessions WHERE user_id = $1 AND id <> $2 RETURNING id"};

}  // namespace

absl::StatusOr<std::vector<int64_t>> Store::EndSessionsExcept(int64_t user_id, int64_t session_id) {
  std::vector<int64_t> ended;
  RETURN_IF_ERROR(tx_.Query(
      kEndSessionsExcept, [&](const Row& row) { ended.push_back(row.Int(0)); }, user_id,
      session_id));
  return ended;
}

namespace {

constexpr Statement kEndOldestSessions{"end_oldest_sessions", R"(
DELETE FROM sessions
WHERE user_id = $1
  AND id NOT IN (SELECT s.id FROM sessions s WHERE s.user_id = $1
                 ORDER BY s.last_used_at DESC, s.id DESC LIMIT $2)
RETURNING id)"};

}  // namespace

absl::StatusOr<std::vector<int64_t>> Store::EndOldestSessions(int64_t user_id, int keep) {
  std::vector<int64_t> ended;
  RETURN_IF_ERROR(tx_.Query(
      kEndOldestSessions, [&](const Row& row) { ended.push_back(row.Int(0)); }, user_id, keep));
  return ended;
}

namespace {

constexpr Statement kDropExpiredSessions{"drop_expired_sessions",
                                         "DELETE FROM sessions WHERE expires_at <= $1"};

}  // namespace

absl::Status Store::DropExpiredSessions(absl::Time now) {
  return tx_.Execute(kDropExpiredSessions, absl::ToUnixMicros(now)).status();
}

}  // namespace forium::auth
