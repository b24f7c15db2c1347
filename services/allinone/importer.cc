// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/importer.h"

#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/allinone/line_reader.h"
#include "services/base/status/macros.h"

namespace forium::allinone {
namespace {

// Posts a transaction: large enough to spread its cost, small enough that a kill loses little work.
constexpr int kPostsInBatch = 1000;
constexpr absl::Duration kShowEvery = absl::Milliseconds(200);
constexpr int kBarWidth = 24;

absl::Status At(const std::string& path, int64_t line, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(path, ", line ", line, ": ", status.message()));
}

}  // namespace

absl::StatusOr<ImportCounts> Importer::ImportDiscourse(const std::string& categories,
                                                       const std::vector<std::string>& files) {
  started_ = absl::Now();
  for (const std::string& file : files) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (error)
      return absl::NotFoundError(absl::StrCat(file, " cannot be read: ", error.message(), "."));
    bytes_total_ += static_cast<int64_t>(size);
  }
  if (!categories.empty()) RETURN_IF_ERROR(ImportCategories(categories));
  for (const std::string& file : files) RETURN_IF_ERROR(ImportFile(file));
  counts_.users = static_cast<int64_t>(authors_.size());
  counts_.took = absl::Now() - started_;
  return counts_;
}

absl::Status Importer::ImportCategories(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, " cannot be read."));
  std::ostringstream text;
  text << file.rdbuf();
  ASSIGN_OR_RETURN(const std::vector<forum::v1::ImportedCategory> categories,
                   ParseDiscourseCategories(text.str()));
  forum::v1::ImportRequest request;
  request.set_source(std::string(kDiscourse));
  request.mutable_categories()->Assign(categories.begin(), categories.end());
  return services_
      .Call<forum::v1::ImportResponse>("forium.forum.v1.ForumService.Import", request, system_())
      .status();
}

absl::Status Importer::ImportFile(const std::string& path) {
  ASSIGN_OR_RETURN(LineReader reader, LineReader::Open(path));
  std::vector<DiscourseTopic> batch;
  int posts = 0;
  // One batch is stored while the next is read.
  std::future<absl::Status> sent;
  const auto settle = [&sent] { return sent.valid() ? sent.get() : absl::OkStatus(); };
  const auto send = [&]() -> absl::Status {
    RETURN_IF_ERROR(settle());
    ShowProgress(bytes_before_ + reader.position(), bytes_total_);
    posts = 0;
    auto sending = [this, topics = std::exchange(batch, {})]() mutable {
      return SendBatch(std::move(topics));
    };
    sent = std::async(std::launch::async, std::move(sending));
    return absl::OkStatus();
  };

  std::string line;
  for (int64_t number = 1;; ++number) {
    absl::StatusOr<bool> more = reader.Next(&line);
    if (!more.ok()) return At(path, number, more.status());
    if (!*more) break;
    if (line.empty()) continue;
    absl::StatusOr<DiscourseTopic> topic = ParseDiscourseTopic(line);
    if (!topic.ok()) return At(path, number, topic.status());
    posts += topic->topic.posts_size();
    batch.push_back(*std::move(topic));
    if (posts >= kPostsInBatch) RETURN_IF_ERROR(send());
  }
  if (!batch.empty()) RETURN_IF_ERROR(send());
  RETURN_IF_ERROR(settle());
  bytes_before_ += reader.size();
  shown_ = absl::InfinitePast();
  ShowProgress(bytes_before_, bytes_total_);
  return absl::OkStatus();
}

absl::Status Importer::StageAuthors(const std::vector<DiscourseTopic>& batch) {
  auth::v1::StageUsersRequest request;
  request.set_source(std::string(kDiscourse));
  std::map<int64_t, int> asked;
  for (const DiscourseTopic& topic : batch) {
    for (const auth::v1::StagedUser& author : topic.authors) {
      if (authors_.contains(author.source_id())) continue;
      if (!asked.emplace(author.source_id(), request.users_size()).second) continue;
      *request.add_users() = author;
    }
  }
  if (request.users_size() == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auth::v1::StageUsersResponse response,
                   services_.Call<auth::v1::StageUsersResponse>(
                       "forium.auth.v1.AuthService.StageUsers", request, system_()));
  if (response.users_size() != request.users_size()) {
    return absl::InternalError("StageUsers answered another number of users than asked.");
  }
  for (const auto& [source_id, index] : asked) {
    const auth::v1::User& user = response.users(index);
    forum::v1::Author& author = authors_[source_id];
    author.set_id(user.id());
    author.set_username(user.username());
    author.set_display_name(user.display_name());
    author.set_role(user.role());
  }
  return absl::OkStatus();
}

absl::Status Importer::SendBatch(std::vector<DiscourseTopic> batch) {
  RETURN_IF_ERROR(StageAuthors(batch));
  forum::v1::ImportRequest request;
  request.set_source(std::string(kDiscourse));
  for (DiscourseTopic& topic : batch) {
    for (forum::v1::ImportedPost& post : *topic.topic.mutable_posts()) {
      const auto author = authors_.find(post.author().id());
      if (author == authors_.end()) {
        post.clear_author();
      } else {
        *post.mutable_author() = author->second;
      }
    }
    *request.add_topics() = std::move(topic.topic);
  }
  ASSIGN_OR_RETURN(const forum::v1::ImportResponse response,
                   services_.Call<forum::v1::ImportResponse>("forium.forum.v1.ForumService.Import",
                                                             request, system_()));
  counts_.topics_created += response.topics_created();
  counts_.topics_present += response.topics_present();
  counts_.posts_created += response.posts_created();
  return absl::OkStatus();
}

void Importer::ShowProgress(int64_t position, int64_t size) {
  const absl::Time now = absl::Now();
  if (now - shown_ < kShowEvery || size == 0) return;
  shown_ = now;
  const double done = static_cast<double>(position) / static_cast<double>(size);
  const double seconds = absl::ToDoubleSeconds(now - started_);
  const int filled = static_cast<int>(done * kBarWidth);
  const double left = done > 0 ? seconds / done * (1 - done) : 0;
  console_.Progress(absl::StrFormat(
      "[%s%s] %3.0f %%  %d posts  %.0f posts/s  %.0f s left", std::string(filled, '#'),
      std::string(kBarWidth - filled, '.'), done * 100, counts_.posts_created,
      seconds > 0 ? static_cast<double>(counts_.posts_created) / seconds : 0, left));
}

}  // namespace forium::allinone
