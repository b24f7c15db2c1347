// SPDX-License-Identifier: Apache-2.0
// The processes that serve, as their streams tell. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "proto/forium/discovery/v1/registry.pb.h"

namespace forium::gateway {

struct Endpoint {
  std::string address;  // IP address, without brackets
  int port = 0;
  std::string zone;
  uint32_t weight = 1;

  bool operator==(const Endpoint&) const = default;
};

// The healthy endpoints of each service at an instant; a service without any is there too.
struct Snapshot {
  uint64_t version = 1;
  std::map<std::string, std::vector<Endpoint>> services;
};

// Whether a text can be a service's name: lower case letters, digits and `-`, at most 63.
bool IsServiceName(const std::string& name);

class Endpoints {
 public:
  // `services` are there from the start. A process whose stream broke stays for `grace`.
  Endpoints(const std::vector<std::string>& services, absl::Duration grace);

  // What a stream says of its process. The version of the snapshot that shows it, or what is wrong.
  absl::StatusOr<uint64_t> Put(uint64_t stream, const discovery::v1::Registration& registration);
  // The process of a stream says goodbye.
  void Leave(uint64_t stream);
  // The stream ended without a word, unless its process left or has a newer stream.
  void Break(uint64_t stream);

  // Forgets processes whose grace is over.
  void Forget(absl::Time now);

  // Blocks until the snapshot is newer than `version`, a grace is over, or `deadline`. False: after
  // Stop().
  bool AwaitWork(uint64_t version, absl::Time deadline) const;
  void Stop();

  std::shared_ptr<const Snapshot> snapshot() const;

 private:
  using Key = std::pair<std::string, std::string>;  // service, address with port
  struct Registered {
    uint64_t stream = 0;
    std::string instance;
    Endpoint endpoint;
    bool healthy = false;
    absl::Time until = absl::InfiniteFuture();  // end of the grace
  };

  // Makes a new snapshot unless nothing changed in it.
  void Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Time EndOfNextGrace() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  const absl::Duration grace_;
  mutable absl::Mutex mutex_;
  mutable absl::CondVar work_;
  std::map<Key, Registered> registered_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const Snapshot> snapshot_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace forium::gateway
