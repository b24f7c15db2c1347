// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/mapped_file.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <mutex>

#include "services/search/segment/layout.h"

namespace forium::search {

struct MappedFile::Slot {
  // Free while `begin` is 0.
  std::atomic<uintptr_t> begin = 0, end = 0;
  std::atomic<bool> lost = false;
};

namespace {

// A process has an index for each community that is asked; what finds no room is read by pread.
constexpr size_t kMostFiles = 2048;

// The handler may wait for nobody: it looks at all of them.
constinit std::array<MappedFile::Slot, kMostFiles> slots;
constinit std::mutex taking;
uintptr_t page_bytes = 0;
struct sigaction handler_before;

// Does what POSIX allows in a handler, and mmap, which is nothing but a call to the system.
void OnLostPage(int signal, siginfo_t* info, void* /*context*/) {
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  for (MappedFile::Slot& slot : slots) {
    if (address < slot.begin || address >= slot.end) continue;
    void* const page = reinterpret_cast<void*>(address / page_bytes * page_bytes);
    const int how = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    if (::mmap(page, page_bytes, PROT_READ, how, -1, 0) == MAP_FAILED) break;
    slot.lost = true;
    return;
  }
  // Nothing of ours: it comes again, and meets who was there before.
  ::sigaction(signal, &handler_before, nullptr);
}

bool InstallHandler() {
  page_bytes = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  struct sigaction handler = {};
  handler.sa_sigaction = OnLostPage;
  handler.sa_flags = SA_SIGINFO;
  ::sigemptyset(&handler.sa_mask);
  return ::sigaction(SIGBUS, &handler, &handler_before) == 0;
}

MappedFile::Slot* TakeSlot() {
  const std::lock_guard lock(taking);
  static const bool installed = InstallHandler();
  for (MappedFile::Slot& slot : slots) {
    if (!installed || slot.begin != 0) continue;
    slot.lost = false;
    slot.end = 0;
    slot.begin = UINTPTR_MAX;
    return &slot;
  }
  return nullptr;
}

}  // namespace

MappedFile::MappedFile(Slot& slot, char* begin, uint64_t bytes)
    : slot_(slot), begin_(begin), bytes_(bytes) {}

std::unique_ptr<const MappedFile> MappedFile::Map(int file, uint64_t bytes) {
  if (bytes == 0) return nullptr;
  Slot* const slot = TakeSlot();
  if (slot == nullptr) return nullptr;
  void* const begin = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, 0);
  if (begin == MAP_FAILED) {
    slot->begin = 0;
    return nullptr;
  }
  slot->begin = reinterpret_cast<uintptr_t>(begin);
  slot->end = reinterpret_cast<uintptr_t>(begin) + bytes;
  return std::unique_ptr<const MappedFile>(new MappedFile(*slot, static_cast<char*>(begin), bytes));
}

MappedFile::~MappedFile() {
  slot_.end = 0;
  ::munmap(begin_, bytes_);
  slot_.begin = 0;
}

absl::Status MappedFile::Read(uint64_t offset, size_t size, char* to) const {
  if (size > bytes_ || offset > bytes_ - size) return SegmentDamage("is cut off");
  std::memcpy(to, begin_ + offset, size);
  // Nothing that was copied is looked at before it is known to have been there.
  if (slot_.lost) return SegmentDamage("a part of it is not there any more");
  return absl::OkStatus();
}

void MappedFile::Rest() const { ::madvise(begin_, bytes_, MADV_DONTNEED); }

}  // namespace forium::search
