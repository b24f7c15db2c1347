// SPDX-License-Identifier: Apache-2.0
// What was acknowledged is there after the power was cut, the disk was full, or the process was
// killed.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <random>
#include <set>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/database/database.h"
#include "services/base/database/testing/dropping_vfs.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

constexpr Migration kMigrations[] = {{1, "create_pairs", R"(
CREATE TABLE pairs (id BIGINT PRIMARY KEY, filler TEXT NOT NULL);
CREATE TABLE mirror (id BIGINT PRIMARY KEY);)"}};

constexpr Statement kInsertPair{"insert_pair", "INSERT INTO pairs (id, filler) VALUES ($1, $2)"};
constexpr Statement kInsertMirror{"insert_mirror", "INSERT INTO mirror (id) VALUES ($1)"};
constexpr Statement kPairs{"pairs", "SELECT id FROM pairs"};
constexpr Statement kMirror{"mirror", "SELECT id FROM mirror"};
constexpr Statement kIntegrity{"integrity", "PRAGMA integrity_check"};

// Long enough that checkpoints happen within a test.
const std::string kFiller(3000, 'x');

absl::Status InsertBoth(Database& database, int64_t id) {
  return database.Write([id](Transaction& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Execute(kInsertPair, id, kFiller).status());
    return tx.Execute(kInsertMirror, id).status();
  });
}

std::set<int64_t> Ids(Database& database, const Statement& statement) {
  std::set<int64_t> ids;
  const absl::Status status = database.Read([&](Transaction& tx) {
    return tx.Query(statement, [&](const Row& row) { ids.insert(row.Int(0)); });
  });
  EXPECT_TRUE(status.ok()) << status << status::CauseOf(status);
  return ids;
}

std::string IntegrityOf(Database& database) {
  std::string answer;
  const absl::Status status = database.Read([&](Transaction& tx) {
    return tx.Query(kIntegrity, [&](const Row& row) { answer += row.Text(0); });
  });
  return status.ok() ? answer : status::CauseOf(status);
}

// Of `acknowledged`, those that are not there.
std::set<int64_t> Missing(const std::set<int64_t>& acknowledged, const std::set<int64_t>& there) {
  std::set<int64_t> missing;
  std::set_difference(acknowledged.begin(), acknowledged.end(), there.begin(), there.end(),
                      std::inserter(missing, missing.end()));
  return missing;
}

// Keeps writing from many threads until a write fails; answers the ids that were acknowledged.
std::set<int64_t> WriteUntilItFails(Database& database, std::atomic<int64_t>& next, int threads) {
  absl::Mutex mutex;
  std::set<int64_t> acknowledged;
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&] {
      for (;;) {
        const int64_t id = next.fetch_add(1);
        if (!InsertBoth(database, id).ok()) return;
        absl::MutexLock lock(&mutex);
        acknowledged.insert(id);
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  return acknowledged;
}

class DurabilityTest : public ::testing::Test {
 protected:
  void SetUp() override { Remove(); }
  void TearDown() override { Remove(); }
  void Remove() {
    for (const char* const suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  }
  const std::string path_ = ::testing::TempDir() + "/durability.db";
};

TEST_F(DurabilityTest, PowerCutsLoseNothingAcknowledged) {
  constexpr int kCuts = 20;
  constexpr int kWriters = 64;
  std::mt19937 random(20240229);
  DroppingVfs disk("dropping", random());
  const SqliteOptions options{.path = path_, .vfs = "dropping"};
  std::set<int64_t> acknowledged;
  std::atomic<int64_t> next = 1;
  int cut_at_work = 0;
  for (int cut = 0; cut < kCuts; ++cut) {
    {
      auto database = OpenSqlite(options, kMigrations);
      ASSERT_TRUE(database.ok()) << database.status() << status::CauseOf(database.status());
      disk.CutAfter(static_cast<int>(random() % 4000));
      acknowledged.merge(WriteUntilItFails(**database, next, kWriters));
      if (!disk.PowerIsOn()) ++cut_at_work;
    }
    disk.PowerOn();
    auto database = OpenSqlite(options, kMigrations);
    ASSERT_TRUE(database.ok()) << database.status() << status::CauseOf(database.status());
    ASSERT_EQ(IntegrityOf(**database), "ok") << "cut " << cut;
    const std::set<int64_t> there = Ids(**database, kPairs);
    ASSERT_EQ(Missing(acknowledged, there), std::set<int64_t>()) << "cut " << cut;
    ASSERT_EQ(there, Ids(**database, kMirror)) << "half a write, cut " << cut;
  }
  EXPECT_EQ(cut_at_work, kCuts);
  EXPECT_GT(acknowledged.size(), 1000u);
}

TEST_F(DurabilityTest, ADiskThatIgnoresSyncsIsNoticed) {
  DroppingVfs disk("forgetful", 7);
  disk.IgnoreSyncs();
  std::atomic<int64_t> next = 1;
  std::set<int64_t> acknowledged;
  {
    auto database = *OpenSqlite({.path = path_, .vfs = "forgetful"}, kMigrations);
    disk.CutAfter(2000);
    acknowledged = WriteUntilItFails(*database, next, 8);
  }
  disk.PowerOn();
  ASSERT_GT(acknowledged.size(), 0u);
  auto database = OpenSqlite({.path = path_, .vfs = "forgetful"}, kMigrations);
  EXPECT_TRUE(!database.ok() || IntegrityOf(**database) != "ok" ||
              !Missing(acknowledged, Ids(**database, kPairs)).empty());
}

TEST_F(DurabilityTest, FullDiskRefusesWritesAndChangesNothing) {
  DroppingVfs disk("full", 7);
  auto database = *OpenSqlite({.path = path_, .vfs = "full"}, kMigrations);
  ASSERT_TRUE(InsertBoth(*database, 1).ok());
  disk.SetFull(true);
  int refused = 0;
  std::set<int64_t> acknowledged = {1};
  for (int64_t id = 2; id < 20; ++id) {
    const absl::Status status = InsertBoth(*database, id);
    if (status.ok()) {
      acknowledged.insert(id);
      continue;
    }
    ++refused;
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(status::ReasonOf(status), type::v1::STORAGE_FULL);
  }
  EXPECT_GT(refused, 0);
  EXPECT_EQ(Ids(*database, kPairs), acknowledged);
  disk.SetFull(false);
  EXPECT_TRUE(InsertBoth(*database, 100).ok());
  acknowledged.insert(100);
  EXPECT_EQ(Ids(*database, kPairs), acknowledged);
  EXPECT_EQ(IntegrityOf(*database), "ok");
}

// The child's life: writes from many threads and tells each acknowledged id, until it is killed.
[[noreturn]] void WriteAndTell(const std::string& path, int64_t first, int tell) {
  auto database = OpenSqlite({.path = path}, kMigrations);
  if (!database.ok()) _exit(1);
  std::atomic<int64_t> next = first;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      for (;;) {
        const int64_t id = next.fetch_add(1);
        if (!InsertBoth(**database, id).ok() || write(tell, &id, sizeof id) != sizeof id) _exit(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  _exit(1);
}

TEST_F(DurabilityTest, KilledProcessLosesNothingAcknowledged) {
  std::mt19937 random(4711);
  std::set<int64_t> acknowledged;
  for (int round = 0; round < 10; ++round) {
    int pipes[2];
    ASSERT_EQ(pipe(pipes), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(pipes[0]);
      WriteAndTell(path_, round * 1'000'000 + 1, pipes[1]);
    }
    close(pipes[1]);
    const int enough = static_cast<int>(random() % 1500);
    int64_t id = 0;
    for (int told = 0; read(pipes[0], &id, sizeof id) == sizeof id; ++told) {
      acknowledged.insert(id);
      if (told == enough) kill(child, SIGKILL);  // goes on to read what it told before
    }
    close(pipes[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    auto database = OpenSqlite({.path = path_}, kMigrations);
    ASSERT_TRUE(database.ok()) << status::CauseOf(database.status());
    ASSERT_EQ(IntegrityOf(**database), "ok");
    const std::set<int64_t> there = Ids(**database, kPairs);
    ASSERT_EQ(Missing(acknowledged, there), std::set<int64_t>()) << "round " << round;
    ASSERT_EQ(there, Ids(**database, kMirror));
  }
}

}  // namespace
}  // namespace forium::database
