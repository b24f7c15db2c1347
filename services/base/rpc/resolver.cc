// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/resolver.h"

#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "services/base/observe/log.h"

namespace forium::rpc {
namespace {

constexpr char kXds[] = "xds:///";
constexpr char kDns[] = "dns:///";

constexpr absl::Duration kLookAgain = absl::Seconds(10);
constexpr absl::Duration kPause = absl::Seconds(1);

ServiceResolver& Services() {
  static auto& resolver = *new ServiceResolver;
  return resolver;
}

std::string WithoutPrefix(const std::string& target) {
  return absl::StartsWith(target, kDns) ? target.substr(sizeof(kDns) - 1) : target;
}

class NameResolver final : public Resolver {
 public:
  NameResolver(const std::string& target, OnBackends told)
      : names_(absl::StrSplit(WithoutPrefix(target), ',', absl::SkipWhitespace())),
        told_(std::move(told)),
        thread_([this] { Work(); }) {}

  ~NameResolver() override {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
      changed_.Signal();
    }
    thread_.join();
  }

  void Doubt() override {
    absl::MutexLock lock(&mutex_);
    doubted_ = true;
    changed_.Signal();
  }

 private:
  void Work() {
    do {
      Look();
    } while (AwaitNextLook());
  }

  // What could not be looked up keeps the addresses that it had.
  void Look() {
    std::vector<Backend> backends;
    for (Name& name : names_) {
      absl::StatusOr<std::vector<Address>> addresses = Lookup(name.text);
      if (addresses.ok()) {
        name.addresses = *std::move(addresses);
        name.told_trouble = false;
      } else if (!std::exchange(name.told_trouble, true)) {
        observe::Log(observe::Level::kWarning, "name not resolved",
                     {{"cause", std::string(addresses.status().message())}});
      }
      for (const Address& address : name.addresses) backends.push_back({address});
    }
    told_(std::move(backends));
  }

  bool AwaitNextLook() {
    absl::MutexLock lock(&mutex_);
    const absl::Time earliest = absl::Now() + kPause;
    const absl::Time latest = absl::Now() + kLookAgain;
    while (!stopping_) {
      const absl::Time until = doubted_ ? earliest : latest;
      if (changed_.WaitWithDeadline(&mutex_, until) && absl::Now() >= until) break;
    }
    doubted_ = false;
    return !stopping_;
  }

  struct Name {
    explicit Name(absl::string_view text) : text(text) {}
    std::string text;
    std::vector<Address> addresses;
    bool told_trouble = false;
  };
  std::vector<Name> names_;  // of the thread
  const OnBackends told_;
  absl::Mutex mutex_;
  absl::CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool doubted_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Resolver> ResolveNames(const std::string& target, OnBackends told) {
  return std::make_unique<NameResolver>(target, std::move(told));
}

void ResolveServicesBy(ServiceResolver resolver) { Services() = std::move(resolver); }

std::unique_ptr<Resolver> Resolve(const std::string& target, OnBackends told) {
  if (!absl::StartsWith(target, kXds)) return ResolveNames(target, std::move(told));
  if (Services()) return Services()(target.substr(sizeof(kXds) - 1), std::move(told));
  observe::Log(observe::Level::kError, "nobody tells where services are; set gateways",
               {{"target", target}});
  told({});
  return std::make_unique<Resolver>();
}

std::string CertifiedName(const std::string& target) {
  if (absl::StartsWith(target, kXds)) return target.substr(sizeof(kXds) - 1);
  const std::string name = WithoutPrefix(target);
  return absl::StrContains(name, ',') || absl::StartsWith(name, "unix:") ? "" : HostOf(name);
}

}  // namespace forium::rpc
