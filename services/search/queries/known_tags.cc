// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/known_tags.h"

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <utility>

#include "absl/time/clock.h"
#include "services/base/status/macros.h"
#include "services/search/queries/facets.h"
#include "services/search/queries/store.h"

namespace forium::search {
namespace {

constexpr int64_t kTopicsLookedAt = 20'000;
constexpr absl::Duration kKeptFor = absl::Minutes(1);

using Tags = std::shared_ptr<const std::vector<std::string>>;

struct Kept {
  std::weak_ptr<database::Database> database;
  absl::Time read_at;
  Tags tags;
};

absl::StatusOr<Tags> ReadTags(database::Database& database) {
  std::map<std::string, int64_t> counts;
  RETURN_IF_ERROR(database.Read([&](database::Transaction& tx) {
    counts.clear();
    SearchStore store(tx, std::numeric_limits<int64_t>::max());
    return store.NewestTags(kTopicsLookedAt, [&](std::string_view tags) {
      for (const std::string_view tag : SplitTags(tags)) ++counts[std::string(tag)];
    });
  }));
  std::vector<std::pair<int64_t, std::string>> order;
  for (const auto& [tag, count] : counts) order.emplace_back(-count, tag);
  std::sort(order.begin(), order.end());
  auto tags = std::make_shared<std::vector<std::string>>();
  for (auto& [count, tag] : order) tags->push_back(std::move(tag));
  return Tags(std::move(tags));
}

class Shelf {
 public:
  Tags Find(const std::shared_ptr<database::Database>& database) {
    const std::lock_guard lock(mutex_);
    std::erase_if(kept_, [](const Kept& one) {
      return one.database.expired() || absl::Now() - one.read_at > kKeptFor;
    });
    for (const Kept& one : kept_) {
      if (one.database.lock() == database) return one.tags;
    }
    return nullptr;
  }

  void Put(const std::shared_ptr<database::Database>& database, Tags tags) {
    const std::lock_guard lock(mutex_);
    kept_.push_back({database, absl::Now(), std::move(tags)});
  }

 private:
  std::mutex mutex_;
  std::vector<Kept> kept_;
};

}  // namespace

absl::StatusOr<Tags> KnownTags(const std::shared_ptr<database::Database>& database) {
  static Shelf& shelf = *new Shelf();
  if (Tags tags = shelf.Find(database)) return tags;
  ASSIGN_OR_RETURN(Tags tags, ReadTags(*database));
  shelf.Put(database, tags);
  return tags;
}

}  // namespace forium::search
