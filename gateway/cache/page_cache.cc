// SPDX-License-Identifier: Apache-2.0
#include "gateway/cache/page_cache.h"

#include <array>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "gateway/cache/drop_log.h"
#include "gateway/cache/shelf.h"
#include "services/base/observe/metrics.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

constexpr size_t kShards = 16;

using PagePointer = std::shared_ptr<const CachedPage>;

struct Shard {
  std::mutex mutex;
  Shelf shelf;
};

}  // namespace

struct PageCache::State {
  explicit State(int64_t max_bytes) {
    for (Shard& shard : shards) shard.shelf.SetBound(max_bytes / static_cast<int64_t>(kShards));
  }

  std::array<Shard, kShards> shards;
  DropLog drops;
  DropLog agings;
  std::mutex flights_mutex;
  std::map<std::string, std::shared_ptr<Flight>, std::less<>> flights;

  prometheus::Counter& hits =
      observe::Counter("forium_gateway_page_cache_hits_total", "Pages served from the cache.");
  prometheus::Counter& stale_hits = observe::Counter(
      "forium_gateway_page_cache_stale_hits_total",
      "Of these, pages that were being made anew since something was added to what they show.");
  prometheus::Counter& misses =
      observe::Counter("forium_gateway_page_cache_misses_total", "Pages made anew.");
  prometheus::Counter& shared = observe::Counter("forium_gateway_page_cache_shared_total",
                                                 "Requests that waited for another's page.");
  prometheus::Counter& outdated =
      observe::Counter("forium_gateway_page_cache_outdated_total",
                       "Pages not kept since what they show changed meanwhile.");
  prometheus::Counter& evicted = observe::Counter("forium_gateway_page_cache_evictions_total",
                                                  "Pages that made room for others.");
  prometheus::Gauge& kept = observe::Gauge("forium_gateway_page_cache_bytes", "Bytes kept.");
  prometheus::Gauge& over_share =
      observe::Gauge("forium_gateway_page_cache_over_share_bytes",
                     "Of these, of tenants with more than half, who give way first.");

  Shard& ShardOf(std::string_view key) {
    return shards[std::hash<std::string_view>()(key) % kShards];
  }

  // Changes a shelf under its lock, and tells the metrics.
  template <typename Fn>
  void Change(Shard& shard, const Fn& fn) {
    const std::lock_guard lock(shard.mutex);
    const int64_t bytes = shard.shelf.bytes();
    const int64_t over = shard.shelf.over_share();
    const int64_t evictions = shard.shelf.evictions();
    fn(shard.shelf);
    if (bytes != shard.shelf.bytes()) {
      kept.Increment(static_cast<double>(shard.shelf.bytes() - bytes));
    }
    if (over != shard.shelf.over_share()) {
      over_share.Increment(static_cast<double>(shard.shelf.over_share() - over));
    }
    if (evictions != shard.shelf.evictions()) {
      evicted.Increment(static_cast<double>(shard.shelf.evictions() - evictions));
    }
  }

  // The flight for the key, and whether the caller is to make the page.
  std::pair<std::shared_ptr<Flight>, bool> Board(const std::string& key);
  // Nobody boards it any more.
  void Leave(const std::string& key, const std::shared_ptr<Flight>& flight);
  void Keep(const std::string& key, const PagePointer& page, const Flight::Start& start);
  void MarkBeingMade(const std::string& key, bool being_made);
};

std::pair<std::shared_ptr<Flight>, bool> PageCache::State::Board(const std::string& key) {
  const std::lock_guard lock(flights_mutex);
  std::shared_ptr<Flight>& under_way = flights[key];
  if (under_way != nullptr) {
    const Flight::Start& start = under_way->start;
    // One that began before a drop may show what was before it: it is for those only who already
    // wait. What was merely added it may lack for as long as a kept page may.
    if (start.dropped == drops.now() &&
        (start.aged == agings.now() || absl::Now() - start.time < kMostStale)) {
      return {under_way, false};
    }
  }
  under_way = std::make_shared<Flight>(
      Flight::Start{.dropped = drops.now(), .aged = agings.now(), .time = absl::Now()});
  return {under_way, true};
}

void PageCache::State::Leave(const std::string& key, const std::shared_ptr<Flight>& flight) {
  const std::lock_guard lock(flights_mutex);
  const auto mine = flights.find(key);
  if (mine != flights.end() && mine->second == flight) flights.erase(mine);
}

void PageCache::State::Keep(const std::string& key, const PagePointer& page,
                            const Flight::Start& start) {
  if (page->tags.empty()) return;
  Change(ShardOf(key), [&](Shelf& shelf) {
    // Under the shard's lock: a drop either is in its log by now, or will find the entry.
    absl::Time stale_until = absl::InfiniteFuture();
    if (agings.DroppedSince(start.aged, page->tags)) stale_until = start.time + kMostStale;
    if (drops.DroppedSince(start.dropped, page->tags) || stale_until < absl::Now()) {
      outdated.Increment();
      return;
    }
    shelf.Keep(key, page, stale_until);
  });
}

void PageCache::State::MarkBeingMade(const std::string& key, bool being_made) {
  Shard& shard = ShardOf(key);
  const std::lock_guard lock(shard.mutex);
  if (Shelf::Entry* entry = shard.shelf.Peek(key)) entry->being_made = being_made;
}

PageCache::PageCache(int64_t max_bytes) : state_(std::make_unique<State>(max_bytes)) {}
PageCache::~PageCache() = default;

std::shared_ptr<const CachedPage> PageCache::Find(std::string_view key) {
  Shard& shard = state_->ShardOf(key);
  const std::lock_guard lock(shard.mutex);
  const Shelf::Entry* entry = shard.shelf.Find(key);
  if (entry == nullptr) return nullptr;
  if (entry->stale()) {
    if (!entry->being_made || entry->stale_until < absl::Now()) return nullptr;
    state_->stale_hits.Increment();
  }
  state_->hits.Increment();
  return entry->page;
}

asio::awaitable<PageCache::Page> PageCache::FindOrMake(std::string key, Make make) {
  std::shared_ptr<Flight> flight;
  while (true) {
    if (PagePointer page = Find(key)) co_return page;
    bool first = false;
    std::tie(flight, first) = state_->Board(key);
    if (first) break;
    state_->shared.Increment();
    std::optional<Page> page = co_await Flight::Wait(flight);
    if (page.has_value()) co_return *std::move(page);
  }
  state_->misses.Increment();

  // However this coroutine ends, the flight lands.
  struct Landing {
    State& state;
    const std::string& key;
    const std::shared_ptr<Flight>& flight;
    std::optional<Page> page;

    ~Landing() {
      if (page.has_value() && page->ok()) state.Keep(key, **page, flight->start);
      state.MarkBeingMade(key, false);
      state.Leave(key, flight);
      flight->Land(std::move(page));
    }
  };
  Page page = status::Internal("the page was not made");
  {
    Landing landing{*state_, key, flight, std::nullopt};
    state_->MarkBeingMade(key, true);
    try {
      page = co_await make();
    } catch (const boost::system::system_error& error) {
      if (error.code() == asio::error::operation_aborted) throw;  // the requester is gone
      page = status::Internal(error.what());
    } catch (const std::exception& error) {
      page = status::Internal(error.what());
    }
    landing.page = page;
  }
  co_return page;
}

bool PageCache::BeingMade(std::string_view key) const {
  const std::lock_guard lock(state_->flights_mutex);
  return state_->flights.contains(key);
}

void PageCache::Drop(std::span<const std::string> tags) {
  if (tags.empty()) return;
  state_->drops.Drop(tags);
  for (Shard& shard : state_->shards) {
    state_->Change(shard, [tags](Shelf& shelf) { shelf.Drop(tags); });
  }
}

void PageCache::DropAll() {
  state_->drops.DropAll();
  for (Shard& shard : state_->shards) {
    state_->Change(shard, [](Shelf& shelf) { shelf.DropAll(); });
  }
}

void PageCache::Age(std::span<const std::string> tags) {
  if (tags.empty()) return;
  state_->agings.Drop(tags);
  const absl::Time stale_until = absl::Now() + kMostStale;
  for (Shard& shard : state_->shards) {
    const std::lock_guard lock(shard.mutex);
    shard.shelf.Age(tags, stale_until);
  }
}

int64_t PageCache::bytes() const {
  int64_t sum = 0;
  for (Shard& shard : state_->shards) {
    const std::lock_guard lock(shard.mutex);
    sum += shard.shelf.bytes();
  }
  return sum;
}

int64_t PageCache::pages() const {
  int64_t sum = 0;
  for (Shard& shard : state_->shards) {
    const std::lock_guard lock(shard.mutex);
    sum += shard.shelf.pages();
  }
  return sum;
}

}  // namespace forium::gateway
