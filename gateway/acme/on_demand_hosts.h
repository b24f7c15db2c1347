// SPDX-License-Identifier: Apache-2.0
// Hosts that clients asked for and that have no certificate: which of them are worth a question to
// the owner, and how many may become certificates. All of it is bounded, since any client may ask
// for any name. For one thread at a time.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/time/time.h"

namespace forium::gateway {

class OnDemandHosts {
 public:
  static constexpr size_t kMaxWaiting = 64;
  static constexpr size_t kMaxRefused = 4096;
  // Questions to the owner; each may be a call to a service.
  static constexpr int kChecksPerMinute = 120;
  static constexpr absl::Duration kRefusedFor = absl::Minutes(10);

  explicit OnDemandHosts(int new_hosts_per_hour) : new_hosts_per_hour_(new_hosts_per_hour) {}

  // A client asked for it. True: it waits for a check now; false: it waits already, was refused
  // lately, or too much else is asked.
  bool Offer(const std::string& host, absl::Time now);
  // The next one to check, which then is under way until Refuse or Admit.
  std::optional<std::string> Next();
  void Refuse(const std::string& host, absl::Time now, absl::Duration time = kRefusedFor);
  // False: too many new hosts in this hour; it counts as refused until there is room.
  bool Admit(const std::string& host, absl::Time now);

 private:
  const int new_hosts_per_hour_;
  std::deque<std::string> waiting_;
  std::set<std::string> known_;                // waiting or being checked
  std::map<std::string, absl::Time> refused_;  // until when
  std::deque<absl::Time> checks_;              // of the last minute
  std::deque<absl::Time> admitted_;            // of the last hour
};

}  // namespace forium::gateway
