// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"

namespace forium::allinone {
namespace {
namespace fs = std::filesystem;

constexpr size_t kBlock = 1 << 20;

using Writer = std::unique_ptr<archive, decltype(&archive_write_free)>;
using Reader = std::unique_ptr<archive, decltype(&archive_read_free)>;
using Entry = std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;

absl::Status WriteError(archive* writer) {
  if (archive_errno(writer) == ENOSPC) {
    return absl::ResourceExhaustedError("The disk is full; the backup was not written.");
  }
  return absl::FailedPreconditionError(
      absl::StrCat("The backup was not written: ", archive_error_string(writer), "."));
}

absl::Status AddFile(archive* writer, const ArchivedFile& file) {
  std::ifstream in(file.path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat(file.path, " cannot be read."));
  const Entry entry(archive_entry_new(), archive_entry_free);
  archive_entry_set_pathname(entry.get(), file.name.c_str());
  archive_entry_set_size(entry.get(), static_cast<int64_t>(fs::file_size(file.path)));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0600);
  if (archive_write_header(writer, entry.get()) != ARCHIVE_OK) return WriteError(writer);
  std::string block(kBlock, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())), in.gcount() > 0) {
    if (archive_write_data(writer, block.data(), static_cast<size_t>(in.gcount())) < 0) {
      return WriteError(writer);
    }
  }
  return absl::OkStatus();
}

// `name` with no way out of the folder.
bool SafeName(std::string_view name) {
  const fs::path path(name);
  return !path.empty() && path.is_relative() && path == path.lexically_normal() &&
         *path.begin() != "..";
}

absl::Status ExtractFile(archive* reader, const fs::path& path) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  std::string block(kBlock, '\0');
  la_ssize_t size = 0;
  while ((size = archive_read_data(reader, block.data(), block.size())) > 0)
    out.write(block.data(), size);
  out.close();
  if (size < 0) return absl::DataLossError("The backup is damaged or cut off.");
  if (!out) return absl::ResourceExhaustedError("The disk is full; nothing was restored.");
  return absl::OkStatus();
}

absl::Status SyncFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && fsync(file) == 0;
  if (file >= 0) close(file);
  return synced ? absl::OkStatus()
                : absl::DataLossError(absl::StrCat(path, " could not be synced."));
}

}  // namespace

absl::Status WriteArchive(const std::string& out, const std::vector<ArchivedFile>& files) {
  if (fs::exists(out)) return absl::AlreadyExistsError(absl::StrCat(out, " is there already."));
  const std::string partial = absl::StrCat(out, ".partial");
  absl::Cleanup remove = [&partial] { ::unlink(partial.c_str()); };
  const Writer writer(archive_write_new(), archive_write_free);
  archive_write_set_format_pax_restricted(writer.get());
  archive_write_add_filter_zstd(writer.get());
  if (archive_write_open_filename(writer.get(), partial.c_str()) != ARCHIVE_OK) {
    return WriteError(writer.get());
  }
  for (const ArchivedFile& file : files) RETURN_IF_ERROR(AddFile(writer.get(), file));
  if (archive_write_close(writer.get()) != ARCHIVE_OK) return WriteError(writer.get());
  RETURN_IF_ERROR(SyncFile(partial));
  if (::rename(partial.c_str(), out.c_str()) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(out, " cannot be written."));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ReadArchive(const std::string& in,
                                                     const std::string& folder) {
  const Reader reader(archive_read_new(), archive_read_free);
  archive_read_support_filter_zstd(reader.get());
  archive_read_support_format_tar(reader.get());
  if (archive_read_open_filename(reader.get(), in.c_str(), kBlock) != ARCHIVE_OK) {
    return absl::NotFoundError(
        absl::StrCat(in, " is not a backup: ", archive_error_string(reader.get()), "."));
  }
  std::vector<std::string> names;
  archive_entry* entry = nullptr;
  int result = ARCHIVE_OK;
  while ((result = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK) {
    const char* name = archive_entry_pathname(entry);
    if (name == nullptr || archive_entry_filetype(entry) != AE_IFREG || !SafeName(name)) {
      return absl::DataLossError(absl::StrCat(in, " holds something that no backup has."));
    }
    RETURN_IF_ERROR(ExtractFile(reader.get(), fs::path(folder) / name));
    names.emplace_back(name);
  }
  if (result != ARCHIVE_EOF)
    return absl::DataLossError(absl::StrCat(in, " is damaged or cut off."));
  return names;
}

}  // namespace forium::allinone
