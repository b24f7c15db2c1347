// SPDX-License-Identifier: Apache-2.0
#include "services/base/discovery/registration.h"

#include <map>
#include <random>
#include <set>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/discovery/addresses.h"
#include "services/base/discovery/control_channel.h"
#include "services/base/discovery/registration_stream.h"
#include "services/base/observe/log.h"
#include "services/base/rpc/wire/address.h"

namespace forium::discovery {
namespace {

// How often names are asked for; sooner while one of them has no address.
constexpr absl::Duration kLookupEvery = absl::Seconds(10);
constexpr absl::Duration kLookupAgain = absl::Seconds(1);
// Between two streams to the same control plane.
constexpr absl::Duration kLeastPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(1);
constexpr absl::Duration kGoodbye = absl::Milliseconds(500);

std::string NewInstance() {
  std::random_device random;
  return absl::StrCat(absl::Hex(random(), absl::kZeroPad8), absl::Hex(random(), absl::kZeroPad8));
}

}  // namespace

void AddSettings(config::Settings& settings, RegistrationConfig* config) {
  settings.Add("gateways", &config->gateways,
               "control planes to register with, host:9100 or a DNS name with many addresses");
  settings.Add("advertise", &config->advertise,
               "host:port told to the control planes; empty: own address and port");
  settings.Add("zone", &config->zone, "where this process runs; calls prefer their own zone");
  settings.Add("weight", &config->weight, "share of the calls, 1 to 1000000");
}

// Two threads: one asks for names, the other keeps a stream to each address.
class Registration::Streams {
 public:
  Streams(const RegistrationConfig& config, std::string service, int port, rpc::Security security)
      : config_(config), port_(port), security_(std::move(security)) {
    registration_.set_service(std::move(service));
    registration_.set_instance(NewInstance());
    registration_.set_zone(config.zone);
    registration_.set_weight(static_cast<uint32_t>(config.weight));
    if (config_.gateways.empty()) return;
    lookup_ = std::thread([this] { KeepAsking(); });
    keeper_ = std::thread([this] { KeepStreams(); });
  }

  ~Streams() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
      wake_.SignalAll();
    }
    if (keeper_.joinable()) keeper_.join();
    if (lookup_.joinable()) lookup_.join();
  }

  void SetHealthy(bool healthy) {
    absl::MutexLock lock(&mutex_);
    if (registration_.healthy() == healthy) return;
    registration_.set_healthy(healthy);
    Wake();
  }

  std::string Trouble() const {
    if (config_.gateways.empty()) return "";
    absl::MutexLock lock(&mutex_);
    std::set<std::string> missing = nameless_;
    for (const auto& [address, host] : addresses_) {
      if (!reached_.contains(address)) missing.insert(address);
    }
    if (!missing.empty()) return "control plane not reached: " + absl::StrJoin(missing, ", ");
    return addresses_.empty() ? "control planes are being looked up" : "";
  }

 private:
  // Each with the host's name in the settings, which its certificate has to show.
  using Addresses = std::map<std::string, std::string>;

  // The keeper's own.
  struct Gateway {
    std::string host;
    std::shared_ptr<grpc::Channel> channel;
    std::unique_ptr<v1::Registry::Stub> stub;
    std::shared_ptr<RegistrationStream> stream;
    v1::Registration said;
    absl::Time next = absl::InfinitePast();  // stream
    absl::Duration pause = kLeastPause;
    bool reached = false;
  };

  void Wake() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    woken_ = true;
    wake_.SignalAll();
  }

  void KeepAsking() {
    while (true) {
      Addresses addresses;
      std::set<std::string> nameless;
      for (const std::string& gateway : config_.gateways) {
        const auto found = Lookup(gateway);
        if (found.ok()) {
          for (const std::string& address : *found) addresses[address] = rpc::HostOf(gateway);
        } else {
          nameless.insert(absl::StrCat(gateway, " (", found.status().message(), ")"));
        }
      }
      std::string advertised = Advertised(nameless);
      absl::MutexLock lock(&mutex_);
      if (nameless.empty()) {
        addresses_ = std::move(addresses);
      } else {
        // What a name stood for before it had none may still be there.
        addresses_.insert(addresses.begin(), addresses.end());
      }
      const absl::Time next = absl::Now() + (nameless.empty() ? kLookupEvery : kLookupAgain);
      nameless_ = std::move(nameless);
      if (!advertised.empty()) registration_.set_address(std::move(advertised));
      Wake();
      while (!stopping_ && absl::Now() < next) wake_.WaitWithDeadline(&mutex_, next);
      if (stopping_) return;
    }
  }

  // `advertise` as an IP address; empty if there is none.
  std::string Advertised(std::set<std::string>& nameless) const {
    if (config_.advertise.empty()) return "";
    std::string name = config_.advertise;
    if (name.find(':') == std::string::npos) name = WithPort(name, port_);
    const auto found = Lookup(name);
    if (found.ok() && !found->empty()) return found->front();
    nameless.insert(absl::StrCat("own address ", name));
    return "";
  }

  void KeepStreams() {
    absl::Time next = absl::InfinitePast();
    while (true) {
      Addresses addresses;
      v1::Registration registration;
      {
        absl::MutexLock lock(&mutex_);
        while (!stopping_ && !woken_ && absl::Now() < next) wake_.WaitWithDeadline(&mutex_, next);
        if (stopping_) break;
        woken_ = false;
        addresses = addresses_;
        registration = registration_;
      }
      for (const auto& [address, host] : addresses) gateways_[address].host = host;
      next = absl::InfiniteFuture();
      std::set<std::string> reached;
      std::vector<Gateway> dropped;
      for (auto it = gateways_.begin(); it != gateways_.end();) {
        if (!addresses.contains(it->first)) {
          dropped.push_back(std::move(it->second));
          it = gateways_.erase(it);
          continue;
        }
        next = std::min(next, Tend(it->first, it->second, registration));
        if (it->second.reached) reached.insert(it->first);
        ++it;
      }
      for (Gateway& gateway : dropped) Leave(gateway, absl::Now() + kGoodbye);
      absl::MutexLock lock(&mutex_);
      reached_ = std::move(reached);
    }
    const absl::Time deadline = absl::Now() + kGoodbye;
    for (auto& [address, gateway] : gateways_) SayGoodbye(gateway);
    for (auto& [address, gateway] : gateways_) Leave(gateway, deadline);
  }

  // Brings a control plane up to date. When to look again.
  absl::Time Tend(const std::string& address, Gateway& gateway, v1::Registration registration) {
    if (gateway.stream != nullptr && gateway.stream->ended()) {
      observe::Log(gateway.reached ? observe::Level::kWarning : observe::Level::kDebug,
                   "control plane lost",
                   {{"address", address}, {"cause", gateway.stream->cause()}});
      gateway.pause = gateway.reached ? kLeastPause : std::min(gateway.pause * 2, kLongestPause);
      gateway.next = absl::Now() + gateway.pause;
      gateway.stream->AwaitEnd(absl::InfiniteFuture());
      gateway.stream = nullptr;
      gateway.reached = false;
    }
    if (gateway.stream == nullptr && absl::Now() < gateway.next) return gateway.next;
    if (registration.address().empty()) {
      if (!config_.advertise.empty()) return absl::InfiniteFuture();  // not found yet
      const auto own = OwnAddressTowards(address);
      if (!own.ok()) return absl::Now() + kLongestPause;
      registration.set_address(WithPort(*own, port_));
    }
    if (gateway.stream == nullptr) {
      if (gateway.stub == nullptr) {
        gateway.channel = ControlChannel(address, gateway.host, security_);
        gateway.stub = v1::Registry::NewStub(gateway.channel);
      }
      gateway.said.Clear();
      gateway.stream = RegistrationStream::Open(*gateway.stub, [this] {
        absl::MutexLock lock(&mutex_);
        Wake();
      });
    }
    if (registration.SerializeAsString() != gateway.said.SerializeAsString()) {
      gateway.stream->Say(registration);
      gateway.said = std::move(registration);
    }
    if (!gateway.reached && gateway.stream->acknowledged()) {
      gateway.reached = true;
      observe::Log(observe::Level::kInfo, "registered",
                   {{"service", gateway.said.service()},
                    {"address", gateway.said.address()},
                    {"control_plane", address}});
    }
    return absl::InfiniteFuture();
  }

  void SayGoodbye(Gateway& gateway) {
    if (gateway.stream == nullptr) return;
    gateway.said.set_leaving(true);
    gateway.stream->Say(gateway.said);
  }

  // A control plane answers a goodbye with the end of the stream.
  void Leave(Gateway& gateway, absl::Time deadline) {
    if (gateway.stream == nullptr) return;
    if (!gateway.said.leaving()) SayGoodbye(gateway);
    if (gateway.reached && gateway.stream->AwaitEnd(deadline)) return;
    gateway.stream->Cancel();
    gateway.stream->AwaitEnd(absl::InfiniteFuture());
  }

  const RegistrationConfig config_;
  const int port_;
  const rpc::Security security_;
  std::map<std::string, Gateway> gateways_;

  mutable absl::Mutex mutex_;
  absl::CondVar wake_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  v1::Registration registration_ ABSL_GUARDED_BY(mutex_);
  Addresses addresses_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> nameless_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> reached_ ABSL_GUARDED_BY(mutex_);
  std::thread lookup_;
  std::thread keeper_;
};

Registration::Registration(const RegistrationConfig& config, std::string service, int port,
                           const rpc::Security& security)
    : streams_(std::make_unique<Streams>(config, std::move(service), port, security)) {}

Registration::~Registration() = default;

void Registration::SetHealthy(bool healthy) { streams_->SetHealthy(healthy); }

std::string Registration::Trouble() const { return streams_->Trouble(); }

}  // namespace forium::discovery
