// SPDX-License-Identifier: Apache-2.0
// One part of the page cache: pages by key and by tag within a bound of bytes. New pages pass a
// quarter of it, first in, first out; those asked for again stay in the rest, each going round once
// more for every few uses (S3-FIFO), so that a crawler who reads everything once pushes nothing
// out. A tenant with more than half gives way first when others are there too. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "absl/time/time.h"
#include "gateway/cache/cached_page.h"

namespace forium::gateway {

class Shelf {
 public:
  struct Entry {
    std::string key;
    std::shared_ptr<const CachedPage> page;
    // Answered no longer than until then; the infinite future: as long as it is kept.
    absl::Time stale_until = absl::InfiniteFuture();
    bool being_made = false;  // anew, by somebody

    bool stale() const { return stale_until != absl::InfiniteFuture(); }

   private:
    friend class Shelf;
    int64_t bytes = 0;
    int64_t* tenant = nullptr;  // its tenant's bytes
    uint8_t uses = 0;           // since it was last looked at for removal
    bool proven = false;        // asked for again: in `proven_`
  };

  void SetBound(int64_t max_bytes) { max_bytes_ = max_bytes; }

  // nullptr: not there. Counts as a use.
  Entry* Find(std::string_view key);
  // Looks without using.
  Entry* Peek(std::string_view key);
  // Pages that are too large for the bound are not kept. Keys begin with the tenant and a space.
  void Keep(std::string key, std::shared_ptr<const CachedPage> page, absl::Time stale_until);
  void Drop(std::span<const std::string> tags);
  void DropAll();
  // Pages of the tags may be answered until then at most.
  void Age(std::span<const std::string> tags, absl::Time stale_until);

  int64_t bytes() const { return bytes_; }
  int64_t pages() const { return static_cast<int64_t>(by_key_.size()); }
  // Bytes of the tenant that holds more than its share; 0: none does.
  int64_t over_share() const { return over_share_ == nullptr ? 0 : *over_share_; }
  // Pages that had to make room, ever.
  int64_t evictions() const { return evictions_; }

 private:
  using Place = std::list<Entry>::iterator;

  void Remove(Place place);
  // Remembers keys that were wanted or gone early, so that they are proven when they come back.
  void Remember(std::string_view key);
  bool TakeRemembered(std::string_view key);
  void Evict(Place place);
  // Lets the oldest of those that are new go, or stay as proven, until `size` more fit among them.
  void SettleNew(int64_t size);
  // Lets one page go, for one of the tenant.
  void MakeRoom(std::string_view tenant, int64_t size);
  // Of `from`, the next to go: of `tenant` alone unless that is nullptr. end(): none.
  Place NextToGo(std::list<Entry>& from, const int64_t* tenant);
  void CountTenant(int64_t* tenant, int64_t bytes);

  int64_t max_bytes_ = 0;
  int64_t bytes_ = 0;
  int64_t new_bytes_ = 0;
  int64_t evictions_ = 0;
  std::list<Entry> new_;     // front: the newest
  std::list<Entry> proven_;  // front: the last that came or went round
  std::unordered_map<std::string_view, Place> by_key_;
  std::unordered_map<std::string, std::unordered_set<Entry*>> by_tag_;
  std::unordered_map<std::string, int64_t> tenants_;
  const int64_t* over_share_ = nullptr;
  std::deque<size_t> remembered_;  // hashes of keys, oldest first
  std::unordered_multiset<size_t> remembered_set_;
};

}  // namespace forium::gateway
