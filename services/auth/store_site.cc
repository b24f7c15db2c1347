// SPDX-License-Identifier: Apache-2.0
#include "services/auth/store.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {

using database::Row;
using database::Statement;

namespace {

constexpr Statement kSite{"site", R"(
SELECT name, description, registration, locale, accent_hue, theme, indexing, version,
       (SELECT COUNT(*) FROM users WHERE role = 3 AND erased_at IS NULL)
FROM site WHERE id = 1)"};

}  // namespace

absl::StatusOr<StoredSite> Store::Site() {
  std::optional<StoredSite> site;
  RETURN_IF_ERROR(tx_.Query(kSite, [&](const Row& row) {
    site.emplace();
    site->name = row.Text(0);
    site->description = row.Text(1);
    site->registration = static_cast<int>(row.Int(2));
    site->locale = row.Text(3);
    site->accent_hue = static_cast<int>(row.Int(4));
    site->theme = row.Text(5);
    site->indexing = static_cast<int>(row.Int(6));
    site->version = row.Int(7);
    site->ready = row.Int(8) > 0;
  }));
  if (!site) return status::Internal("the row of the community's settings is gone");
  return *std::move(site);
}

namespace {

constexpr Statement kSaveSite{"save_site", R"(
UPDATE site
SET name = $1, description = $2, registration = $3, locale = $4, accent_hue = $5, theme = $6,
    indexing = $7, version = version + 1
WHERE id = 1)"};

}  // namespace

absl::Status Store::SaveSite(StoredSite& site) {
  RETURN_IF_ERROR(tx_.Execute(kSaveSite, site.name, site.description, site.registration,
                              site.locale, site.accent_hue, site.theme, site.indexing)
                      .status());
  ++site.version;
  return absl::OkStatus();
}

}  // namespace forium::auth
