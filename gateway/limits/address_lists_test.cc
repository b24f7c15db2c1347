// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/address_lists.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

class AddressListsTest : public ::testing::Test {
 protected:
  AddressListsTest() : path_(::testing::TempDir() + "/deny-" + std::to_string(getpid()) + ".txt") {}
  ~AddressListsTest() override { std::remove(path_.c_str()); }
  void Write(const std::string& text) { std::ofstream(path_) << text; }
  static Access Of(const AddressLists& lists, std::string_view address) {
    return lists.Of(*ParseIp(address));
  }
  const std::string path_;
  LimitsConfig config_;
};

TEST_F(AddressListsTest, AllowWinsOverDeny) {
  config_.deny = {"192.0.2.0/24", "2001:db8::/32"};
  config_.allow = {"192.0.2.7"};
  AddressLists lists(config_);
  EXPECT_EQ(Of(lists, "192.0.2.1"), Access::kUsual) << "nothing is read yet";
  ASSERT_TRUE(lists.Reload().ok());
  EXPECT_EQ(Of(lists, "192.0.2.1"), Access::kDenied);
  EXPECT_EQ(Of(lists, "::ffff:192.0.2.1"), Access::kDenied);
  EXPECT_EQ(Of(lists, "192.0.2.7"), Access::kAllowed);
  EXPECT_EQ(Of(lists, "2001:db8::5"), Access::kDenied);
  EXPECT_EQ(Of(lists, "198.51.100.1"), Access::kUsual);
}

TEST_F(AddressListsTest, ChangedFileIsReadAgain) {
  Write("192.0.2.0/24\n");
  config_.deny = {"@" + path_, "203.0.113.9"};
  AddressLists lists(config_);
  ASSERT_TRUE(lists.Reload().ok());
  EXPECT_EQ(Of(lists, "192.0.2.1"), Access::kDenied);
  Write("198.51.100.0/24 # others now, and more of them\n");
  ASSERT_TRUE(lists.ReloadIfChanged().ok());
  EXPECT_EQ(Of(lists, "192.0.2.1"), Access::kUsual);
  EXPECT_EQ(Of(lists, "198.51.100.1"), Access::kDenied);
  EXPECT_EQ(Of(lists, "203.0.113.9"), Access::kDenied);
}

TEST_F(AddressListsTest, BrokenFileLeavesTheListAndIsToldOnce) {
  Write("192.0.2.0/24\n");
  config_.deny = {"@" + path_};
  AddressLists lists(config_);
  ASSERT_TRUE(lists.Reload().ok());
  Write("192.0.2.0/24\n<html>not found</html>\n");
  const absl::Status broken = lists.ReloadIfChanged();
  EXPECT_NE(broken.message().find(path_ + ": line 2"), absl::string_view::npos) << broken;
  EXPECT_EQ(Of(lists, "192.0.2.1"), Access::kDenied);
  EXPECT_TRUE(lists.ReloadIfChanged().ok());
  EXPECT_EQ(Of(lists, "192.0.2.1"), Access::kDenied);
}

TEST_F(AddressListsTest, MissingFileIsAMistake) {
  config_.allow = {"@" + path_};
  AddressLists lists(config_);
  EXPECT_NE(lists.Reload().message().find(path_), absl::string_view::npos);
}

}  // namespace
}  // namespace forium::gateway
