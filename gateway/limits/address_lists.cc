// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/address_lists.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "gateway/http/ascii.h"
#include "services/base/observe/metrics.h"

namespace forium::gateway {
namespace {

constexpr size_t kLongestFile = 64 << 20;

absl::Status Wrong(std::string_view file, std::string_view why) {
  return absl::InvalidArgumentError(Concat({file, ": ", why}));
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Wrong(path, std::strerror(errno));
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) return Wrong(path, "cannot be read");
  if (text.size() > kLongestFile) return Wrong(path, "is longer than 64 MB");
  return text;
}

// Files are read as they are, other items a line each, so that one set holds all of them.
absl::StatusOr<CidrSet> Read(const std::vector<std::string>& items) {
  std::string all;
  for (const std::string& item : items) {
    if (!item.starts_with('@')) {
      if (auto set = CidrSet::Parse(std::vector<std::string>{item}); !set.ok()) return set.status();
      all += item + "\n";
      continue;
    }
    const std::string path = item.substr(1);
    auto text = ReadFile(path);
    if (!text.ok()) return text.status();
    if (const auto set = CidrSet::ParseText(*text); !set.ok()) {
      const std::string message(set.status().message());
      return Wrong(path, message);
    }
    all += *text + "\n";
  }
  return CidrSet::ParseText(all);
}

void AppendStamps(const std::vector<std::string>& items, std::string& stamps) {
  for (const std::string& item : items) {
    struct stat file {};
    if (!item.starts_with('@') || stat(item.c_str() + 1, &file) != 0) continue;
    stamps +=
        Concat({std::to_string(file.st_mtim.tv_sec), ".", std::to_string(file.st_mtim.tv_nsec), " ",
                std::to_string(file.st_size), " ", std::to_string(file.st_ino), "\n"});
  }
}

}  // namespace

AddressLists::AddressLists(const LimitsConfig& config)
    : allow_(config.allow), deny_(config.deny), lists_(std::make_shared<Lists>()) {}

std::string AddressLists::Stamps() const {
  std::string stamps;
  AppendStamps(allow_, stamps);
  AppendStamps(deny_, stamps);
  return stamps;
}

absl::Status AddressLists::Reload() {
  // Before the files: a change while they are read is seen the next time.
  std::string stamps = Stamps();
  auto allow = Read(allow_);
  auto deny = Read(deny_);
  const absl::Status read = allow.ok() ? deny.status() : allow.status();
  auto lists = std::make_shared<Lists>();
  if (read.ok()) *lists = Lists{*std::move(allow), *std::move(deny)};
  const absl::MutexLock lock(&mutex_);
  stamps_ = std::move(stamps);  // a broken file is told once, not at each look
  if (!read.ok()) return read;
  empty_ = lists->allow.empty() && lists->deny.empty();
  const auto set = [](const char* list, size_t ranges) {
    observe::Gauge("forium_gateway_address_ranges", "Ranges of addresses, by list.",
                   {{"list", list}})
        .Set(static_cast<double>(ranges));
  };
  set("allow", lists->allow.ranges());
  set("deny", lists->deny.ranges());
  lists_ = std::move(lists);
  return absl::OkStatus();
}

absl::Status AddressLists::ReloadIfChanged() {
  const std::string now = Stamps();
  {
    const absl::MutexLock lock(&mutex_);
    if (now == stamps_) return absl::OkStatus();
  }
  return Reload();
}

Access AddressLists::Of(const IpAddress& address) const {
  if (empty()) return Access::kUsual;
  std::shared_ptr<const Lists> lists;
  {
    const absl::ReaderMutexLock lock(&mutex_);
    lists = lists_;
  }
  if (lists->allow.Contains(address)) return Access::kAllowed;
  return lists->deny.Contains(address) ? Access::kDenied : Access::kUsual;
}

void AddressLists::CountDenied() const {
  static prometheus::Counter& denied = observe::Counter(
      "forium_gateway_connections_denied_total", "Connections and requests of denied addresses.");
  denied.Increment();
}

}  // namespace forium::gateway
