// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/testing/dropping_vfs.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace forium::database {
namespace {

// What SQLite holds for an open file. The real file behind it follows in memory, as SQLite
// allocated it.
struct Handle {
  sqlite3_file head;
  DroppingVfs* disk;
  std::shared_ptr<DroppingVfs::File> file;
  bool has_real;  // only the database itself: its locks and shared memory
};

Handle& Of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
sqlite3_file* RealOf(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(Handle));
}
DroppingVfs& DiskOf(sqlite3_vfs* vfs) { return *static_cast<DroppingVfs*>(vfs->pAppData); }

int Close(sqlite3_file* file) {
  if (Of(file).has_real) RealOf(file)->pMethods->xClose(RealOf(file));
  Of(file).~Handle();
  return SQLITE_OK;
}

int Control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int SectorSize(sqlite3_file*) { return 512; }
// Promises nothing: neither atomic writes nor that what is next to a torn write survives.
int Characteristics(sqlite3_file*) { return 0; }

const sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = Close,
    .xRead = [](sqlite3_file* f, void* out, int size,
                sqlite3_int64 offset) { return Of(f).disk->Read(*Of(f).file, out, size, offset); },
    .xWrite =
        [](sqlite3_file* f, const void* bytes, int size, sqlite3_int64 offset) {
          return Of(f).disk->Write(*Of(f).file, bytes, size, offset);
        },
    .xTruncate = [](sqlite3_file* f,
                    sqlite3_int64 size) { return Of(f).disk->Truncate(*Of(f).file, size); },
    .xSync = [](sqlite3_file* f, int) { return Of(f).disk->Sync(*Of(f).file); },
    .xFileSize =
        [](sqlite3_file* f, sqlite3_int64* size) {
          *size = Of(f).disk->Size(*Of(f).file);
          return SQLITE_OK;
        },
    .xLock =
        [](sqlite3_file* f, int level) {
          return Of(f).has_real ? RealOf(f)->pMethods->xLock(RealOf(f), level) : SQLITE_OK;
        },
    .xUnlock =
        [](sqlite3_file* f, int level) {
          return Of(f).has_real ? RealOf(f)->pMethods->xUnlock(RealOf(f), level) : SQLITE_OK;
        },
    .xCheckReservedLock =
        [](sqlite3_file* f, int* out) {
          *out = 0;
          return Of(f).has_real ? RealOf(f)->pMethods->xCheckReservedLock(RealOf(f), out)
                                : SQLITE_OK;
        },
    .xFileControl = Control,
    .xSectorSize = SectorSize,
    .xDeviceCharacteristics = Characteristics,
    .xShmMap =
        [](sqlite3_file* f, int region, int size, int extend, void volatile** out) {
          return RealOf(f)->pMethods->xShmMap(RealOf(f), region, size, extend, out);
        },
    .xShmLock =
        [](sqlite3_file* f, int offset, int count, int flags) {
          return RealOf(f)->pMethods->xShmLock(RealOf(f), offset, count, flags);
        },
    .xShmBarrier = [](sqlite3_file* f) { RealOf(f)->pMethods->xShmBarrier(RealOf(f)); },
    .xShmUnmap = [](sqlite3_file* f,
                    int erase) { return RealOf(f)->pMethods->xShmUnmap(RealOf(f), erase); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int OpenFile(sqlite3_vfs* vfs, const char* path, sqlite3_file* out, int flags, int* out_flags) {
  out->pMethods = nullptr;
  DroppingVfs& disk = DiskOf(vfs);
  const std::shared_ptr<DroppingVfs::File> file =
      disk.Open(path, (flags & SQLITE_OPEN_CREATE) != 0);
  if (file == nullptr) return SQLITE_CANTOPEN;
  const bool has_real = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  if (has_real) {
    // Always for writing: a lock needs it.
    const int real_flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB;
    const int code = disk.real()->xOpen(disk.real(), path, RealOf(out), real_flags, nullptr);
    if (code != SQLITE_OK) return code;
  }
  new (out) Handle{{&kMethods}, &disk, file, has_real};
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int DeleteFile(sqlite3_vfs* vfs, const char* path, int) { return DiskOf(vfs).Delete(path); }

int AccessFile(sqlite3_vfs* vfs, const char* path, int, int* out) {
  *out = DiskOf(vfs).Exists(path) ? 1 : 0;
  return SQLITE_OK;
}

}  // namespace

DroppingVfs::DroppingVfs(std::string name, uint32_t seed)
    : name_(std::move(name)), real_(sqlite3_vfs_find(nullptr)), vfs_(*real_), random_(seed) {
  vfs_.szOsFile = static_cast<int>(sizeof(Handle)) + real_->szOsFile;
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = OpenFile;
  vfs_.xDelete = DeleteFile;
  vfs_.xAccess = AccessFile;
  sqlite3_vfs_register(&vfs_, 0);
}

DroppingVfs::~DroppingVfs() { sqlite3_vfs_unregister(&vfs_); }

void DroppingVfs::CutAfter(int writes) {
  absl::MutexLock lock(&mutex_);
  changes_left_ = writes;
}

bool DroppingVfs::PowerIsOn() const {
  absl::MutexLock lock(&mutex_);
  return power_;
}

void DroppingVfs::PowerOn() {
  absl::MutexLock lock(&mutex_);
  power_ = true;
  changes_left_ = -1;
}

void DroppingVfs::SetFull(bool full) {
  absl::MutexLock lock(&mutex_);
  full_ = full;
}

void DroppingVfs::IgnoreSyncs() {
  absl::MutexLock lock(&mutex_);
  ignores_syncs_ = true;
}

void DroppingVfs::File::Apply(std::string& content, const Change& change, size_t length) const {
  if (change.bytes.empty()) {
    content.resize(change.offset);
    return;
  }
  if (content.size() < change.offset + length) content.resize(change.offset + length);
  std::memcpy(content.data() + change.offset, change.bytes.data(), length);
}

bool DroppingVfs::Spend() {
  if (power_ && changes_left_ >= 0 && changes_left_-- == 0) Cut();
  return power_;
}

void DroppingVfs::Cut() {
  power_ = false;
  for (auto& [path, file] : files_) {
    for (const File::Change& change : file->unsafe) {
      const uint32_t fate = random_() % 4;
      if (fate == 0) continue;
      // Torn where a sector ends.
      const size_t torn = change.bytes.size() / 2 / 512 * 512;
      file->Apply(file->safe, change, fate == 1 ? torn : change.bytes.size());
    }
    file->unsafe.clear();
    file->written = file->safe;
  }
}

int DroppingVfs::Read(File& file, void* out, int size, int64_t offset) {
  absl::MutexLock lock(&mutex_);
  if (!power_) return SQLITE_IOERR_READ;
  const int64_t there =
      std::clamp<int64_t>(static_cast<int64_t>(file.written.size()) - offset, 0, size);
  if (there > 0) std::memcpy(out, file.written.data() + offset, there);
  if (there == size) return SQLITE_OK;
  std::memset(static_cast<char*>(out) + there, 0, size - there);
  return SQLITE_IOERR_SHORT_READ;
}

int DroppingVfs::Write(File& file, const void* bytes, int size, int64_t offset) {
  absl::MutexLock lock(&mutex_);
  if (!Spend()) return SQLITE_IOERR_WRITE;
  if (full_ && offset + size > static_cast<int64_t>(file.written.size())) return SQLITE_FULL;
  file.unsafe.push_back({offset, std::string(static_cast<const char*>(bytes), size)});
  file.Apply(file.written, file.unsafe.back(), size);
  return SQLITE_OK;
}

int DroppingVfs::Truncate(File& file, int64_t size) {
  absl::MutexLock lock(&mutex_);
  if (!Spend()) return SQLITE_IOERR_TRUNCATE;
  file.unsafe.push_back({size, ""});
  file.Apply(file.written, file.unsafe.back(), 0);
  return SQLITE_OK;
}

int DroppingVfs::Sync(File& file) {
  absl::MutexLock lock(&mutex_);
  if (!Spend()) return SQLITE_IOERR_FSYNC;
  if (ignores_syncs_) return SQLITE_OK;
  for (const File::Change& change : file.unsafe) file.Apply(file.safe, change, change.bytes.size());
  file.unsafe.clear();
  return SQLITE_OK;
}

int64_t DroppingVfs::Size(File& file) {
  absl::MutexLock lock(&mutex_);
  return static_cast<int64_t>(file.written.size());
}

std::shared_ptr<DroppingVfs::File> DroppingVfs::Open(const std::string& path, bool create) {
  absl::MutexLock lock(&mutex_);
  const auto found = files_.find(path);
  if (found != files_.end()) return found->second;
  if (!create || !power_) return nullptr;
  return files_[path] = std::make_shared<File>();
}

int DroppingVfs::Delete(const std::string& path) {
  absl::MutexLock lock(&mutex_);
  if (!Spend()) return SQLITE_IOERR_DELETE;
  return files_.erase(path) == 0 ? SQLITE_IOERR_DELETE_NOENT : SQLITE_OK;
}

bool DroppingVfs::Exists(const std::string& path) {
  absl::MutexLock lock(&mutex_);
  return files_.contains(path);
}

}  // namespace forium::database
