// SPDX-License-Identifier: Apache-2.0
// The index of one community: a file that serves, kept up with the forum by a feed, and built anew
// beside it when asked, when damaged, or when the log does not reach back. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/forium/forum/v1/documents.pb.h"
#include "proto/forium/search/v1/administration.pb.h"
#include "services/base/database/database.h"
#include "services/search/index/touched.h"
#include "services/search/segment/segment.h"
#include "services/search/words/language.h"
#include "services/search/words/vocabulary.h"

namespace forium::search {

// Where documents come from: the forum, in tests a list.
class Source {
 public:
  virtual ~Source() = default;
  virtual absl::StatusOr<forum::v1::GetSnapshotResponse> GetSnapshot(
      const forum::v1::GetSnapshotRequest& request) = 0;
  virtual absl::StatusOr<forum::v1::ListChangesResponse> ListChanges(
      const forum::v1::ListChangesRequest& request) = 0;
};

struct IndexOptions {
  // Folder of the index's files: search-<number>.db with what SQLite keeps beside it, and
  // search-<number>.words.
  std::string folder = {};
  Language language = Language::kEnglish;  // of topics whose language cannot be told
  // How often the forum is asked when nobody says that something happened.
  absl::Duration poll_every = absl::Seconds(2);
  // Posts that came or changed since the index was built: if more, and more than an eighth of all,
  // it is built anew, unless it was within this time.
  int64_t most_loose = 20'000;
  absl::Duration grow_every = absl::Hours(1);
  std::string instance = {};
};

// What a query reads from; keeps the file and the vocabulary alive, also while a newer one takes
// over.
struct Snapshot {
  std::shared_ptr<database::Database> database;
  // The words of most posts; what changed since it was made stands in the file's FTS5 tables, and
  // the posts of it that are no longer so in `unsealed`.
  std::shared_ptr<const Segment> segment;
  // Of what the segment has of them facts, those that may differ.
  std::shared_ptr<const Touched> touched;
  std::shared_ptr<const Vocabulary> vocabulary;
  // Languages of topics, the most frequent first, at most four; with the default one.
  std::vector<Language> languages;
  // Grows with every change that is taken over: a key for caches.
  int64_t version = 0;
};

class Index {
 public:
  // Opens what is there, or begins to build. Does not wait for the forum. `source` outlives it.
  static absl::StatusOr<std::unique_ptr<Index>> Open(IndexOptions options, Source& source);
  ~Index();

  // Errors: Unavailable while there is none yet, with `retry_after`.
  absl::StatusOr<Snapshot> Read() const;
  // A query met something unreadable: checks, and builds anew when it is so.
  void ReportDamage(const absl::Status& error);

  // Something happened in the forum: takes it over soon. Does not wait.
  void Wake();
  // Begins to build anew; nothing when that is under way.
  void Rebuild(v1::Index::Cause cause);
  v1::Index Status() const;
  // Blocks until all that the forum has now was taken over (tests). False: `timeout` passed first.
  bool CatchUp(absl::Duration timeout);

 private:
  class Keeper;
  explicit Index(std::shared_ptr<Keeper> keeper);
  std::shared_ptr<Keeper> keeper_;
};

// The indexes of the tenants that this process was asked for: opened on demand, the ones that
// nobody used for a while closed. Thread-safe.
class Indexes {
 public:
  using MakeSource = std::function<std::unique_ptr<Source>(std::string_view tenant)>;
  // `folder_of`: DATA/<tenant>/search.
  Indexes(IndexOptions options, std::function<std::string(std::string_view tenant)> folder_of,
          MakeSource make_source, absl::Duration close_after = absl::Minutes(30));
  ~Indexes();

  absl::StatusOr<std::shared_ptr<Index>> Get(std::string_view tenant);
  // An event of the tenant's forum came; wakes its index when it is open.
  void Wake(std::string_view tenant);
  // Of all that are open, for metrics.
  void ForEach(const std::function<void(std::string_view tenant, Index&)>& each);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forium::search
