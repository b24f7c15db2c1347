// SPDX-License-Identifier: Apache-2.0
#include "services/base/process/process.h"

#include <sys/resource.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "services/base/observe/log.h"
#include "services/base/observe/process.h"
#include "services/base/process/renewal.h"
#include "services/base/process/version.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

// Of jemalloc, which reads it at the first allocation (jemalloc(3), TUNING): what was freed goes
// back to the system a moment later, by a thread of its own.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:200,muzzy_decay_ms:0";
}

namespace forium::process {
namespace {
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLastPause = absl::Seconds(2);
// A wait is worth another line in the log after so long.
constexpr absl::Duration kSayAgain = absl::Seconds(10);
constexpr absl::Duration kProbeEvery = absl::Seconds(2);

constexpr int kRenewSignal = SIGUSR2;

// Held back in all threads, so that only the waits below take them. SIGUSR1 is JavaScriptCore's.
sigset_t BlockStopSignals() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigset_t all = stop;
  sigaddset(&all, kRenewSignal);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return stop;
}

// A server wants all descriptors that it may have.
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

absl::Status SetLogLevel(const std::string& name) {
  static constexpr std::pair<const char*, observe::Level> kLevels[] = {
      {"debug", observe::Level::kDebug},
      {"info", observe::Level::kInfo},
      {"warning", observe::Level::kWarning},
      {"error", observe::Level::kError}};
  for (const auto& [word, level] : kLevels) {
    if (name != word) continue;
    observe::SetLevel(level);
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("log_level is debug, info, warning or error.");
}

std::string CauseOf(const absl::Status& status) {
  const std::string cause = status::CauseOf(status);
  return cause.empty() ? std::string(status.message()) : cause;
}

}  // namespace

void AddSettings(config::Settings& settings, Config* config) {
  settings.Add("admin_listen", &config->admin_listen,
               "Private ADDR:PORT for /healthz, /readyz and /metrics; none by default.");
  settings.Add("log_level", &config->log_level, "debug, info, warning or error.");
  observe::AddSettings(settings, &config->traces);
  settings.Add("drain_delay", &config->drain_delay,
               "From \"not ready\" to the end of listening, at a stop: as long as a load balancer "
               "takes to notice.");
  settings.Add("drain_timeout", &config->drain_timeout, "For what is under way at a stop.");
  settings.Add("health", &config->health,
               "Asks the process with this admin_listen whether it is ready, and exits.");
}

int Main(int argc, char** argv, const Config& config,
         absl::FunctionRef<void(config::Settings&)> declare,
         absl::FunctionRef<absl::Status()> serve) {
  RememberProgram(argc, argv);
  config::Settings settings;
  declare(settings);
  absl::Status status = settings.Parse(argc, argv);
  if (status.ok() && !settings.done()) status = config.health ? AskHealth(config) : serve();
  if (!status.ok()) std::cerr << status.message() << "\n";
  return status.ok() ? 0 : 1;
}

Process::Process(std::string name, const Config& config)
    : name_(std::move(name)), config_(config), stop_signals_(BlockStopSignals()) {}

absl::StatusOr<std::unique_ptr<Process>> Process::Begin(const std::string& name,
                                                        const Config& config) {
  RETURN_IF_ERROR(SetLogLevel(config.log_level));
  RaiseFileLimit();
  observe::DescribeProcess(name, kVersion);
  std::unique_ptr<Process> process(new Process(name, config));
  observe::ExportOptions traces = config.traces;
  traces.process = name;
  traces.version = kVersion;
  ASSIGN_OR_RETURN(process->traces_, observe::StartExport(traces));
  if (!config.admin_listen.empty()) {
    ASSIGN_OR_RETURN(process->admin_,
                     observe::AdminServer::Start(
                         config.admin_listen, [self = process.get()] { return self->WaitsFor(); }));
  }
  return process;
}

bool Process::Pause(absl::Duration pause) const {
  const timespec time = absl::ToTimespec(pause);
  return sigtimedwait(&stop_signals_, nullptr, &time) < 0;
}

absl::Status Process::Await(const std::string& what, absl::FunctionRef<absl::Status()> attempt) {
  const std::string before = WaitsFor();
  absl::Duration pause = kFirstPause;
  absl::Time say = absl::Now() + absl::Seconds(1);
  while (true) {
    const absl::Status status = attempt();
    if (!absl::IsUnavailable(status)) {
      absl::MutexLock lock(&mutex_);
      waits_for_ = before;
      return status;
    }
    {
      absl::MutexLock lock(&mutex_);
      waits_for_ = what;
    }
    if (absl::Now() >= say) {
      observe::Log(observe::Level::kWarning, "waiting",
                   {{"process", name_}, {"for", what}, {"cause", CauseOf(status)}});
      say = absl::Now() + kSayAgain;
    }
    if (!Pause(pause))
      return absl::CancelledError(absl::StrCat("Stopped while waiting for ", what, "."));
    pause = std::min(pause * 2, kLastPause);
  }
}

std::unique_ptr<Process::Watcher> Process::Watch(std::string what,
                                                 std::function<absl::Status()> probe) {
  return std::make_unique<Watcher>(*this, std::move(what), std::move(probe));
}

Process::Watcher::Watcher(Process& process, std::string what, std::function<absl::Status()> probe)
    : process_(process), what_(std::move(what)), probe_(std::move(probe)) {
  {
    absl::MutexLock lock(&process_.mutex_);
    process_.watchers_.push_back(this);
  }
  thread_ = std::thread([this] { Run(); });
}

Process::Watcher::~Watcher() {
  {
    absl::MutexLock lock(&process_.mutex_);
    ended_ = true;
    std::erase(process_.watchers_, this);
  }
  thread_.join();
}

void Process::Watcher::Run() {
  while (true) {
    const absl::Status status = probe_();
    bool changed = false;
    {
      absl::MutexLock lock(&process_.mutex_);
      changed = failing_ == status.ok();
      failing_ = !status.ok();
    }
    if (changed) {
      observe::Log(status.ok() ? observe::Level::kInfo : observe::Level::kWarning,
                   status.ok() ? "back" : "away",
                   {{"process", process_.name_}, {"what", what_}, {"cause", CauseOf(status)}});
      process_.Tell();
    }
    absl::MutexLock lock(&process_.mutex_);
    if (process_.mutex_.AwaitWithTimeout(absl::Condition(&ended_), kProbeEvery)) return;
  }
}

void Process::OnReadiness(std::function<void(bool)> listener) {
  absl::MutexLock lock(&telling_);
  listener_ = std::move(listener);
}

void Process::Tell() {
  absl::MutexLock lock(&telling_);
  const int ready = WaitsFor().empty() ? 1 : 0;
  if (!listener_ || ready == told_) return;
  told_ = ready;
  listener_(ready == 1);
}

void Process::Ready() {
  {
    absl::MutexLock lock(&mutex_);
    waits_for_.clear();
  }
  Tell();
}

void Process::AwaitStop() {
  int number = 0;
  sigwait(&stop_signals_, &number);
  BeginStop(number);
}

Process::Stop Process::AwaitStopOrRenewal() {
  sigset_t signals = stop_signals_;
  sigaddset(&signals, kRenewSignal);
  while (true) {
    int number = 0;
    sigwait(&signals, &number);
    if (number != kRenewSignal) {
      BeginStop(number);
      return Stop::kEnd;
    }
    const absl::Status successor = CheckSuccessor();
    if (successor.ok()) return Stop::kRenew;
    observe::Log(observe::Level::kError, "not renewed",
                 {{"cause", std::string(successor.message())}});
  }
}

void Process::BeginStop(int signal) {
  observe::Log(observe::Level::kInfo, "stopping", {{"process", name_}, {"signal", signal}});
  {
    absl::MutexLock lock(&mutex_);
    waits_for_ = "stopping";
  }
  Tell();
  // A second signal shortens it.
  if (config_.drain_delay > absl::ZeroDuration()) Pause(config_.drain_delay);
}

std::string Process::WaitsFor() const {
  absl::MutexLock lock(&mutex_);
  if (!waits_for_.empty()) return waits_for_;
  std::vector<std::string> failing;
  for (const Watcher* const watcher : watchers_) {
    if (watcher->failing_) failing.push_back(watcher->what_);
  }
  return absl::StrJoin(failing, ", ");
}

}  // namespace forium::process
