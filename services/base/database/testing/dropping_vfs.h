// SPDX-License-Identifier: Apache-2.0
// A disk for SQLite that can lose its power. Files live in memory, in two states: what was written,
// and what is safe because it was synced. When the power is cut, every write since the last sync is
// lost, kept, or torn in half, by chance; all calls fail until the power is back. Locks and the
// -shm file are those of a real, empty file at the same path. Thread-safe.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace forium::database {

class DroppingVfs {
 public:
  // Registers itself with SQLite under `name`.
  DroppingVfs(std::string name, uint32_t seed);
  // All connections must be closed.
  ~DroppingVfs();
  DroppingVfs(const DroppingVfs&) = delete;
  DroppingVfs& operator=(const DroppingVfs&) = delete;

  // Cuts the power at the `writes`-th write, sync or truncation from now.
  void CutAfter(int writes);
  bool PowerIsOn() const;
  // Until the next CutAfter.
  void PowerOn();
  // From now on writes that make a file longer fail as on a full disk, or work again.
  void SetFull(bool full);
  // Makes syncs do nothing, as some disks do: to see that a test would notice.
  void IgnoreSyncs();

  // One file of the disk.
  class File {
   public:
    // What is still unsafe: a write, or a truncation to `offset` if `bytes` is empty.
    struct Change {
      int64_t offset;
      std::string bytes;
    };
    void Apply(std::string& content, const Change& change, size_t length) const;

    std::string written;
    std::string safe;
    std::vector<Change> unsafe;
  };

  // The calls of SQLite on a file; each answers an SQLite code.
  int Read(File& file, void* out, int size, int64_t offset);
  int Write(File& file, const void* bytes, int size, int64_t offset);
  int Truncate(File& file, int64_t size);
  int Sync(File& file);
  int64_t Size(File& file);
  std::shared_ptr<File> Open(const std::string& path, bool create);
  int Delete(const std::string& path);
  bool Exists(const std::string& path);
  sqlite3_vfs* real() const { return real_; }

 private:
  // Counts a change; false if the power is off, now or already.
  bool Spend() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Cut() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string name_;
  sqlite3_vfs* const real_;
  sqlite3_vfs vfs_;

  mutable absl::Mutex mutex_;
  std::mt19937 random_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::shared_ptr<File>> files_ ABSL_GUARDED_BY(mutex_);
  int changes_left_ ABSL_GUARDED_BY(mutex_) = -1;  // -1: no cut is planned
  bool power_ ABSL_GUARDED_BY(mutex_) = true;
  bool full_ ABSL_GUARDED_BY(mutex_) = false;
  bool ignores_syncs_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace forium::database
