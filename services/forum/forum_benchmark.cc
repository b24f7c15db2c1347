// SPDX-License-Identifier: Apache-2.0
// Measures the hot calls of the forum on a database of 4,000 topics with 28,000 posts, without RPC
// and HTTP around them: `bazel run -c opt //services/forum:forum_benchmark`.
#include <time.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <thread>

#include "absl/time/clock.h"
#include "services/base/database/database.h"
#include "services/forum/import.h"
#include "services/forum/migrations.h"
#include "services/forum/posts.h"
#include "services/forum/topic_lists.h"
#include "services/forum/topic_page.h"

namespace forium::forum {
namespace {

constexpr int kTopics = 4000, kPostsPerTopic = 7, kAuthors = 900;

// Of this thread alone, so that a busy machine does not show.
double CpuSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double Seconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::string Paragraphs(int seed) {
  std::string text;
  for (int i = 0; i < 3; ++i) {
    text += "Some **words** about number " + std::to_string(seed + i) +
            ", with `code`, a [link](https://example.org/" + std::to_string(seed) +
            ") and enough text that a paragraph looks like one that somebody wrote in a forum.\n\n";
  }
  return text;
}

v1::ImportRequest Batch(int first, int last) {
  v1::ImportRequest request;
  request.set_source("bench");
  for (int i = first; i < last; ++i) {
    v1::ImportedTopic& topic = *request.add_topics();
    topic.set_source_id(i + 1);
    topic.set_title("Topic number " + std::to_string(i));
    topic.set_category_source_id(1 + i % 10);
    topic.mutable_created_at()->set_seconds(1'600'000'000 + i * 1000);
    const int posts = i == 0 ? 25 : kPostsPerTopic;
    for (int n = 1; n <= posts; ++n) {
      v1::ImportedPost& post = *topic.add_posts();
      post.set_source_id(i * 30 + n);
      post.set_number(n);
      post.set_reply_to(n > 2 ? n - 1 : 0);
      const int author = 1 + (i * 7 + n * 13) % kAuthors;
      post.mutable_author()->set_id(author);
      post.mutable_author()->set_username("user" + std::to_string(author));
      post.set_raw(Paragraphs(i * 10 + n));
      post.mutable_created_at()->set_seconds(1'600'000'000 + i * 1000 + n);
    }
  }
  return request;
}

int Run() {
  const std::string folder = std::filesystem::temp_directory_path() / "forium_forum_benchmark";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  auto database = database::OpenSqlite({.path = folder + "/forum.db"}, kMigrations);
  if (!database.ok()) return 1;
  const Config config;
  type::v1::Principal system, anonymous, member;
  system.set_system(true);
  member.set_user_id(5);
  member.set_username("user5");
  member.set_role(type::v1::MEMBER_ROLE);
  const auto as = [&](const type::v1::Principal& who) {
    return Caller{.database = **database,
                  .principal = who,
                  .config = config,
                  .reader = {.user_id = who.user_id(), .level = who.system() ? 3 : who.role()},
                  .now = absl::ToUnixMicros(absl::Now())};
  };
  const double import = Seconds([&] {
    for (int i = 0; i < kTopics; i += 100) {
      if (const auto done = Import(as(system), Batch(i, i + 100)); !done.ok()) {
        std::fprintf(stderr, "%s\n", done.status().ToString().c_str());
        std::exit(1);
      }
    }
  });
  std::printf("import of %d posts: %.2f s\n", kTopics * kPostsPerTopic, import);

  const auto time = [&](const char* name, int runs, const std::function<void(int)>& call) {
    call(0);
    const double cpu = CpuSeconds();
    const double seconds = Seconds([&] {
      for (int i = 0; i < runs; ++i) call(i);
    });
    std::printf("%-34s %7.1f us, on the processor %7.1f us\n", name, seconds / runs * 1e6,
                (CpuSeconds() - cpu) / runs * 1e6);
  };
  v1::GetTopicRequest topic;
  topic.set_id(1);
  for (const auto* who : {&anonymous, &member}) {
    const char* const suffix = who == &anonymous ? "anonymous" : "member";
    std::printf("--- %s\n", suffix);
    time("GetTopic, 20 posts", 5000, [&](int) { (void)GetTopic(as(*who), topic).value(); });
    time("GetTopic, others of 7 posts", 5000, [&](int i) {
      v1::GetTopicRequest other;
      other.set_id(2 + i % 3000);
      (void)GetTopic(as(*who), other).value();
    });
    time("ListTopics, 30 of all", 3000, [&](int) { (void)ListTopics(as(*who), {}).value(); });
    v1::ListTopicsRequest category;
    category.set_category("category-3");
    time("ListTopics, 30 of a category", 3000,
         [&](int) { (void)ListTopics(as(*who), category).value(); });
  }
  std::printf("JSON of a page: %zu bytes\n", GetTopic(as(anonymous), topic).value().data().size());

  v1::CreatePostRequest reply;
  reply.set_raw("A short reply with *some* words.");
  time("CreatePost, one writer, durable", 1000, [&](int i) {
    reply.set_topic_id(2 + i % 3000);
    (void)CreatePost(as(member), reply).value();
  });
  constexpr int kWriters = 64, kEach = 200;
  const double seconds = Seconds([&] {
    std::vector<std::thread> writers;
    for (int w = 0; w < kWriters; ++w) {
      writers.emplace_back([&, w] {
        v1::CreatePostRequest mine = reply;
        for (int i = 0; i < kEach; ++i) {
          mine.set_topic_id(2 + (w * 53 + i * 7) % 3000);
          (void)CreatePost(as(member), mine).value();
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
  });
  std::printf("CreatePost, %d writers, durable: %.0f/s\n", kWriters, kWriters * kEach / seconds);
  return 0;
}

}  // namespace
}  // namespace forium::forum

int main() { return forium::forum::Run(); }
