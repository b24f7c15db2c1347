// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/words_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/search/index/damage.h"

namespace forium::search {
namespace {

constexpr int64_t kChecked = 64 << 10;

absl::Status Damaged(absl::string_view cause) {
  return status::WithCause(
      absl::DataLossError("The search index is damaged and is being built anew."),
      absl::StrCat("the sealed words: ", cause));
}

}  // namespace

std::string WordsPathOf(const std::string& path) {
  if (!path.empty()) return absl::StrCat(absl::StripSuffix(path, ".db"), ".words");
  std::random_device random;
  const std::string name =
      absl::StrCat("forium-", absl::Hex(random()), absl::Hex(random()), ".words");
  return (std::filesystem::temp_directory_path() / name).string();
}

void RemoveWords(const std::string& words_path) {
  const std::filesystem::path path = std::filesystem::absolute(words_path);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path.parent_path(), error)) {
    if (!absl::StartsWith(entry.path().filename().string(), path.filename().string())) continue;
    std::error_code gone;
    std::filesystem::remove(entry.path(), gone);
  }
}

absl::StatusOr<std::string> SealOf(const std::string& words_path) {
  std::ifstream file(words_path, std::ios::binary | std::ios::ate);
  const int64_t size = file.tellg();
  std::string end(static_cast<size_t>(std::clamp<int64_t>(size, 0, kChecked)), '\0');
  file.seekg(size - static_cast<int64_t>(end.size()));
  file.read(end.data(), static_cast<std::streamsize>(end.size()));
  if (!file.good()) return Damaged("cannot be read");
  return absl::StrCat(size, ".", Checksum(end));
}

absl::StatusOr<std::shared_ptr<const Segment>> OpenWords(const std::string& words_path,
                                                         const std::string& seal) {
  ASSIGN_OR_RETURN(const std::string found, SealOf(words_path));
  if (found != seal) return Damaged("not those that were written with the index");
  absl::StatusOr<std::shared_ptr<const Segment>> segment = Segment::Open(words_path);
  if (!segment.ok()) return Damaged(segment.status().message());
  return segment;
}

}  // namespace forium::search
