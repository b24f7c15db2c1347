// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "services/base/status/status.h"
#include "services/search/segment/layout.h"
#include "services/search/segment/varint.h"

namespace forium::search {

absl::Status WriteError(int cause) {
  const std::string words = std::string("segment: ") + std::strerror(cause);
  if (cause != ENOSPC && cause != EDQUOT) return status::Internal(words);
  return status::WithCause(
      status::Error(absl::StatusCode::kResourceExhausted, type::v1::STORAGE_FULL,
                    "The server's disk is full; nothing was changed. Tell an administrator."),
      words);
}

absl::StatusOr<OutputFile> OutputFile::Create(const std::string& path, Kind kind) {
  const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) return WriteError(errno);
  if (kind == Kind::kNameless) ::unlink(path.c_str());
  return OutputFile(file, kind);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : kind_(other.kind_),
      file_(std::exchange(other.file_, -1)),
      written_(other.written_),
      buffer_(std::move(other.buffer_)),
      sums_(std::move(other.sums_)),
      error_(std::move(other.error_)) {}

OutputFile::~OutputFile() {
  if (file_ >= 0) ::close(file_);
}

void OutputFile::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, kSumBytes - buffer_.size());
    buffer_ += part;
    bytes.remove_prefix(part.size());
    if (buffer_.size() == kSumBytes) Write();
  }
}

void OutputFile::Write() {
  if (kind_ == Kind::kSummed) AppendFixed(Sum(buffer_), sums_);
  for (std::string_view rest = buffer_; !rest.empty() && error_.ok();) {
    const ssize_t written = ::write(file_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      error_ = WriteError(errno);
    }
  }
  written_ += buffer_.size();
  buffer_.clear();
}

absl::Status OutputFile::ReadBack(uint64_t offset, size_t size, char* to) const {
  if (offset > this->size() || size > this->size() - offset) return SegmentDamage("no such bytes");
  const uint64_t from_file = offset < written_ ? std::min<uint64_t>(size, written_ - offset) : 0;
  if (from_file > 0) {
    if (absl::Status read = ReadAt(file_, offset, from_file, to); !read.ok()) return read;
  }
  if (from_file < size) {
    std::memcpy(to + from_file, buffer_.data() + (offset + from_file - written_), size - from_file);
  }
  return absl::OkStatus();
}

absl::Status OutputFile::Flush() {
  if (!buffer_.empty()) Write();
  return error_;
}

absl::Status OutputFile::Sync() {
  if (absl::Status flushed = Flush(); !flushed.ok()) return flushed;
  if (::fsync(file_) != 0) error_ = WriteError(errno);
  return error_;
}

std::string OutputFile::Sums() const {
  std::string sums = sums_;
  if (!buffer_.empty()) AppendFixed(Sum(buffer_), sums);
  return sums;
}

absl::Status SyncFolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int file =
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return WriteError(errno);
  const int synced = ::fsync(file);
  const int cause = errno;
  ::close(file);
  return synced == 0 ? absl::OkStatus() : WriteError(cause);
}

}  // namespace forium::search
