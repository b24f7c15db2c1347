// SPDX-License-Identifier: Apache-2.0
#include "gateway/cache/body_file.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace forium::gateway {
namespace {

std::atomic<int64_t> all_bytes{0};
std::atomic<int64_t> all_files{0};

bool Reserve(int64_t bytes) {
  const bool room = all_bytes.fetch_add(bytes) + bytes <= BodyFile::kMostBytes;
  if (all_files.fetch_add(1) < BodyFile::kMostFiles && room) return true;
  all_bytes -= bytes;
  --all_files;
  return false;
}

void Free(int64_t bytes) {
  all_bytes -= bytes;
  --all_files;
}

// -1: the system has none to give.
int Make(std::string_view body) {
  const int file = memfd_create("forium-page", MFD_CLOEXEC);
  if (file < 0) return -1;
  while (!body.empty()) {
    const ssize_t written = write(file, body.data(), body.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      close(file);
      return -1;
    }
    body.remove_prefix(static_cast<size_t>(written));
  }
  return file;
}

}  // namespace

BodyFile::~BodyFile() {
  const int file = file_.load(std::memory_order_acquire);
  if (file < 0) return;
  struct stat state = {};
  fstat(file, &state);
  close(file);
  Free(state.st_size);
}

int BodyFile::For(std::string_view body) const {
  if (body.size() < kSmallest) return -1;
  if (const int file = file_.load(std::memory_order_acquire); file >= 0) return file;
  // One caller each time; while all files are given away it is tried again now and then.
  if ((readers_.fetch_add(1, std::memory_order_relaxed) + 1) % kReaders != 0) return -1;
  const auto bytes = static_cast<int64_t>(body.size());
  if (!Reserve(bytes)) return -1;
  const int made = Make(body);
  int expected = -1;
  if (made >= 0 && file_.compare_exchange_strong(expected, made, std::memory_order_acq_rel)) {
    return made;
  }
  // None to have, or the caller before this one was slow and has made it by now.
  if (made >= 0) close(made);
  Free(bytes);
  return expected;
}

}  // namespace forium::gateway
