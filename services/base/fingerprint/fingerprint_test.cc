// SPDX-License-Identifier: Apache-2.0
#include "services/base/fingerprint/fingerprint.h"

#include "gtest/gtest.h"

namespace forium {
namespace {

// The test vectors of FNV's authors.
TEST(FingerprintTest, IsFnv1a) {
  EXPECT_EQ(Fingerprint(""), 0xcbf29ce484222325u);
  EXPECT_EQ(Fingerprint("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(Fingerprint("foobar"), 0x85944171f73967e8u);
}

TEST(FingerprintTest, GoesOnFromWhatStandsBefore) {
  EXPECT_EQ(Fingerprint("bar", Fingerprint("foo")), Fingerprint("foobar"));
}

}  // namespace
}  // namespace forium
