// SPDX-License-Identifier: Apache-2.0
#include "services/base/discovery/registration.h"

#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "proto/forium/discovery/v1/registry.grpc.pb.h"
#include "services/base/discovery/addresses.h"

namespace forium::discovery {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);

// A control plane that keeps what it was told last.
class Ear final : public v1::Registry::Service {
 public:
  // Port 0 picks one.
  explicit Ear(int port = 0) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(absl::StrCat("127.0.0.1:", port), grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~Ear() override { server_->Shutdown(std::chrono::system_clock::now()); }

  int port() const { return port_; }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

  // Waits until something was said that fits.
  v1::Registration Hear(const std::function<bool(const v1::Registration&)>& fits) {
    absl::MutexLock lock(&mutex_);
    const auto heard = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return any_ && fits(last_); };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&heard), kPatience))
        << last_.ShortDebugString();
    return last_;
  }
  v1::Registration Hear() {
    return Hear([](const v1::Registration&) { return true; });
  }

 private:
  grpc::Status Register(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::Acknowledgement, v1::Registration>* stream) override {
    for (v1::Registration registration; stream->Read(&registration);) {
      const bool leaving = registration.leaving();
      {
        absl::MutexLock lock(&mutex_);
        last_ = registration;
        any_ = true;
      }
      if (leaving) return grpc::Status::OK;
      stream->Write(v1::Acknowledgement());
    }
    return grpc::Status::OK;
  }

  int port_ = 0;
  absl::Mutex mutex_;
  bool any_ ABSL_GUARDED_BY(mutex_) = false;
  v1::Registration last_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<grpc::Server> server_;
};

bool Healthy(const v1::Registration& registration) { return registration.healthy(); }
bool Unhealthy(const v1::Registration& registration) { return !registration.healthy(); }

// Whether `registration` has nothing to complain about in the end.
bool AllReached(const Registration& registration) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (!registration.Trouble().empty()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(10));
  }
  return true;
}

TEST(RegistrationTest, TellsWhatItIs) {
  Ear ear;
  Registration registration({.gateways = {ear.address()}, .zone = "a", .weight = 7}, "forum", 9102,
                            {});
  const v1::Registration heard = ear.Hear();
  EXPECT_EQ(heard.service(), "forum");
  EXPECT_EQ(heard.address(), "127.0.0.1:9102");
  EXPECT_EQ(heard.zone(), "a");
  EXPECT_EQ(heard.weight(), 7u);
  EXPECT_FALSE(heard.instance().empty());
  EXPECT_FALSE(heard.healthy());
}

TEST(RegistrationTest, TellsItsHealth) {
  Ear ear;
  Registration registration({.gateways = {ear.address()}}, "forum", 9102, {});
  registration.SetHealthy(true);
  ear.Hear(Healthy);
  registration.SetHealthy(false);
  ear.Hear(Unhealthy);
}

TEST(RegistrationTest, TellsEveryControlPlane) {
  Ear one;
  Ear two;
  Registration registration({.gateways = {one.address(), two.address()}}, "forum", 9102, {});
  registration.SetHealthy(true);
  EXPECT_EQ(one.Hear(Healthy).instance(), two.Hear(Healthy).instance());
  EXPECT_TRUE(AllReached(registration));
}

TEST(RegistrationTest, SaysGoodbye) {
  Ear ear;
  {
    Registration registration({.gateways = {ear.address()}}, "forum", 9102, {});
    ear.Hear();
    ASSERT_TRUE(AllReached(registration));
  }
  EXPECT_TRUE(ear.Hear().leaving());
}

TEST(RegistrationTest, ComesAgainToARestartedControlPlane) {
  auto ear = std::make_unique<Ear>();
  const int port = ear->port();
  Registration registration({.gateways = {ear->address()}}, "forum", 9102, {});
  registration.SetHealthy(true);
  const std::string instance = ear->Hear(Healthy).instance();
  ear.reset();
  ear = std::make_unique<Ear>(port);
  const absl::Time start = absl::Now();
  EXPECT_EQ(ear->Hear(Healthy).instance(), instance);
  EXPECT_LT(absl::Now() - start, absl::Seconds(4));
}

TEST(RegistrationTest, WaitsForAControlPlaneAndNamesIt) {
  const int port = Ear().port();
  const std::string address = absl::StrCat("127.0.0.1:", port);
  Registration registration({.gateways = {address}}, "forum", 9102, {});
  EXPECT_FALSE(registration.Trouble().empty());
  Ear ear(port);
  EXPECT_TRUE(AllReached(registration)) << registration.Trouble();
}

TEST(RegistrationTest, NameWithoutAddressIsTrouble) {
  Registration registration({.gateways = {"nowhere.invalid:9100"}}, "forum", 9102, {});
  const absl::Time deadline = absl::Now() + kPatience;
  while (!absl::StrContains(registration.Trouble(), "nowhere.invalid")) {
    ASSERT_LT(absl::Now(), deadline) << registration.Trouble();
    absl::SleepFor(absl::Milliseconds(10));
  }
}

TEST(RegistrationTest, AdvertisedNameIsToldAsAnAddress) {
  Ear ear;
  Registration registration({.gateways = {ear.address()}, .advertise = "localhost:9777"}, "forum",
                            9102, {});
  const std::string address = ear.Hear().address();
  EXPECT_TRUE(address == "127.0.0.1:9777" || address == "[::1]:9777") << address;
}

TEST(RegistrationTest, WithoutControlPlanesThereIsNoTrouble) {
  Registration registration({}, "forum", 9102, {});
  registration.SetHealthy(true);
  EXPECT_EQ(registration.Trouble(), "");
}

TEST(AddressesTest, AddressesAreTheirOwnNames) {
  EXPECT_EQ(*Lookup("10.1.2.3:9100"), std::vector<std::string>{"10.1.2.3:9100"});
  EXPECT_EQ(*Lookup("[fd00::3]:9100"), std::vector<std::string>{"[fd00::3]:9100"});
}

TEST(AddressesTest, TextWithoutPortIsRefused) {
  EXPECT_EQ(Lookup("gateway").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(AddressesTest, OwnAddressIsThatOfTheWay) {
  EXPECT_EQ(*OwnAddressTowards("127.0.0.1:9100"), "127.0.0.1");
}

}  // namespace
}  // namespace forium::discovery
