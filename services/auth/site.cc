// SPDX-License-Identifier: Apache-2.0
#include "services/auth/site.h"

#include <array>
#include <utility>

#include "services/auth/actor.h"
#include "services/auth/events.h"
#include "services/auth/messages.h"
#include "services/auth/names.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {
namespace {

constexpr std::array<std::string_view, 4> kThemes = {"system", "light", "dark", "contrast"};

absl::Status Apply(const v1::UpdateSiteRequest& request, StoredSite& site) {
  if (request.has_name()) {
    ASSIGN_OR_RETURN(site.name, CheckLine(request.name(), "name", SiteSettings::kNameLimit));
    if (site.name.empty()) return status::InvalidField("name", "Give the community a name.");
  }
  if (request.has_description()) {
    ASSIGN_OR_RETURN(site.description, CheckLine(request.description(), "description",
                                                 SiteSettings::kDescriptionLimit));
  }
  if (request.has_registration()) {
    if (!v1::Site::Registration_IsValid(request.registration())) {
      return status::InvalidField("registration", "Choose OPEN, INVITE_ONLY or CLOSED.");
    }
    site.registration = request.registration();
  }
  if (request.has_locale()) {
    ASSIGN_OR_RETURN(site.locale, CheckLocale(request.locale()));
    if (site.locale.empty()) return status::InvalidField("locale", "Choose a language.");
  }
  if (request.has_accent_hue()) {
    if (request.accent_hue() < 0 || request.accent_hue() > 359) {
      return status::InvalidField("accent_hue", "Choose a hue from 0 to 359.");
    }
    site.accent_hue = request.accent_hue();
  }
  if (request.has_theme()) {
    if (std::find(kThemes.begin(), kThemes.end(), request.theme()) == kThemes.end()) {
      return status::InvalidField("theme", "Choose system, light, dark or contrast.");
    }
    site.theme = request.theme();
  }
  if (request.has_indexing()) {
    if (!v1::Site::Indexing_IsValid(request.indexing())) {
      return status::InvalidField("indexing", "Choose ALLOWED or REFUSED.");
    }
    site.indexing = request.indexing();
  }
  return absl::OkStatus();
}

}  // namespace

SiteSettings::SiteSettings(TenantDirectory& tenants, Clock clock)
    : tenants_(tenants), clock_(std::move(clock)) {}

absl::StatusOr<StoredSite> SiteSettings::Of(std::string_view tenant) {
  const absl::Time now = clock_();
  int64_t generation = 0;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = kept_.find(tenant);
    if (found != kept_.end() && now - found->second.read_at < kKept) return found->second.site;
    generation = generation_;
  }
  ASSIGN_OR_RETURN(StoredSite site, Read(tenant));
  absl::MutexLock lock(&mutex_);
  if (generation == generation_) kept_[std::string(tenant)] = {.site = site, .read_at = now};
  return site;
}

absl::StatusOr<StoredSite> SiteSettings::Read(std::string_view tenant) {
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(tenant));
  StoredSite site;
  RETURN_IF_ERROR(database->Read([&](database::Transaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(site, Store(tx).Site());
    return absl::OkStatus();
  }));
  return site;
}

// Never what is kept: gateways ask because they were told of a change, which another process may
// have made, and keep the answer themselves.
absl::StatusOr<v1::Site> SiteSettings::Get(const rpc::Call& call, const v1::GetSiteRequest&) {
  ASSIGN_OR_RETURN(const StoredSite site, Read(call.tenant));
  return ToSite(site);
}

absl::StatusOr<v1::Site> SiteSettings::Update(const rpc::Call& call,
                                              const v1::UpdateSiteRequest& request) {
  ASSIGN_OR_RETURN(database::Database* const database, tenants_.DatabaseOf(call.tenant));
  StoredSite site;
  RETURN_IF_ERROR(database->Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    RETURN_IF_ERROR(CurrentActor(store, call, type::v1::ADMIN_ROLE, clock_()).status());
    ASSIGN_OR_RETURN(site, store.Site());
    RETURN_IF_ERROR(Apply(request, site));
    RETURN_IF_ERROR(store.SaveSite(site));
    return AnnounceSite(store, site);
  }));
  Forget(call.tenant);
  return ToSite(site);
}

void SiteSettings::Forget(std::string_view tenant) {
  absl::MutexLock lock(&mutex_);
  ++generation_;
  const auto found = kept_.find(tenant);
  if (found != kept_.end()) kept_.erase(found);
}

}  // namespace forium::auth
