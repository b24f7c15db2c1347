// SPDX-License-Identifier: Apache-2.0
#include "services/base/events/nats_bus.h"

#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/base/events/announcer.h"
#include "services/base/events/nats_announcer.h"
#include "services/base/events/nats_cache.h"
#include "services/base/events/nats_connection.h"
#include "services/base/events/nats_publisher.h"
#include "services/base/events/nats_work.h"
#include "services/base/events/nkey.h"
#include "services/base/status/macros.h"

namespace forium::events {
namespace {

class NatsBus final : public Bus, public Announcer {
 public:
  explicit NatsBus(const NatsOptions& options) : link_(options), publisher_(link_) {}

  absl::Status Publish(std::string_view stream, std::span<const Event> events) override {
    return publisher_.Publish(stream, events);
  }
  std::unique_ptr<Subscription> Subscribe(Listener listener) override {
    return listener.hears == Hears::kFromNow ? HearFromNow(link_, std::move(listener))
                                             : ConsumeWork(link_, std::move(listener));
  }
  // The server keeps what it acknowledged.
  int64_t Settled(std::string_view, std::string_view, int64_t published) override {
    return published;
  }
  int64_t ResumeAfter(std::string_view tenant, std::string_view stream, int64_t mark) override {
    return publisher_.ResumeAfter(tenant, stream, mark);
  }
  std::string Trouble() const override { return link_.Trouble(); }
  void Announce(std::string_view name, std::string_view tenant, std::string_view bytes) override {
    AnnounceOn(link_, name, tenant, bytes);
  }
  std::unique_ptr<Subscription> Hear(std::string_view name, Hearing hearing) override {
    return HearAnnouncements(link_, name, std::move(hearing));
  }

 private:
  NatsLink link_;
  NatsPublisher publisher_;
};

absl::Status CheckFile(std::string_view setting, const std::string& path) {
  if (path.empty() || std::filesystem::exists(path)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(setting), ": there is no file ", path, "."));
}

absl::Status CheckUrl(const std::string& url) {
  for (const absl::string_view server : absl::StrSplit(url, ',')) {
    const bool known = absl::StartsWith(server, "nats://") || absl::StartsWith(server, "tls://");
    if (!known || absl::EndsWith(server, "://"))
      return absl::InvalidArgumentError(
          absl::StrCat("nats_url: ", server, " is not like nats://host:4222 or tls://host:4222."));
  }
  return absl::OkStatus();
}

absl::Status Check(const NatsOptions& options) {
  RETURN_IF_ERROR(CheckUrl(options.url));
  RETURN_IF_ERROR(CheckFile("nats_nkey_seed_file", options.nkey_seed_file));
  RETURN_IF_ERROR(CheckFile("nats_ca", options.authorities));
  RETURN_IF_ERROR(CheckFile("nats_certificate", options.certificate));
  RETURN_IF_ERROR(CheckFile("nats_key", options.key));
  if (options.certificate.empty() != options.key.empty())
    return absl::InvalidArgumentError("nats_certificate and nats_key go together.");
  if (!options.nkey_seed_file.empty()) {
    const absl::Status key = PublicKeyOfSeedFile(options.nkey_seed_file).status();
    if (!key.ok())
      return absl::InvalidArgumentError(absl::StrCat("nats_nkey_seed_file: ", key.message(), "."));
  }
  if (options.replicas < 1 || options.replicas > 5)
    return absl::InvalidArgumentError("nats_replicas is 1, 3 or 5.");
  return absl::OkStatus();
}

}  // namespace

void AddSettings(config::Settings& settings, NatsOptions* options) {
  settings.Add("nats_url", &options->url,
               "NATS servers, `nats://host:4222`, separated by commas; empty: events stay in the "
               "process");
  settings.Add("nats_user", &options->user, "NATS user");
  settings.AddSecret("nats_password", &options->password, "and its password");
  settings.Add("nats_nkey_seed_file", &options->nkey_seed_file,
               "file with an nkey seed, instead of user and password");
  settings.Add("nats_ca", &options->authorities, "PEM: authorities of the NATS server; means TLS");
  settings.Add("nats_certificate", &options->certificate, "PEM: certificate for the NATS server");
  settings.Add("nats_key", &options->key, "PEM: its key");
  settings.Add("nats_replicas", &options->replicas, "copies that NATS keeps of the events");
}

absl::StatusOr<std::unique_ptr<Bus>> MakeNatsBus(const NatsOptions& options) {
  RETURN_IF_ERROR(Check(options));
  return std::make_unique<NatsBus>(options);
}

}  // namespace forium::events
