// SPDX-License-Identifier: Apache-2.0
#include "gateway/status/certificates.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string>

namespace forium::gateway {
namespace {
namespace json = boost::json;

constexpr absl::Duration kDay = absl::Hours(24);

json::value DaysLeft(absl::Time not_after, absl::Time now) {
  if (not_after == absl::InfinitePast()) return nullptr;
  return absl::ToInt64Hours(absl::Floor(not_after - now, kDay)) / 24;
}

std::string_view StateOf(const CertificateFacts& facts, absl::Time now) {
  if (facts.not_after <= now) return "expired";
  return facts.not_before > now ? "future" : "valid";
}

void AddAutomatic(const AutomaticCertificateFacts& facts, json::object& certificate) {
  const std::string_view state = NameOf(facts.state);
  certificate["state"] = json::string_view(state.data(), state.size());
  certificate["onDemand"] = facts.on_demand;
  certificate["nextAttempt"] = TimeJson(facts.next_attempt);
  certificate["failures"] = facts.failures;
  certificate["lastError"] = facts.last_error;
}

json::object Shown(const CertificateFacts& facts, absl::Time now) {
  const std::string_view state = StateOf(facts, now);
  json::array hosts;
  for (const std::string& host : facts.hosts) hosts.emplace_back(host);
  return {{"name", facts.name},
          {"source", facts.from_file ? "file" : "acme"},
          {"hosts", std::move(hosts)},
          {"issuer", facts.issuer},
          {"algorithm", facts.algorithm},
          {"notBefore", TimeJson(facts.not_before)},
          {"notAfter", TimeJson(facts.not_after)},
          {"daysLeft", DaysLeft(facts.not_after, now)},
          {"stapled", facts.stapled},
          {"state", json::string_view(state.data(), state.size())}};
}

}  // namespace

json::value TimeJson(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return nullptr;
  const std::string text = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
  return json::string(text);
}

json::array CertificatesJson(const std::vector<CertificateFacts>& shown,
                             const std::vector<AutomaticCertificateFacts>& automatic,
                             absl::Time now) {
  json::array certificates;
  for (const CertificateFacts& facts : shown) {
    json::object certificate = Shown(facts, now);
    if (!facts.from_file) {
      const auto its = std::find_if(automatic.begin(), automatic.end(),
                                    [&facts](const auto& it) { return it.host == facts.name; });
      if (its != automatic.end()) AddAutomatic(*its, certificate);
    }
    certificates.push_back(std::move(certificate));
  }
  for (const AutomaticCertificateFacts& facts : automatic) {
    const bool is_shown = std::any_of(shown.begin(), shown.end(), [&facts](const auto& it) {
      return !it.from_file && it.name == facts.host;
    });
    if (is_shown) continue;
    json::object certificate{{"name", facts.host},
                             {"source", "acme"},
                             {"hosts", json::array{json::string(facts.host)}},
                             {"notAfter", TimeJson(facts.not_after)},
                             {"daysLeft", DaysLeft(facts.not_after, now)}};
    AddAutomatic(facts, certificate);
    certificates.push_back(std::move(certificate));
  }
  return certificates;
}

}  // namespace forium::gateway
