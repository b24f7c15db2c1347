// SPDX-License-Identifier: Apache-2.0
// The community's settings, kept in memory per tenant: replaced on write, and read again after a
// minute for the case that another process wrote. Thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "services/auth/config.h"
#include "services/auth/store.h"
#include "services/auth/tenants.h"
#include "services/base/rpc/call.h"

namespace forium::auth {

class SiteSettings {
 public:
  static constexpr int kNameLimit = 60;
  static constexpr int kDescriptionLimit = 300;
  static constexpr absl::Duration kKept = absl::Minutes(1);

  explicit SiteSettings(TenantDirectory& tenants, Clock clock = absl::Now);

  absl::StatusOr<StoredSite> Of(std::string_view tenant);
  absl::StatusOr<v1::Site> Get(const rpc::Call& call, const v1::GetSiteRequest& request);
  absl::StatusOr<v1::Site> Update(const rpc::Call& call, const v1::UpdateSiteRequest& request);
  // After a write elsewhere that changes what this shows (the first administrator, a restored
  // backup).
  void Forget(std::string_view tenant);

 private:
  absl::StatusOr<StoredSite> Read(std::string_view tenant);

  struct Kept {
    StoredSite site;
    absl::Time read_at;
  };

  TenantDirectory& tenants_;
  const Clock clock_;
  absl::Mutex mutex_;
  std::map<std::string, Kept, std::less<>> kept_ ABSL_GUARDED_BY(mutex_);
  // Counts Forget(), so that a read that began before it is not kept after it.
  int64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace forium::auth
