// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "services/base/status/macros.h"
#include "services/search/index/index.h"

namespace forium::search {

struct Indexes::State {
  struct Entry {
    // The source outlives the index.
    struct Opened {
      std::unique_ptr<Source> source;
      std::unique_ptr<Index> index;
    };
    std::shared_ptr<Opened> opened;
    absl::Time used_at;
  };

  State(IndexOptions options, std::function<std::string(std::string_view)> folder_of,
        MakeSource make_source, absl::Duration close_after)
      : options(std::move(options)),
        folder_of(std::move(folder_of)),
        make_source(std::move(make_source)),
        close_after(close_after),
        closer([this] { CloseUnused(); }) {}
  ~State() {
    {
      absl::MutexLock lock(&mutex);
      stopping = true;
    }
    closer.join();
  }

  absl::StatusOr<std::shared_ptr<Entry::Opened>> Open(std::string_view tenant) {
    auto opened = std::make_shared<Entry::Opened>();
    opened->source = make_source(tenant);
    IndexOptions own = options;
    own.folder = folder_of(tenant);
    ASSIGN_OR_RETURN(opened->index, Index::Open(std::move(own), *opened->source));
    return opened;
  }

  void CloseUnused() {
    const absl::Duration every =
        std::clamp(close_after / 4, absl::Milliseconds(10), absl::Seconds(30));
    for (;;) {
      std::vector<std::shared_ptr<Entry::Opened>> closed;  // after the lock
      absl::MutexLock lock(&mutex);
      if (mutex.AwaitWithTimeout(absl::Condition(&stopping), every)) return;
      const absl::Time since = absl::Now() - close_after;
      for (auto entry = entries.begin(); entry != entries.end();) {
        // One that a call holds is in use, and must not be opened a second time meanwhile.
        const bool unused = entry->second.used_at < since && entry->second.opened.use_count() == 1;
        if (!unused) {
          ++entry;
          continue;
        }
        closed.push_back(std::move(entry->second.opened));
        entry = entries.erase(entry);
      }
    }
  }

  const IndexOptions options;
  const std::function<std::string(std::string_view)> folder_of;
  const MakeSource make_source;
  const absl::Duration close_after;

  absl::Mutex mutex;
  bool stopping ABSL_GUARDED_BY(mutex) = false;
  std::map<std::string, Entry, std::less<>> entries ABSL_GUARDED_BY(mutex);

  std::thread closer;  // last: starts when all else is there
};

Indexes::Indexes(IndexOptions options, std::function<std::string(std::string_view)> folder_of,
                 MakeSource make_source, absl::Duration close_after)
    : state_(std::make_unique<State>(std::move(options), std::move(folder_of),
                                     std::move(make_source), close_after)) {}
Indexes::~Indexes() = default;

absl::StatusOr<std::shared_ptr<Index>> Indexes::Get(std::string_view tenant) {
  // Opening under the lock: two must never open the same folder.
  absl::MutexLock lock(&state_->mutex);
  auto found = state_->entries.find(tenant);
  if (found == state_->entries.end()) {
    ASSIGN_OR_RETURN(std::shared_ptr<State::Entry::Opened> opened, state_->Open(tenant));
    found = state_->entries.emplace(std::string(tenant), State::Entry{std::move(opened), {}}).first;
  }
  found->second.used_at = absl::Now();
  const auto& opened = found->second.opened;
  return std::shared_ptr<Index>(opened, opened->index.get());
}

void Indexes::Wake(std::string_view tenant) {
  absl::MutexLock lock(&state_->mutex);
  const auto found = state_->entries.find(tenant);
  if (found != state_->entries.end()) found->second.opened->index->Wake();
}

void Indexes::ForEach(const std::function<void(std::string_view, Index&)>& each) {
  std::vector<std::pair<std::string, std::shared_ptr<Index>>> open;
  {
    absl::MutexLock lock(&state_->mutex);
    for (const auto& [tenant, entry] : state_->entries) {
      open.emplace_back(tenant, std::shared_ptr<Index>(entry.opened, entry.opened->index.get()));
    }
  }
  for (const auto& [tenant, index] : open) each(tenant, *index);
}

}  // namespace forium::search
