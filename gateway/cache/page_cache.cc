// SPDX-License-Identifier: Apache-2.0
#include "gateway/cache/page_cache.h"

#include <array>
#include <atomic>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "services/base/observe/metrics.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

constexpr size_t kShards = 16;
// Drops that are remembered one by one, to tell which pages under way they touch; older ones touch
// all.
constexpr size_t kRememberedDrops = 4096;
// What an entry costs beside its bytes: list node, two index nodes, strings' own memory.
constexpr int64_t kEntryOverhead = 512;

// A cache that is fuller than this takes in only what is asked for again: a crawler that reads
// every page once neither pushes out what people read nor fills the memory.
constexpr int64_t kOpenShare = 4;  // a quarter
// Keys of a shard that are remembered as asked for once.
constexpr size_t kRememberedKeys = 2048;

using PagePointer = std::shared_ptr<const CachedPage>;

struct Entry {
  std::string key;
  PagePointer page;
  int64_t bytes;
};

// One sixteenth of the cache: recently used entries first.
struct Shard {
  std::mutex mutex;
  std::list<Entry> entries;
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key;
  std::unordered_map<std::string, std::unordered_set<const Entry*>> by_tag;
  std::array<uint32_t, kRememberedKeys> asked_once{};
  int64_t bytes = 0;

  bool AskedBefore(std::string_view key) {
    const size_t hash = std::hash<std::string_view>()(key);
    uint32_t& slot = asked_once[(hash >> 8) % kRememberedKeys];
    const uint32_t mark = static_cast<uint32_t>(hash >> 32) | 1;
    return std::exchange(slot, mark) == mark;
  }

  void Remove(std::list<Entry>::iterator entry) {
    for (const std::string& tag : entry->page->tags) {
      const auto found = by_tag.find(tag);
      if (found == by_tag.end()) continue;
      found->second.erase(&*entry);
      if (found->second.empty()) by_tag.erase(found);
    }
    bytes -= entry->bytes;
    by_key.erase(entry->key);
    entries.erase(entry);
  }

  void Keep(std::string key, PagePointer page, int64_t most) {
    if (const auto old = by_key.find(key); old != by_key.end()) Remove(old->second);
    const auto size = static_cast<int64_t>(key.size() + page->head.size() +
                                           page->not_modified_head.size() + page->body.size()) +
                      kEntryOverhead;
    if (size > most || (bytes + size > most / kOpenShare && !AskedBefore(key))) return;
    while (bytes + size > most) Remove(std::prev(entries.end()));
    entries.push_front(Entry{std::move(key), std::move(page), size});
    const auto entry = entries.begin();
    by_key.emplace(entry->key, entry);
    for (const std::string& tag : entry->page->tags) by_tag[tag].insert(&*entry);
    bytes += size;
  }
};

// When tags were last dropped, in steps of a clock that moves with each drop.
class DropLog {
 public:
  uint64_t now() const { return now_.load(std::memory_order_acquire); }

  void Drop(std::span<const std::string> tags) {
    const std::lock_guard lock(mutex_);
    const uint64_t at = now_.fetch_add(1, std::memory_order_acq_rel) + 1;
    for (const std::string& tag : tags) dropped_[tag] = at;
    if (dropped_.size() > kRememberedDrops) {
      dropped_.clear();
      floor_ = at;
    }
  }
  void DropAll() {
    const std::lock_guard lock(mutex_);
    dropped_.clear();
    floor_ = now_.fetch_add(1, std::memory_order_acq_rel) + 1;
  }
  bool DroppedSince(uint64_t begin, std::span<const std::string> tags) const {
    const std::lock_guard lock(mutex_);
    if (floor_ > begin) return true;
    for (const std::string& tag : tags) {
      const auto found = dropped_.find(tag);
      if (found != dropped_.end() && found->second > begin) return true;
    }
    return false;
  }

 private:
  mutable std::mutex mutex_;
  std::atomic<uint64_t> now_{0};
  std::unordered_map<std::string, uint64_t> dropped_;
  uint64_t floor_ = 0;
};

// A page being made, and who waits for it.
struct Flight {
  uint64_t begin;
  std::mutex mutex;
  std::optional<PageCache::Page> result;
  std::vector<std::pair<asio::any_io_executor, asio::any_completion_handler<void()>>> waiters;

  void Land(PageCache::Page page) {
    std::vector<std::pair<asio::any_io_executor, asio::any_completion_handler<void()>>> resumed;
    {
      const std::lock_guard lock(mutex);
      result = std::move(page);
      resumed.swap(waiters);
    }
    for (auto& [executor, waiter] : resumed) asio::post(executor, std::move(waiter));
  }
};

asio::awaitable<PageCache::Page> WaitFor(std::shared_ptr<Flight> flight) {
  const auto executor = co_await asio::this_coro::executor;
  const auto wait = [flight, executor](auto handler) {
    asio::any_completion_handler<void()> resume(std::move(handler));
    {
      const std::lock_guard lock(flight->mutex);
      if (!flight->result.has_value()) {
        flight->waiters.emplace_back(executor, std::move(resume));
        return;
      }
    }
    asio::post(executor, std::move(resume));
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(wait, asio::use_awaitable);
  co_return *flight->result;
}

}  // namespace

struct PageCache::State {
  explicit State(int64_t max_bytes) : shard_bytes(max_bytes / static_cast<int64_t>(kShards)) {}

  const int64_t shard_bytes;
  std::array<Shard, kShards> shards;
  DropLog drops;
  std::mutex flights_mutex;
  std::map<std::string, std::shared_ptr<Flight>, std::less<>> flights;

  prometheus::Counter& hits =
      observe::Counter("forium_gateway_page_cache_hits_total", "Pages served from the cache.");
  prometheus::Counter& misses =
      observe::Counter("forium_gateway_page_cache_misses_total", "Pages made anew.");
  prometheus::Counter& shared = observe::Counter("forium_gateway_page_cache_shared_total",
                                                 "Requests that waited for another's page.");
  prometheus::Counter& outdated =
      observe::Counter("forium_gateway_page_cache_outdated_total",
                       "Pages not kept since what they show changed meanwhile.");
  prometheus::Gauge& kept = observe::Gauge("forium_gateway_page_cache_bytes", "Bytes kept.");

  Shard& ShardOf(std::string_view key) {
    return shards[std::hash<std::string_view>()(key) % kShards];
  }

  void Keep(const std::string& key, const PagePointer& page, uint64_t begin) {
    if (page->tags.empty()) return;
    Shard& shard = ShardOf(key);
    const std::lock_guard lock(shard.mutex);
    // Under the shard's lock: a drop either is in the log by now, or will find the entry.
    if (drops.DroppedSince(begin, page->tags)) {
      outdated.Increment();
      return;
    }
    const int64_t before = shard.bytes;
    shard.Keep(key, page, shard_bytes);
    kept.Increment(static_cast<double>(shard.bytes - before));
  }
};

PageCache::PageCache(int64_t max_bytes) : state_(std::make_unique<State>(max_bytes)) {}
PageCache::~PageCache() = default;

std::shared_ptr<const CachedPage> PageCache::Find(std::string_view key) {
  Shard& shard = state_->ShardOf(key);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_key.find(key);
  if (found == shard.by_key.end()) return nullptr;
  if (found->second != shard.entries.begin()) {
    shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
  }
  state_->hits.Increment();
  return found->second->page;
}

asio::awaitable<PageCache::Page> PageCache::FindOrMake(std::string key, Make make) {
  if (PagePointer page = Find(key)) co_return page;
  std::shared_ptr<Flight> flight;
  bool first = false;
  {
    const std::lock_guard lock(state_->flights_mutex);
    std::shared_ptr<Flight>& under_way = state_->flights[key];
    // One that began before a drop may show what was before it: it is for those only who already
    // wait.
    if (under_way == nullptr || under_way->begin != state_->drops.now()) {
      under_way = std::make_shared<Flight>();
      under_way->begin = state_->drops.now();
      first = true;
    }
    flight = under_way;
  }
  if (!first) {
    state_->shared.Increment();
    co_return co_await WaitFor(std::move(flight));
  }
  state_->misses.Increment();
  Page page = status::Internal("the page was not made");
  try {
    page = co_await make();
  } catch (const std::exception& error) {
    page = status::Internal(error.what());
  }
  if (page.ok()) state_->Keep(key, *page, flight->begin);
  {
    const std::lock_guard lock(state_->flights_mutex);
    const auto mine = state_->flights.find(key);
    if (mine != state_->flights.end() && mine->second == flight) state_->flights.erase(mine);
  }
  flight->Land(page);
  co_return page;
}

void PageCache::Drop(std::span<const std::string> tags) {
  if (tags.empty()) return;
  state_->drops.Drop(tags);
  for (Shard& shard : state_->shards) {
    const std::lock_guard lock(shard.mutex);
    const int64_t before = shard.bytes;
    for (const std::string& tag : tags) {
      const auto found = shard.by_tag.find(tag);
      if (found == shard.by_tag.end()) continue;
      const std::vector<const Entry*> touched(found->second.begin(), found->second.end());
      for (const Entry* entry : touched) shard.Remove(shard.by_key.at(entry->key));
    }
    state_->kept.Increment(static_cast<double>(shard.bytes - before));
  }
}

void PageCache::DropAll() {
  state_->drops.DropAll();
  for (Shard& shard : state_->shards) {
    const std::lock_guard lock(shard.mutex);
    state_->kept.Decrement(static_cast<double>(shard.bytes));
    shard.by_key.clear();
    shard.by_tag.clear();
    shard.entries.clear();
    shard.bytes = 0;
  }
}

int64_t PageCache::bytes() const {
  int64_t sum = 0;
  for (Shard& shard : state_->shards) {
    const std::lock_guard lock(shard.mutex);
    sum += shard.bytes;
  }
  return sum;
}

int64_t PageCache::pages() const {
  int64_t sum = 0;
  for (Shard& shard : state_->shards) {
    const std::lock_guard lock(shard.mutex);
    sum += static_cast<int64_t>(shard.entries.size());
  }
  return sum;
}

}  // namespace forium::gateway
