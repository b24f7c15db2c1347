// SPDX-License-Identifier: Apache-2.0
// Every conversation of gateway/http2/cases, held with a server. Adding one adds a test.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "gateway/http2/script.h"
#include "gateway/http2/test_server.h"

namespace forium::gateway {
namespace {

std::vector<Conversation> All() {
  std::vector<std::string> paths;
  for (const auto& file : std::filesystem::directory_iterator("gateway/http2/cases")) {
    if (file.path().extension() == ".txt") paths.push_back(file.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Conversation> all;
  for (const std::string& path : paths) {
    for (Conversation& conversation : ReadConversations(path)) {
      all.push_back(std::move(conversation));
    }
  }
  return all;
}

std::string NameOf(const ::testing::TestParamInfo<Conversation>& info) {
  std::string name = std::filesystem::path(info.param.file).stem();
  name += "_" + info.param.claim;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

class Http2CaseTest : public ::testing::TestWithParam<Conversation> {
 protected:
  static void SetUpTestSuite() { server_ = new Http2TestServer(); }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  static Http2TestServer* server_;
};
Http2TestServer* Http2CaseTest::server_ = nullptr;

TEST_P(Http2CaseTest, Holds) { EXPECT_EQ(Hold(GetParam(), server_->port()), ""); }

INSTANTIATE_TEST_SUITE_P(Rfc9113, Http2CaseTest, ::testing::ValuesIn(All()), &NameOf);

}  // namespace
}  // namespace forium::gateway
