// SPDX-License-Identifier: Apache-2.0
#include "gateway/xds/subscription.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace forium::gateway {

Subscription::Meaning Subscription::Take(const Request& request) {
  if (nonce_ != 0 && request.response_nonce() != absl::StrCat(nonce_)) return Meaning::kStale;
  std::set<std::string> names(request.resource_names().begin(), request.resource_names().end());
  const bool first = !wanted_;
  if (first) {
    wanted_ = true;
    had_before_ = !request.version_info().empty();
    // As the protocol has it: none named in the first request stands for all, later for none.
    every_name_ =
        names.empty() && (type_ == ResourceType::kListener || type_ == ResourceType::kCluster);
  } else if (!names.empty()) {
    every_name_ = false;
  }
  if (names != names_) {
    names_ = std::move(names);
    // Asked for anew, so answered anew, with the same if need be.
    told_.reset();
  }
  if (first) return Meaning::kWants;
  return request.has_error_detail() ? Meaning::kRefused : Meaning::kAccepted;
}

std::optional<Subscription::Response> Subscription::Next(const Snapshot& snapshot,
                                                         const std::string& zone) {
  if (!wanted_) return std::nullopt;
  std::set<std::string> names = names_;
  if (every_name_) {
    for (const auto& [service, endpoints] : snapshot.services) names.insert(service);
  }
  Response response;
  for (auto& resource : Resources(type_, names, snapshot, zone)) {
    *response.add_resources() = std::move(resource);
  }
  std::string told = response.SerializeAsString();
  if (told_ == told) return std::nullopt;
  told_ = std::move(told);
  response.set_version_info(absl::StrCat(snapshot.version));
  response.set_type_url(TypeUrl(type_));
  response.set_nonce(absl::StrCat(++nonce_));
  return response;
}

}  // namespace forium::gateway
