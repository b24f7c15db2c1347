// SPDX-License-Identifier: Apache-2.0
#include "gateway/cache/shelf.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace forium::gateway {
namespace {

constexpr int64_t kNewShare = 4;     // a quarter for what was asked for once
constexpr int64_t kTenantShare = 2;  // half for one tenant, when others are there
constexpr uint8_t kMostUses = 3;     // rounds that a page outlives its last use
// Keys of pages gone are remembered, twice as many as there are pages, and at least so many.
constexpr size_t kRememberedShare = 2;
constexpr size_t kLeastRemembered = 64;

std::string_view TenantOf(std::string_view key) { return key.substr(0, key.find(' ')); }
size_t HashOf(std::string_view key) { return std::hash<std::string_view>()(key); }

}  // namespace

Shelf::Entry* Shelf::Find(std::string_view key) {
  Entry* entry = Peek(key);
  if (entry != nullptr && entry->uses < kMostUses) ++entry->uses;
  return entry;
}

Shelf::Entry* Shelf::Peek(std::string_view key) {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &*found->second;
}

void Shelf::Keep(std::string key, std::shared_ptr<const CachedPage> page, absl::Time stale_until) {
  uint8_t uses = 0;
  bool proven = TakeRemembered(key);
  if (const auto old = by_key_.find(key); old != by_key_.end()) {
    uses = old->second->uses;
    proven = proven || old->second->proven;
    Remove(old->second);
  }
  const int64_t size = static_cast<int64_t>(2 * key.size()) + page->Cost();
  if (size > max_bytes_) return;
  if (!proven) SettleNew(size);
  while (bytes_ + size > max_bytes_) MakeRoom(TenantOf(key), size);

  int64_t* const tenant = &tenants_[std::string(TenantOf(key))];
  std::list<Entry>& list = proven ? proven_ : new_;
  Entry& entry = list.emplace_front();
  entry.key = std::move(key);
  entry.page = std::move(page);
  entry.stale_until = stale_until;
  entry.bytes = size;
  entry.tenant = tenant;
  entry.uses = uses;
  entry.proven = proven;
  by_key_.emplace(entry.key, list.begin());
  for (const std::string& tag : entry.page->tags) by_tag_[tag].insert(&entry);
  bytes_ += size;
  CountTenant(tenant, size);
  if (!proven) new_bytes_ += size;
}

void Shelf::Remove(Place place) {
  for (const std::string& tag : place->page->tags) {
    const auto found = by_tag_.find(tag);
    if (found == by_tag_.end()) continue;
    found->second.erase(&*place);
    if (found->second.empty()) by_tag_.erase(found);
  }
  bytes_ -= place->bytes;
  if (!place->proven) new_bytes_ -= place->bytes;
  CountTenant(place->tenant, -place->bytes);
  const std::string tenant(*place->tenant == 0 ? TenantOf(place->key) : std::string_view());
  by_key_.erase(place->key);
  (place->proven ? proven_ : new_).erase(place);
  if (!tenant.empty()) tenants_.erase(tenant);
}

void Shelf::CountTenant(int64_t* tenant, int64_t bytes) {
  *tenant += bytes;
  if (*tenant > max_bytes_ / kTenantShare) {
    over_share_ = tenant;
  } else if (over_share_ == tenant) {
    over_share_ = nullptr;
  }
}

void Shelf::Remember(std::string_view key) {
  const size_t hash = HashOf(key);
  remembered_.push_back(hash);
  remembered_set_.insert(hash);
  while (remembered_.size() > kRememberedShare * by_key_.size() + kLeastRemembered) {
    if (const auto oldest = remembered_set_.find(remembered_.front());
        oldest != remembered_set_.end()) {
      remembered_set_.erase(oldest);
    }
    remembered_.pop_front();
  }
}

bool Shelf::TakeRemembered(std::string_view key) { return remembered_set_.erase(HashOf(key)) > 0; }

void Shelf::Evict(Place place) {
  ++evictions_;
  if (!place->proven) Remember(place->key);
  Remove(place);
}

void Shelf::SettleNew(int64_t size) {
  while (!new_.empty() && new_bytes_ + size > max_bytes_ / kNewShare) {
    const Place oldest = std::prev(new_.end());
    if (oldest->uses == 0) {
      Evict(oldest);
      continue;
    }
    oldest->proven = true;
    oldest->uses = 0;
    new_bytes_ -= oldest->bytes;
    proven_.splice(proven_.begin(), new_, oldest);
  }
}

Shelf::Place Shelf::NextToGo(std::list<Entry>& from, const int64_t* tenant) {
  while (true) {
    Place place = from.end();
    do {
      if (place == from.begin()) return from.end();
      --place;
    } while (tenant != nullptr && place->tenant != tenant);
    if (place->uses == 0) return place;
    --place->uses;
    from.splice(from.begin(), from, place);
  }
}

void Shelf::MakeRoom(std::string_view tenant, int64_t size) {
  const int64_t* gives = over_share_;
  if (const auto newcomer = tenants_.find(std::string(tenant));
      gives == nullptr && newcomer != tenants_.end() &&
      newcomer->second + size > max_bytes_ / kTenantShare) {
    gives = &newcomer->second;
  }
  Place place = NextToGo(proven_, gives);
  if (place == proven_.end()) place = NextToGo(new_, gives);
  Evict(place);
}

void Shelf::Drop(std::span<const std::string> tags) {
  for (const std::string& tag : tags) {
    const auto found = by_tag_.find(tag);
    if (found == by_tag_.end()) continue;
    const std::vector<Entry*> touched(found->second.begin(), found->second.end());
    for (Entry* entry : touched) {
      if (entry->proven || entry->uses > 0) Remember(entry->key);
      Remove(by_key_.at(entry->key));
    }
  }
}

void Shelf::DropAll() {
  by_key_.clear();
  by_tag_.clear();
  new_.clear();
  proven_.clear();
  tenants_.clear();
  over_share_ = nullptr;
  bytes_ = 0;
  new_bytes_ = 0;
}

void Shelf::Age(std::span<const std::string> tags, absl::Time stale_until) {
  for (const std::string& tag : tags) {
    const auto found = by_tag_.find(tag);
    if (found == by_tag_.end()) continue;
    for (Entry* entry : found->second) {
      entry->stale_until = std::min(entry->stale_until, stale_until);
    }
  }
}

}  // namespace forium::gateway
