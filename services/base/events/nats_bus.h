// SPDX-License-Identifier: Apache-2.0
// The bus between processes: NATS JetStream. One stream a service, made at start when missing. Work
// is shared by the processes of a name through a durable consumer: explicit acknowledgement,
// bounded redelivery, then the dead-letter stream. Caches have a consumer of their own each. While
// the server is away Publish answers Unavailable and the log keeps the events. README.md has
// subjects and names.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/base/config/config.h"
#include "services/base/events/events.h"

namespace forium::events {

struct NatsOptions {
  // `nats://host:4222`, `tls://host:4222`, several separated by commas; empty: no NATS.
  std::string url;
  std::string user;
  std::string password;
  // File with an nkey seed, instead of user and password.
  std::string nkey_seed_file;
  // PEM files: authorities of the server, and a certificate of ours if it asks for one.
  std::string authorities;
  std::string certificate;
  std::string key;
  // Copies that the server keeps of each stream; 1 or 3.
  int replicas = 1;
  // Deliveries of an event that fails, before it becomes a dead letter; the first pause between
  // them, which doubles up to a minute.
  int max_deliveries = 8;
  absl::Duration redeliver_after = absl::Seconds(1);
  // Relays give a sign of life five times in this time; without one a service's events count as
  // missing, and caches are told so.
  absl::Duration silent_after = absl::Seconds(45);
};

// `nats_url`, `nats_user`, `nats_password`, `nats_nkey_seed_file`, `nats_ca`, `nats_certificate`,
// `nats_key`, `nats_replicas`.
void AddSettings(config::Settings& settings, NatsOptions* options);

// Does not wait for the server: connects in the background, for as long as it takes. Errors:
// InvalidArgument, for options that cannot work (a file that is not there, a malformed URL).
absl::StatusOr<std::unique_ptr<Bus>> MakeNatsBus(const NatsOptions& options);

}  // namespace forium::events
