// SPDX-License-Identifier: Apache-2.0
#include "services/base/process/process.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace forium::process {
namespace {

std::unique_ptr<Process> BeginQuietly() {
  Config config;
  config.log_level = "error";
  auto process = Process::Begin("tested", config);
  EXPECT_TRUE(process.ok()) << process.status();
  return *std::move(process);
}

TEST(ProcessTest, WaitsForWhatIsAwayAndSaysSo) {
  const auto process = BeginQuietly();
  int attempts = 0;
  std::string said;
  const absl::Status status = process->Await("the database", [&] {
    if (attempts == 1) said = process->WaitsFor();
    return ++attempts < 3 ? absl::UnavailableError("refused") : absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(attempts, 3);
  EXPECT_EQ(said, "the database");
  EXPECT_EQ(process->WaitsFor(), "starting");
  process->Ready();
  EXPECT_EQ(process->WaitsFor(), "");
}

TEST(ProcessTest, DoesNotWaitForWhatCannotWork) {
  const auto process = BeginQuietly();
  int attempts = 0;
  const absl::Status status = process->Await("the database", [&] {
    ++attempts;
    return absl::FailedPreconditionError("a newer schema");
  });
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_EQ(attempts, 1);
}

TEST(ProcessTest, AStopSignalEndsTheWait) {
  const auto process = BeginQuietly();
  const absl::Status status = process->Await("the database", [] {
    kill(getpid(), SIGTERM);
    return absl::UnavailableError("refused");
  });
  EXPECT_TRUE(absl::IsCancelled(status)) << status;
}

TEST(ProcessTest, ReadinessFollowsProbesAndStops) {
  const auto process = BeginQuietly();
  std::atomic<bool> away = true;
  absl::Notification asked;
  const auto watcher = process->Watch("the database", [&] {
    if (!asked.HasBeenNotified()) asked.Notify();
    return away ? absl::UnavailableError("refused") : absl::OkStatus();
  });
  asked.WaitForNotification();
  std::atomic<int> told = -1;
  process->OnReadiness([&](bool ready) { told = ready ? 1 : 0; });
  process->Ready();
  const auto await = [&](int value) {
    const absl::Time until = absl::Now() + absl::Seconds(20);
    while (told != value && absl::Now() < until) absl::SleepFor(absl::Milliseconds(1));
    return told == value;
  };
  EXPECT_TRUE(await(0));
  EXPECT_EQ(process->WaitsFor(), "the database");
  away = false;
  EXPECT_TRUE(await(1));
  EXPECT_EQ(process->WaitsFor(), "");
  std::thread stopper([] { kill(getpid(), SIGTERM); });
  process->AwaitStop();
  stopper.join();
  EXPECT_EQ(told, 0);
  EXPECT_EQ(process->WaitsFor(), "stopping");
}

TEST(ProcessTest, WhatIsNotWatchedAnyMoreDoesNotCount) {
  const auto process = BeginQuietly();
  process->Ready();
  absl::Notification asked;
  auto watcher = process->Watch("the database", [&] {
    if (!asked.HasBeenNotified()) asked.Notify();
    return absl::UnavailableError("refused");
  });
  asked.WaitForNotification();
  watcher.reset();
  EXPECT_EQ(process->WaitsFor(), "");
}

TEST(ProcessTest, HealthIsWhatTheOtherProcessSays) {
  Config config;
  config.log_level = "error";
  config.admin_listen = "127.0.0.1:19393";
  EXPECT_TRUE(absl::IsUnavailable(AskHealth(config)));
  auto process = Process::Begin("tested", config);
  ASSERT_TRUE(process.ok()) << process.status();
  const absl::Status waiting = AskHealth(config);
  EXPECT_TRUE(absl::IsFailedPrecondition(waiting));
  EXPECT_NE(waiting.message().find("starting"), std::string::npos) << waiting;
  (*process)->Ready();
  EXPECT_TRUE(AskHealth(config).ok());
  config.admin_listen = "nonsense";
  EXPECT_TRUE(absl::IsInvalidArgument(AskHealth(config)));
}

}  // namespace
}  // namespace forium::process
