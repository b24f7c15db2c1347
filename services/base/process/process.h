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

class Process {
 public:
  // Before any other thread starts. Errors: a log level that does not exist, admin_listen in use.
  static absl::StatusOr<std::unique_ptr<Process>> Begin(const std::string& name,
                                                        const Config& config);
  ~Process();

  // Runs `attempt` until it does not answer Unavailable, with growing pauses, and says in the log
  // and at /readyz what is waited for. Errors: what `attempt` answers; Cancelled, a stop signal
  // came.
  absl::Status Await(const std::string& what, absl::FunctionRef<absl::Status()> attempt);
  // Watches something that serving needs: `probe` runs every two seconds on a thread of its own and
  // may block.
  void Watch(const std::string& what, std::function<absl::Status()> probe);
  // Called with what /readyz says from now on, after Ready: true at once.
  void OnReadiness(std::function<void(bool)> listener);
  // Everything is there; /readyz says yes while the probes do.
  void Ready();
  // Blocks until a stop signal, or until Stop; then the process is not ready any more, and
  // drain_delay has passed.
  void AwaitStop();
  // Empty: ready. Else what it waits for.
  std::string WaitsFor() const;

 private:
  struct Probe;
  Process(std::string name, const Config& config);
  // False: a stop signal came.
  bool Pause(absl::Duration pause) const;
  void RunProbe(Probe* probe);
  void Tell() ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string name_;
  const Config config_;
  sigset_t stop_signals_;
  mutable absl::Mutex mutex_;
  std::string waits_for_ ABSL_GUARDED_BY(mutex_) = "starting";
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::unique_ptr<Probe>> probes_ ABSL_GUARDED_BY(mutex_);
  // Held while a listener hears, so that it hears in order.
  absl::Mutex telling_;
  std::function<void(bool)> listener_ ABSL_GUARDED_BY(telling_);
  int told_ ABSL_GUARDED_BY(telling_) = -1;
  std::unique_ptr<observe::AdminServer> admin_;
  std::unique_ptr<observe::Export> traces_;
};

}  // namespace forium::process
