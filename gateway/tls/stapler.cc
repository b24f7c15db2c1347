// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/stapler.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/random/random.h"
#include "gateway/tls/ocsp.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

constexpr absl::Duration kShortestPause = absl::Minutes(1);
constexpr absl::Duration kLongestPause = absl::Hours(1);

absl::StatusOr<std::pair<std::string, OcspAnswer>> FetchFor(const KeyPair& pair,
                                                            absl::Duration timeout,
                                                            absl::Time now) {
  ASSIGN_OR_RETURN(const std::string question, OcspQuestion(pair));
  ASSIGN_OR_RETURN(std::string answer, FetchOcsp(pair.responder(), question, timeout));
  ASSIGN_OR_RETURN(const OcspAnswer facts, CheckOcspAnswer(pair, answer, now));
  return std::pair(std::move(answer), facts);
}

}  // namespace

void Stapler::Refresh(absl::Time now) {
  std::erase_if(plans_, [](const auto& plan) { return plan.second.pair.expired(); });
  for (const std::shared_ptr<KeyPair>& pair : certificates_.KeyPairs()) {
    if (pair->responder().empty() || pair->not_after() < now) continue;
    Plan& plan = plans_.try_emplace(pair.get(), Plan{pair, now}).first->second;
    if (plan.due <= now) plan.due = Ask(*pair, plan.failures, now);
  }
}

absl::Time Stapler::Ask(KeyPair& pair, int& failures, absl::Time now) {
  const auto answer = FetchFor(pair, timeout_, now);
  if (answer.ok()) {
    failures = 0;
    const OcspAnswer& facts = answer->second;
    pair.SetStaple(std::make_shared<KeyPair::Staple>(KeyPair::Staple{answer->first, facts.until}));
    return std::max(now + kShortestPause, facts.made + (facts.until - facts.made) / 2);
  }
  // An answer that says the certificate is revoked ends what an older one promised.
  if (absl::IsFailedPrecondition(answer.status())) pair.SetStaple(nullptr);
  observe::Log(observe::Level::kWarning, "no OCSP answer to staple",
               {{"host", pair.hosts().front()},
                {"responder", pair.responder()},
                {"cause", std::string(answer.status().message())}});
  const absl::Duration pause =
      std::min(kLongestPause, kShortestPause * (int64_t{1} << std::min(failures++, 10)));
  absl::InsecureBitGen random;
  return now + pause * absl::Uniform(random, 0.75, 1.25);
}

}  // namespace forium::gateway
