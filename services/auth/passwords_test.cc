// SPDX-License-Identifier: Apache-2.0
#include "services/auth/passwords.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "services/base/status/status.h"

namespace forium::auth {
namespace {

PasswordOptions Cheap() {
  PasswordOptions options;
  options.memory_kib = 64;
  options.passes = 1;
  return options;
}

TEST(PasswordsTest, OnlyTheRightPasswordFits) {
  Passwords passwords(Cheap());
  const std::string hash = *passwords.Hash("correct horse battery");
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$")) << hash;
  EXPECT_TRUE(*passwords.Verify("correct horse battery", hash));
  EXPECT_FALSE(*passwords.Verify("correct horse batterz", hash));
  EXPECT_FALSE(*passwords.Verify("", hash));
}

TEST(PasswordsTest, EachHashHasItsOwnSalt) {
  Passwords passwords(Cheap());
  EXPECT_NE(*passwords.Hash("correct horse battery"), *passwords.Hash("correct horse battery"));
}

TEST(PasswordsTest, HashesOfOtherProgramsFit) {
  // Made by the reference command line of Argon2.
  Passwords passwords(Cheap());
  EXPECT_TRUE(*passwords.Verify(
      "password",
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"));
}

TEST(PasswordsTest, TheSamePasswordFromAnotherKeyboardFits) {
  Passwords passwords(Cheap());
  const std::string hash = *passwords.Hash("stra\u00dfe f\u00fcr alle");
  EXPECT_TRUE(*passwords.Verify("stra\u00dfe fu\u0308r alle", hash));
}

TEST(PasswordsTest, NobodysPasswordNeverFits) {
  Passwords passwords(Cheap());
  EXPECT_FALSE(*passwords.Verify("correct horse battery", ""));
  EXPECT_FALSE(*passwords.Verify("", ""));
}

TEST(PasswordsTest, BrokenHashesAreAFaultAndNotARefusal) {
  Passwords passwords(Cheap());
  for (const char* broken : {"x", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$",
                             "$argon2id$v=19$m=999999999,t=1,p=1$c29tZXNhbHQ$AAAA"}) {
    EXPECT_EQ(status::ReasonOf(passwords.Verify("p", broken).status()), type::v1::INTERNAL)
        << broken;
  }
}

TEST(PasswordsTest, HashesOfOtherParametersAreOutdated) {
  Passwords cheap(Cheap());
  PasswordOptions dearer = Cheap();
  dearer.passes = 2;
  const std::string hash = *cheap.Hash("correct horse battery");
  EXPECT_FALSE(cheap.IsOutdated(hash));
  EXPECT_TRUE(Passwords(dearer).IsOutdated(hash));
}

TEST(PasswordsTest, WeakPasswordsAreRefused) {
  const auto reason = [](std::string_view password) {
    return status::ReasonOf(
        Passwords::Check(password, "password", {"alice", "alice.b@example.org"}));
  };
  EXPECT_EQ(reason("correct horse"), type::v1::REASON_UNSPECIFIED);
  EXPECT_EQ(reason("ninechars"), type::v1::INVALID_FIELD);
  EXPECT_EQ(reason("aaaaaaaaaaaa"), type::v1::INVALID_FIELD);
  EXPECT_EQ(reason("ALICE.B@example.org"), type::v1::INVALID_FIELD);
  EXPECT_EQ(reason(std::string(257, 'a') + "b"), type::v1::INVALID_FIELD);
}

TEST(PasswordsTest, OverTheBoundCallersAreTurnedAway) {
  PasswordOptions options;
  options.memory_kib = 8 * 1024;
  options.passes = 2;
  options.at_once = 1;
  options.waiting = 1;
  Passwords passwords(options);
  std::atomic<int> made = 0;
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      const absl::StatusOr<std::string> hash = passwords.Hash("correct horse battery");
      if (hash.ok()) {
        ++made;
      } else {
        EXPECT_EQ(hash.status().code(), absl::StatusCode::kUnavailable);
        EXPECT_EQ(status::ReasonOf(hash.status()), type::v1::TOO_MANY_REQUESTS);
        EXPECT_GT(status::DetailOf(hash.status()).retry_after(), 0);
        ++refused;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(made, 1);
  EXPECT_EQ(made + refused, 16);
  // The turns are given back: the next caller gets one.
  EXPECT_TRUE(passwords.Hash("correct horse battery").ok());
}

}  // namespace
}  // namespace forium::auth
