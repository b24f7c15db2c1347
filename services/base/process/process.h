// SPDX-License-Identifier: Apache-2.0
// What every program does around its work: the settings that all share, log level, stop signals,
// the admin port, waiting for what it needs, readiness, and the order of the end. Thread-safe after
// Begin.
#pragma once

#include <signal.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/config/config.h"
#include "services/base/observe/admin.h"
#include "services/base/observe/otlp.h"

namespace forium::process {

struct Config {
  // Private ADDR:PORT of /healthz, /readyz and /metrics; empty: none.
  std::string admin_listen;
  // `debug`, `info`, `warning` or `error`.
  std::string log_level = "info";
  // From "not ready" to the end of listening: as long as a load balancer takes to notice.
  absl::Duration drain_delay;
  // For what is under way then.
  absl::Duration drain_timeout = absl::Seconds(10);
  // The collector of traces.
  observe::ExportOptions traces = {};
  // Ask the process that has this admin_listen whether it is ready, and exit.
  bool health = false;
};

// `admin_listen`, `log_level`, `otlp_endpoint`, `trace_sample`, `drain_delay`, `drain_timeout`,
// `health`.
void AddSettings(config::Settings& settings, Config* config);

// For `--health`: OK when the process behind `admin_listen` is ready. Errors: FailedPrecondition
// with what it waits for, Unavailable when nothing answers.
absl::Status AskHealth(const Config& config);

// main() of a program: reads the settings that `declare` declares, among them those of `config`;
// answers --health and what else only asks; or runs `serve`. What fails goes to stderr. The exit
// code.
int Main(int argc, char** argv, const Config& config,
         absl::FunctionRef<void(config::Settings&)> declare,
         absl::FunctionRef<absl::Status()> serve);

class Process {
 public:
  // Asks something while it lives; see Watch.
  class Watcher;

  // Before any other thread starts. Errors: a log level that does not exist, admin_listen in use.
  static absl::StatusOr<std::unique_ptr<Process>> Begin(const std::string& name,
                                                        const Config& config);

  // Runs `attempt` until it does not answer Unavailable, with growing pauses, and says in the log
  // and at /readyz what is waited for. Errors: what `attempt` answers; Cancelled, a stop signal
  // came.
  absl::Status Await(const std::string& what, absl::FunctionRef<absl::Status()> attempt);
  // Watches something that serving needs, until the answer ends: `probe` runs every two seconds on
  // a thread of its own and may block.
  [[nodiscard]] std::unique_ptr<Watcher> Watch(std::string what,
                                               std::function<absl::Status()> probe);
  // Called with what /readyz says from now on, after Ready: true at once.
  void OnReadiness(std::function<void(bool)> listener);
  // Everything is there; /readyz says yes while the probes do.
  void Ready();
  // Blocks until a stop signal; then the process is not ready any more, and drain_delay has passed.
  void AwaitStop();
  // Likewise, for programs that can be renewed in place (renewal.h): kRenew after SIGUSR2, when the
  // next version has been asked whether it would start; if it would not, the log says so and this
  // goes on waiting. The process is as ready as before then.
  enum class Stop { kEnd, kRenew };
  Stop AwaitStopOrRenewal();
  // Empty: ready. Else what it waits for.
  std::string WaitsFor() const;

 private:
  Process(std::string name, const Config& config);
  // False: a stop signal came.
  bool Pause(absl::Duration pause) const;
  void BeginStop(int signal);
  void Tell() ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string name_;
  const Config config_;
  sigset_t stop_signals_;
  mutable absl::Mutex mutex_;
  std::string waits_for_ ABSL_GUARDED_BY(mutex_) = "starting";
  std::vector<const Watcher*> watchers_ ABSL_GUARDED_BY(mutex_);
  // Held while a listener hears, so that it hears in order.
  absl::Mutex telling_;
  std::function<void(bool)> listener_ ABSL_GUARDED_BY(telling_);
  int told_ ABSL_GUARDED_BY(telling_) = -1;
  std::unique_ptr<observe::AdminServer> admin_;
  std::unique_ptr<observe::Export> traces_;
};

class Process::Watcher {
 public:
  Watcher(Process& process, std::string what, std::function<absl::Status()> probe);
  // Waits for a probe that is running.
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

 private:
  friend class Process;
  void Run();

  Process& process_;
  const std::string what_;
  const std::function<absl::Status()> probe_;
  // Guarded by the process's mutex.
  bool failing_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace forium::process
