// SPDX-License-Identifier: Apache-2.0
// One file of an index: search-<number>.db, and beside it, written when it is completed and never
// again, search-<number>.words. Writes come from one thread at a time; all else is thread-safe.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "proto/forium/search/v1/administration.pb.h"
#include "services/base/database/database.h"
#include "services/search/index/documents.h"
#include "services/search/index/intake.h"
#include "services/search/index/sealing.h"
#include "services/search/index/store.h"
#include "services/search/segment/segment.h"
#include "services/search/words/language.h"
#include "services/search/words/vocabulary.h"

namespace forium::search {

class IndexFile : public std::enable_shared_from_this<IndexFile> {
 public:
  // The numbers of the files in a folder, growing. `PathOf` names one.
  static std::vector<int64_t> NumbersIn(const std::string& folder);
  static std::string PathOf(const std::string& folder, int64_t number);
  // With its words, and what SQLite keeps beside it.
  static void Remove(const std::string& path);

  // An empty `path`: in memory (tests), its words in a file that has no name any more.
  static absl::StatusOr<std::shared_ptr<IndexFile>> Create(const std::string& path,
                                                           Language otherwise);
  // One that was completed. Errors: NotFound, it was not; FailedPrecondition, of another format;
  // else what is wrong with it.
  static absl::StatusOr<std::shared_ptr<IndexFile>> Open(const std::string& path,
                                                         Language otherwise);
  ~IndexFile();
  // When nobody uses it any more, it goes.
  void RemoveAtEnd() { remove_ = true; }
  void Keep() { remove_ = false; }

  // Takes a step of the log over, with its position, in one transaction.
  absl::Status Follow(const Documents& documents, int64_t sequence);
  // The same for pages of a snapshot, until Complete.
  absl::Status Fill(const Documents& documents);
  // After Fill: all of the snapshot is there, up to this position in the log. The file can serve.
  absl::Status Complete(int64_t sequence, v1::Index::Cause cause);

  // Posts that came without their topic since this was asked. For the writing thread.
  int64_t TakeSkipped() { return intake_.TakeSkipped(); }

  struct Numbers {
    int64_t sequence = 0, topics = 0, posts = 0, text_bytes = 0;
    // Posts that were sealed; those that are no longer so; those whose words are not.
    int64_t sealed = 0, unsealed = 0, loose = 0;
    v1::Index::Cause cause = v1::Index::FIRST;
    absl::Time built_at = {};
  };
  Numbers numbers() const;
  int64_t sequence() const { return numbers().sequence; }
  int64_t BytesOnDisk() const;

  // What readers share besides the file. `words`: how many there are.
  struct Shared {
    std::shared_ptr<const Vocabulary> vocabulary;
    std::vector<Language> languages;
    int64_t words = 0;
  };
  absl::StatusOr<Shared> ReadShared() const;
  // Keeps this alive.
  std::shared_ptr<database::Database> database();
  // Null until it was completed.
  std::shared_ptr<const Segment> segment() const { return segment_; }
  // For what the segment tells beside words.
  std::shared_ptr<const Touched> touched() const { return touched_; }

  // Whether its path still leads to the file that was opened. kGone: the file can be read on.
  enum class Place { kSame, kGone, kReplaced };
  Place LookForPlace() const;
  // Whether it is still the file that was opened, by what stands in it; some reads of rows.
  absl::Status CheckIdentity() const;
  // All pages, and that rows agree with indexes. Long.
  absl::Status CheckPages() const;
  // The texts that came since, behind a post; the last that was looked at, 0 at the end.
  absl::StatusOr<int64_t> CheckTexts(int64_t after_id, int64_t limit) const;
  // The words that came since; writes wait meanwhile.
  absl::Status CheckWords();
  // A part of what is sealed, 0 at first; the next, 0 at the end.
  absl::StatusOr<int64_t> CheckSegment(int64_t part) const { return segment_->Check(part); }

 private:
  IndexFile(std::string path, Language otherwise);
  absl::Status OpenDatabase();
  absl::Status Initialize();
  // All that was gathered.
  absl::Status WriteCounts();
  absl::Status SealWords();
  absl::Status ReadNumbers();
  using Body = absl::FunctionRef<absl::Status(IndexStore&)>;
  absl::Status Write(Body body);
  absl::Status Read(Body body) const;
  absl::StatusOr<std::string> SealedText(int64_t post_id) const;

  const std::string path_, words_path_;
  const Language otherwise_;
  std::atomic<bool> remove_ = false;
  ino_t inode_ = 0;
  std::string identity_;
  std::unique_ptr<database::Database> database_;
  const std::shared_ptr<Touched> touched_ = std::make_shared<Touched>();
  // Of the writer; `sealing_` until it was completed.
  Intake intake_;
  std::unique_ptr<Sealing> sealing_;
  std::string seal_;
  std::shared_ptr<const Segment> segment_;  // constant once it serves

  mutable absl::Mutex mutex_;
  Numbers numbers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace forium::search
