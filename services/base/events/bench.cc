// SPDX-License-Identifier: Apache-2.0
// An event's way from the commit over NATS to a consumer: how long, and how many a second.
//   bazel run //services/base/events:bench -- FOLDER [--nats URL] [--postgres DSN] [--seconds N]
// Prints JSON. Without a URL it starts a server of its own; without a DSN the log and the consumer
// have SQLite databases in FOLDER.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/base/database/database.h"
#include "services/base/events/events.h"
#include "services/base/events/nats_bus.h"
#include "services/base/events/testing/nats_server.h"
#include "services/base/observe/log.h"

namespace forium::events {
namespace {

struct Options {
  std::string folder;
  std::string nats;
  std::string postgres;
  int seconds = 5;
};

constexpr double kQuietRate = 200;   // events a second while the way is timed
constexpr double kFullRate = 5'000;  // the promise
constexpr int kWriters = 16;         // at the promised rate; each commit is one event

template <typename T>
T Require(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "%s\n", value.status().ToString().c_str());
  std::exit(1);
}
void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

std::unique_ptr<database::Database> Open(const Options& options, const std::string& name) {
  const database::Migration migrations[] = {{1, "create_outbox", kOutboxSchema}};
  if (!options.postgres.empty())
    return Require(
        database::OpenPostgres({.dsn = options.postgres, .schema = "bench_" + name}, migrations));
  return Require(database::OpenSqlite({.path = options.folder + "/" + name + ".db"}, migrations));
}

// When each event was committed and heard.
class Ways {
 public:
  void Committed(int64_t id, absl::Time time) {
    absl::MutexLock lock(&mutex_);
    committed_[id] = time;
  }
  void Heard(int64_t id, absl::Time time) {
    absl::MutexLock lock(&mutex_);
    heard_.emplace(id, time);
  }
  bool Await(size_t count, absl::Duration timeout) {
    const auto all = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return heard_.size() >= count; };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&all), timeout);
  }
  // In milliseconds, sorted.
  std::vector<double> Take() {
    absl::MutexLock lock(&mutex_);
    std::vector<double> ways;
    for (const auto& [id, time] : heard_)
      ways.push_back(std::max(0.0, absl::ToDoubleMilliseconds(time - committed_[id])));
    std::sort(ways.begin(), ways.end());
    committed_.clear();
    heard_.clear();
    return ways;
  }

 private:
  absl::Mutex mutex_;
  std::map<int64_t, absl::Time> committed_ ABSL_GUARDED_BY(mutex_);
  std::map<int64_t, absl::Time> heard_ ABSL_GUARDED_BY(mutex_);
};

double At(const std::vector<double>& sorted, double part) {
  return sorted.empty() ? 0 : sorted[static_cast<size_t>(part * (sorted.size() - 1))];
}

class Bench {
 public:
  explicit Bench(const Options& options)
      : options_(options),
        server_(options.nats.empty() ? std::make_unique<NatsServer>() : nullptr),
        log_(Open(options, "log")),
        consumer_(Open(options, "consumer")) {
    NatsOptions nats;
    nats.url = server_ ? server_->url() : options.nats;
    publishing_ = Require(MakeNatsBus(nats));
    consuming_ = Require(MakeNatsBus(nats));
    hears_ = consuming_->Subscribe({.name = "bench",
                                    .streams = {"bench"},
                                    .handler = [this](std::string_view stream, const Event& event) {
                                      return Consume(stream, event);
                                    }});
    relay_ = std::make_unique<Relay>("default", "bench", *log_, *publishing_);
    Write(1);
    Write(1);
    if (!ways_.Await(next_ - 1, absl::Seconds(30))) Require(absl::UnavailableError("no events"));
    ways_.Take();
  }
  ~Bench() {
    hears_.reset();
    relay_.reset();
  }

  // One JSON object.
  void Measure(const char* name, double rate, int writers, int per_commit, bool effect) {
    effect_ = effect;
    const int64_t count = static_cast<int64_t>(rate * options_.seconds);
    std::atomic<int64_t> given = 0;
    const absl::Time start = absl::Now();
    std::vector<std::thread> threads;
    for (int i = 0; i < writers; ++i) {
      threads.emplace_back([&] {
        for (int64_t turn; (turn = given.fetch_add(per_commit)) < count;) {
          absl::SleepFor(start + absl::Seconds(turn / rate) - absl::Now());
          Write(per_commit);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    const absl::Time written = absl::Now();
    const bool all = ways_.Await(static_cast<size_t>(count), absl::Seconds(60));
    const absl::Time end = absl::Now();
    const std::vector<double> ways = ways_.Take();
    std::printf(
        "%s\n    {\"name\": \"%s\", \"events\": %zu, \"complete\": %s, \"consumer_writes\": %s, "
        "\"written_per_second\": %.0f, \"heard_per_second\": %.0f, \"ms_p50\": %.2f, "
        "\"ms_p95\": %.2f, \"ms_p99\": %.2f, \"ms_max\": %.2f}",
        first_ ? "" : ",", name, ways.size(), all ? "true" : "false", effect ? "true" : "false",
        ways.size() / absl::ToDoubleSeconds(written - start),
        ways.size() / absl::ToDoubleSeconds(end - start), At(ways, 0.5), At(ways, 0.95),
        At(ways, 0.99), At(ways, 1));
    first_ = false;
  }

 private:
  void Write(int events) {
    int64_t first = next_.fetch_add(events);
    Require(log_->Write([&](database::Transaction& tx) {
      absl::Status status;
      for (int64_t id = first; id < first + events && status.ok(); ++id) {
        Event event;
        event.mutable_user_changed()->set_user_id(id);
        event.mutable_user_changed()->set_username("a name of usual length");
        status = Append(tx, "user:" + std::to_string(id), 1, std::move(event));
      }
      return status;
    }));
    const absl::Time now = absl::Now();
    for (int64_t id = first; id < first + events; ++id) ways_.Committed(id, now);
  }
  absl::Status Consume(std::string_view stream, const Event& event) {
    const int64_t id = event.user_changed().user_id();
    if (effect_) {
      const absl::Status status = consumer_->Write(
          [&](database::Transaction& tx) { return MoveCursor(tx, stream, event.sequence()); });
      if (!status.ok()) return status;
    }
    ways_.Heard(id, absl::Now());
    return absl::OkStatus();
  }

  const Options options_;
  const std::unique_ptr<NatsServer> server_;
  const std::unique_ptr<database::Database> log_;
  const std::unique_ptr<database::Database> consumer_;
  std::unique_ptr<Bus> publishing_;
  std::unique_ptr<Bus> consuming_;
  Ways ways_;
  std::atomic<int64_t> next_ = 1;
  std::atomic<bool> effect_ = false;
  bool first_ = true;
  std::unique_ptr<Subscription> hears_;
  std::unique_ptr<Relay> relay_;
};

Options Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const char* const value = i + 1 < argc ? argv[i + 1] : "";
    if (word == "--nats") {
      options.nats = value, ++i;
    } else if (word == "--postgres") {
      options.postgres = value, ++i;
    } else if (word == "--seconds") {
      if (!absl::SimpleAtoi(value, &options.seconds)) options.folder.clear();
      ++i;
    } else {
      options.folder = word;
    }
  }
  if (options.folder.empty()) {
    std::fprintf(stderr, "bench FOLDER [--nats URL] [--postgres DSN] [--seconds N]\n");
    std::exit(2);
  }
  return options;
}

void Run(const Options& options) {
  observe::SetLevel(observe::Level::kWarning);
  std::filesystem::create_directories(options.folder);
  Bench bench(options);
  std::printf("{\"engine\": \"%s\", \"runs\": [", options.postgres.empty() ? "sqlite" : "postgres");
  bench.Measure("quiet", kQuietRate, 4, 1, false);
  bench.Measure("quiet, effect in the consumer's database", kQuietRate, 4, 1, true);
  bench.Measure("5,000 a second", kFullRate, kWriters, 10, false);
  bench.Measure("as many as go", 100'000, kWriters, 50, false);
  std::printf("\n]}\n");
}

}  // namespace
}  // namespace forium::events

int main(int argc, char** argv) {
  forium::events::Run(forium::events::Parse(argc, argv));
  return 0;
}
