// SPDX-License-Identifier: Apache-2.0
// What a Read and a Write cost. bazel run //services/base/database:bench -- FOLDER [postgres-dsn]
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/base/database/database.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

constexpr int kTopics = 20000;
constexpr absl::Duration kDuration = absl::Seconds(3);

constexpr Migration kMigrations[] = {{1, "create_topics", R"(
CREATE TABLE topics (id BIGINT PRIMARY KEY, title TEXT NOT NULL, posts BIGINT NOT NULL, active_at BIGINT NOT NULL);
CREATE INDEX topics_by_activity ON topics (active_at, id);
CREATE TABLE posts (id BIGINT PRIMARY KEY, topic_id BIGINT NOT NULL REFERENCES topics (id), text TEXT NOT NULL);
CREATE INDEX posts_by_topic ON posts (topic_id, id);)"}};

constexpr Statement kInsertTopic{"insert_topic", R"(
INSERT INTO topics (id, title, posts, active_at) VALUES ($1, $2, 0, $3))"};
constexpr Statement kTitle{"title", "SELECT title FROM topics WHERE id = $1"};
constexpr Statement kPosts{"posts", "SELECT posts FROM topics WHERE id = $1"};
constexpr Statement kActive{"active", "SELECT active_at FROM topics WHERE id = $1"};
constexpr Statement kInsertPost{"insert_post",
                                "INSERT INTO posts (id, topic_id, text) VALUES ($1, $2, $3)"};
constexpr Statement kCountPost{"count_post",
                               "UPDATE topics SET posts = posts + 1, active_at = $2 WHERE id = $1"};
constexpr Statement kSetTitle{"set_title", "UPDATE topics SET title = $2 WHERE id = $1"};

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s: %s\n", std::string(status.message()).c_str(),
               status::CauseOf(status).c_str());
  std::exit(1);
}

// Runs `work(random)` on `threads` threads and prints rate and times.
void Measure(const char* what, int threads, const std::function<void(uint32_t)>& work) {
  std::vector<std::vector<double>> times(threads);
  std::vector<std::thread> running;
  const absl::Time start = absl::Now();
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      uint32_t random = 2463534242u + i * 7919;
      for (absl::Time now = absl::Now(); now < start + kDuration;) {
        random ^= random << 13, random ^= random >> 17, random ^= random << 5;
        work(random);
        const absl::Time end = absl::Now();
        times[i].push_back(absl::ToDoubleMicroseconds(end - now));
        now = end;
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  std::vector<double> all;
  for (const auto& some : times) all.insert(all.end(), some.begin(), some.end());
  std::sort(all.begin(), all.end());
  const auto at = [&](double share) {
    return all[static_cast<size_t>(share * static_cast<double>(all.size() - 1))];
  };
  std::printf("%-34s %3d threads %9.0f/s   p50 %8.1f  p99 %8.1f  max %8.1f us\n", what, threads,
              static_cast<double>(all.size()) / seconds, at(0.5), at(0.99), at(1));
  std::fflush(stdout);
}

absl::Status Read(Transaction& tx, int64_t id) {
  int64_t sum = 0;
  const auto each = [&](const Row& row) { sum += static_cast<int64_t>(row.Text(0).size()); };
  RETURN_IF_ERROR(tx.Query(kTitle, each, id));
  RETURN_IF_ERROR(tx.Query(kPosts, each, id));
  return tx.Query(kActive, each, id);
}

absl::Status SmallWrite(Transaction& tx, int64_t id) {
  return tx.Execute(kSetTitle, id, "A title that somebody changed").status();
}

// Ten statements, about what posting a reply takes.
absl::Status Reply(Transaction& tx, int64_t topic, const std::string& text) {
  ASSIGN_OR_RETURN(const int64_t id, tx.NextId("post"));
  RETURN_IF_ERROR(tx.Execute(kInsertPost, id, topic, text).status());
  RETURN_IF_ERROR(tx.Execute(kCountPost, topic, absl::ToUnixMicros(absl::Now())).status());
  for (int i = 0; i < 2; ++i) RETURN_IF_ERROR(Read(tx, topic));
  return tx.Execute(kSetTitle, topic, "A title that somebody changed").status();
}

void Run(Database& database) {
  for (int from = 1; from <= kTopics; from += 1000) {
    Check(database.Write([&](Transaction& tx) -> absl::Status {
      for (int id = from; id < from + 1000; ++id) {
        RETURN_IF_ERROR(tx.Execute(kInsertTopic, id, "The title of a topic", id).status());
      }
      return absl::OkStatus();
    }));
  }
  const auto id = [](uint32_t random) { return static_cast<int64_t>(1 + random % kTopics); };
  const std::string text(600, 'x');
  const auto read = [&](uint32_t random) {
    Check(database.Read([&](Transaction& tx) { return Read(tx, id(random)); }));
  };
  const auto write = [&](uint32_t random) {
    Check(database.Write([&](Transaction& tx) { return SmallWrite(tx, id(random)); }));
  };
  const auto reply = [&](uint32_t random) {
    Check(database.Write([&](Transaction& tx) { return Reply(tx, id(random), text); }));
  };
  Measure("empty read", 1,
          [&](uint32_t) { Check(database.Read([](Transaction&) { return absl::OkStatus(); })); });
  Measure("read of 3 statements", 1, read);
  Measure("read of 3 statements", 8, read);
  Measure("write of 1 statement", 1, write);
  Measure("write of 1 statement", 64, write);
  Measure("write of 10 statements", 1, reply);
  Measure("write of 10 statements", 64, reply);
}

}  // namespace
}  // namespace forium::database

int main(int argc, char** argv) {
  using namespace forium::database;
  if (argc < 2) return std::fprintf(stderr, "bench FOLDER [postgres-dsn]\n"), 2;
  if (argc > 2) {
    auto database = OpenPostgres({.dsn = argv[2]}, kMigrations);
    Check(database.status());
    Run(**database);
    return 0;
  }
  const std::string path = std::string(argv[1]) + "/bench.db";
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  auto database = OpenSqlite({.path = path}, kMigrations);
  Check(database.status());
  Run(**database);
  std::printf("resident ");
  std::fflush(stdout);
  return std::system("grep -E 'VmHWM' /proc/$PPID/status");
}
