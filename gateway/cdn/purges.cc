// SPDX-License-Identifier: Apache-2.0
#include "gateway/cdn/purges.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/cdn/shared_caching.h"
#include "proto/json/writer.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"

namespace forium::gateway {
namespace {

prometheus::Counter& CounterOf(const char* result) {
  return observe::Counter("forium_gateway_cdn_purges_total",
                          "Purges sent to the CDN, by what became of them.", {{"result", result}});
}

// Up to a quarter more or less, so that gateways do not knock together.
absl::Duration WithJitter(absl::Duration pause) {
  thread_local std::minstd_rand random(std::random_device{}());
  return pause * std::uniform_real_distribution<double>(0.75, 1.25)(random);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Purges>> Purges::Start(const CdnConfig& config, PurgePauses pauses) {
  absl::StatusOr<PostAddress> address = PostAddress::Parse(config.cdn_purge_url);
  if (!address.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("cdn_purge_url: ", address.status().message()));
  }
  std::unique_ptr<Purges> purges(
      new Purges(*std::move(address), config.cdn_purge_token, std::move(pauses)));
  purges->PurgeAll();
  purges->thread_ = std::thread([raw = purges.get()] { raw->Run(); });
  return purges;
}

Purges::Purges(PostAddress address, std::string token, PurgePauses pauses)
    : address_(std::move(address)),
      token_(std::move(token)),
      pauses_(pauses),
      taken_(CounterOf("taken")),
      failed_(CounterOf("failed")),
      waiting_tags_(
          observe::Gauge("forium_gateway_cdn_purge_tags", "Tags that the CDN is yet to drop.")),
      post_(pauses.timeout) {}

Purges::~Purges() {
  {
    const absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  post_.Stop();
  thread_.join();
}

void Purges::Purge(std::span<const std::string> tags) {
  const absl::MutexLock lock(&mutex_);
  const absl::Time at = absl::Now() + pauses_.gather;
  for (const std::string& tag : tags) Add(CdnTag(tag), {at, true});
}

void Purges::PurgeAll() {
  const absl::MutexLock lock(&mutex_);
  Add(kEveryPageTag, {absl::Now() + pauses_.gather, true});
}

void Purges::Add(const std::string& tag, Due due) {
  const auto [place, added] = waiting_.emplace(tag, due);
  if (!added) {
    place->second.at = std::min(place->second.at, due.at);
    place->second.again = place->second.again || due.again;
  } else if (waiting_.size() > kMostTags) {
    waiting_.clear();
    waiting_.emplace(kEveryPageTag, due);
  }
  waiting_tags_.Set(static_cast<double>(waiting_.size()));
}

absl::Time Purges::Next() const {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [tag, due] : waiting_) next = std::min(next, due.at);
  return next;
}

Purges::Batch Purges::TakeDue(absl::Time now) {
  Batch batch;
  for (auto place = waiting_.begin(); place != waiting_.end() && batch.size() < kBatch;) {
    if (place->second.at > now) {
      ++place;
      continue;
    }
    batch.emplace_back(place->first, place->second.again);
    place = waiting_.erase(place);
  }
  waiting_tags_.Set(static_cast<double>(waiting_.size() + batch.size()));
  return batch;
}

bool Purges::Send(const Batch& batch) {
  std::string json = "{\"tags\":[";
  for (const auto& [tag, again] : batch) {
    if (json.back() != '[') json += ',';
    json::AppendText(tag, &json);
  }
  json += "]}";
  const absl::StatusOr<int> status = post_.Send(address_, token_, json);
  if (status.ok() && *status >= 200 && *status < 300) {
    taken_.Increment();
    return true;
  }
  failed_.Increment();
  if (absl::IsCancelled(status.status())) return false;
  observe::Log(observe::Level::kWarning, "purge of the CDN failed",
               {{"status", status.ok() ? *status : 0},
                {"cause", std::string(status.status().message())},
                {"tags", static_cast<int64_t>(batch.size())}});
  return false;
}

void Purges::Run() {
  absl::Duration retry = pauses_.first_retry;
  absl::Time not_before = absl::InfinitePast();
  mutex_.Lock();
  while (!stopped_) {
    const absl::Time planned = Next();
    const auto over = [this] { return stopped_; };
    const auto sooner = [this, planned] { return stopped_ || Next() < planned; };
    if (not_before > planned) {
      mutex_.AwaitWithDeadline(absl::Condition(&over), not_before);
    } else if (mutex_.AwaitWithDeadline(absl::Condition(&sooner), planned)) {
      continue;
    }
    if (stopped_) break;
    const Batch batch = TakeDue(absl::Now());
    if (batch.empty()) continue;
    mutex_.Unlock();
    const bool taken = Send(batch);
    mutex_.Lock();
    const absl::Time now = absl::Now();
    for (const auto& [tag, again] : batch) {
      if (!taken) {
        Add(tag, {now, again});
      } else if (again) {
        Add(tag, {now + pauses_.again, false});
      }
    }
    waiting_tags_.Set(static_cast<double>(waiting_.size()));
    not_before = taken ? absl::InfinitePast() : now + WithJitter(retry);
    retry = taken ? pauses_.first_retry : std::min(2 * retry, pauses_.longest_retry);
  }
  mutex_.Unlock();
}

}  // namespace forium::gateway
