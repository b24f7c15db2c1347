// SPDX-License-Identifier: Apache-2.0
#include "services/auth/store.h"
#include "services/base/status/macros.h"

namespace forium::auth {

using database::Row;
using database::Statement;

namespace {

constexpr Statement kInsertLink{"insert_link", R"(
INSERT INTO links (id, token_hash, purpose, user_id, created_by, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7))"};

}  // namespace

absl::Status Store::AddLink(StoredLink& link, const std::string& token_hash, int64_t created_by) {
  ASSIGN_OR_RETURN(link.id, tx_.NextId("link"));
  database::Parameter user_id = nullptr;
  if (link.user_id != 0) user_id = link.user_id;
  database::Parameter expires_at = nullptr;
  if (link.expires_at != absl::InfiniteFuture()) expires_at = absl::ToUnixMicros(link.expires_at);
  return tx_
      .Execute(kInsertLink, link.id, token_hash, link.purpose, user_id, created_by,
               absl::ToUnixMicros(link.created_at), expires_at)
      .status();
}

namespace {

constexpr Statement kFindLink{"find_link", R"(
SELECT l.id, l.purpose, l.user_id, l.created_at, l.expires_at, u.username, u.staged
FROM links l LEFT JOIN users u ON u.id = l.user_id
WHERE l.token_hash = $1 AND l.used_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > $2))"};

}  // namespace

absl::StatusOr<std::optional<StoredLink>> Store::FindLink(const std::string& token_hash,
                                                          absl::Time now) {
  std::optional<StoredLink> link;
  RETURN_IF_ERROR(tx_.Query(
      kFindLink,
      [&](const Row& row) {
        link.emplace();
        link->id = row.Int(0);
        link->purpose = static_cast<int>(row.Int(1));
        link->user_id = row.Int(2);
        link->created_at = absl::FromUnixMicros(row.Int(3));
        link->expires_at =
            row.IsNull(4) ? absl::InfiniteFuture() : absl::FromUnixMicros(row.Int(4));
        link->username = row.Text(5);
        link->staged = row.Int(6) != 0;
      },
      token_hash, absl::ToUnixMicros(now)));
  return link;
}

namespace {

constexpr Statement kUseLink{
    "use_link", "UPDATE links SET used_at = $3, used_by = $2 WHERE id = $1 AND used_at IS NULL"};

}  // namespace

absl::StatusOr<bool> Store::UseLink(int64_t link_id, int64_t user_id, absl::Time now) {
  ASSIGN_OR_RETURN(const int64_t used,
                   tx_.Execute(kUseLink, link_id, user_id, absl::ToUnixMicros(now)));
  return used == 1;
}

namespace {

constexpr Statement kVoidLinks{"void_links", R"(
UPDATE links SET used_at = $3
WHERE purpose = $1 AND used_at IS NULL AND COALESCE(user_id, 0) = $2)"};

}  // namespace

absl::Status Store::VoidLinks(int purpose, int64_t user_id, absl::Time now) {
  return tx_.Execute(kVoidLinks, purpose, user_id, absl::ToUnixMicros(now)).status();
}

namespace {

constexpr Statement kDropOldLinks{"drop_old_links", R"(
DELETE FROM links WHERE used_at < $1 OR expires_at < $1)"};

}  // namespace

absl::Status Store::DropOldLinks(absl::Time before) {
  return tx_.Execute(kDropOldLinks, absl::ToUnixMicros(before)).status();
}

}  // namespace forium::auth
