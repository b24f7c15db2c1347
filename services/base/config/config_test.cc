// SPDX-License-Identifier: Apache-2.0
#include "services/base/config/config.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forium::config {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() {
    settings_.Add("listen", &listen_, "Address to listen on.");
    settings_.Add("page_size", &page_size_, "Topics on a page.");
    settings_.Add("page_cache_bytes", &page_cache_bytes_, "Room for ready pages.");
    settings_.Add("secure", &secure_, "Whether cookies need HTTPS.");
    settings_.Add("timeout", &timeout_, "How long a call may take.");
    settings_.Add("hosts", &hosts_, "Names it answers to.");
    settings_.AddSecret("smtp_password", &smtp_password_, "Password of the mail server.");
  }
  ~ConfigTest() override {
    for (const std::string& name : variables_) unsetenv(name.c_str());
    if (!file_.empty()) std::remove(file_.c_str());
  }

  void Environment(const std::string& name, const std::string& value) {
    setenv(name.c_str(), value.c_str(), 1);
    variables_.push_back(name);
  }

  std::string File(const std::string& text) {
    file_ = ::testing::TempDir() + "/settings.yaml";
    std::ofstream(file_) << text;
    return file_;
  }

  absl::Status Parse(std::vector<std::string> words,
                     std::vector<std::string>* positional = nullptr) {
    std::vector<const char*> argv = {"forium"};
    for (const std::string& word : words) argv.push_back(word.c_str());
    return settings_.Parse(static_cast<int>(argv.size()), argv.data(), positional);
  }

  std::string ErrorOf(std::vector<std::string> words) {
    return std::string(Parse(std::move(words)).message());
  }

  std::string listen_ = "127.0.0.1:8080";
  int page_size_ = 30;
  int64_t page_cache_bytes_ = 32 << 20;
  bool secure_ = true;
  absl::Duration timeout_ = absl::Seconds(30);
  std::vector<std::string> hosts_ = {"localhost"};
  std::string smtp_password_;
  Settings settings_;

 private:
  std::vector<std::string> variables_;
  std::string file_;
};

TEST_F(ConfigTest, DefaultsStayWithoutSources) {
  ASSERT_TRUE(Parse({}).ok());
  EXPECT_EQ(listen_, "127.0.0.1:8080");
  EXPECT_EQ(page_size_, 30);
  EXPECT_FALSE(settings_.done());
}

TEST_F(ConfigTest, FlagWinsOverEnvironmentOverFile) {
  const std::string file = File("listen: from-file\npage_size: 10\ntimeout: 5m\n");
  Environment("FORIUM_LISTEN", "from-environment");
  Environment("FORIUM_PAGE_SIZE", "20");
  ASSERT_TRUE(Parse({"--config", file, "--page-size=40"}).ok());
  EXPECT_EQ(page_size_, 40);
  EXPECT_EQ(listen_, "from-environment");
  EXPECT_EQ(timeout_, absl::Minutes(5));
}

TEST_F(ConfigTest, VariableNamesTheFile) {
  Environment("FORIUM_CONFIG", File("page_size: 12\n"));
  ASSERT_TRUE(Parse({}).ok());
  EXPECT_EQ(page_size_, 12);
}

TEST_F(ConfigTest, FlagsComeInAllForms) {
  ASSERT_TRUE(
      Parse({"--no-secure", "--listen", "[::1]:80", "--page_size=7", "--timeout=250ms"}).ok());
  EXPECT_FALSE(secure_);
  EXPECT_EQ(listen_, "[::1]:80");
  EXPECT_EQ(page_size_, 7);
  EXPECT_EQ(timeout_, absl::Milliseconds(250));
  ASSERT_TRUE(Parse({"--secure"}).ok());
  EXPECT_TRUE(secure_);
  ASSERT_TRUE(Parse({"--secure=false", "--page-size", "-1"}).ok());
  EXPECT_FALSE(secure_);
  EXPECT_EQ(page_size_, -1);
}

TEST_F(ConfigTest, ListsReplaceTheDefault) {
  ASSERT_TRUE(Parse({"--hosts", "a.example, b.example"}).ok());
  EXPECT_THAT(hosts_, ElementsAre("a.example", "b.example"));
  ASSERT_TRUE(Parse({"--config", File("hosts: [c.example, d.example]\n")}).ok());
  EXPECT_THAT(hosts_, ElementsAre("c.example", "d.example"));
  ASSERT_TRUE(Parse({"--hosts="}).ok());
  EXPECT_THAT(hosts_, ElementsAre());
}

TEST_F(ConfigTest, UnknownNamesAreToldWithTheNearest) {
  EXPECT_THAT(ErrorOf({"--page-cache-byts=1"}), HasSubstr("--page-cache-bytes"));
  EXPECT_THAT(ErrorOf({"--config", File("page_sise: 3\n")}),
              AllOf(HasSubstr("page_size"), HasSubstr(":1")));
  Environment("FORIUM_TIME_OUT", "3s");
  EXPECT_THAT(ErrorOf({}), HasSubstr("FORIUM_TIMEOUT"));
}

TEST_F(ConfigTest, VariablesOfOtherProgramsAreLeftAlone) {
  Environment("FORIUM_TEST_FULL", "1");
  Environment("FORIUM_UPSTREAM_LISTEN", "127.0.0.1:1");
  EXPECT_EQ(ErrorOf({}), "");
  EXPECT_EQ(listen_, "127.0.0.1:8080");
}

TEST_F(ConfigTest, AllErrorsAreToldAtOnce) {
  const std::string file = File("page_size: many\nsecure: perhaps\nlisten: {a: b}\n");
  Environment("FORIUM_PAGE_CACHE_BYTES", "1.5");
  const std::string error =
      ErrorOf({"--config", file, "--timeout=3", "--nothing=1", "stray", "--hosts"});
  EXPECT_THAT(error,
              AllOf(HasSubstr(":1: page_size needs a whole number"), HasSubstr(":2: secure needs"),
                    HasSubstr(":3: listen needs"), HasSubstr("FORIUM_PAGE_CACHE_BYTES needs"),
                    HasSubstr("--timeout needs a time"), HasSubstr("--nothing"), HasSubstr("stray"),
                    HasSubstr("--hosts needs a value")));
}

TEST_F(ConfigTest, NumbersOutOfRangeAreErrors) {
  EXPECT_FALSE(Parse({"--page-size=3000000000"}).ok());
  EXPECT_TRUE(Parse({"--page-cache-bytes=3000000000"}).ok());
  EXPECT_EQ(page_cache_bytes_, 3000000000);
}

TEST_F(ConfigTest, BrokenOrMissingFileIsAnError) {
  EXPECT_THAT(ErrorOf({"--config=/nowhere.yaml"}), HasSubstr("/nowhere.yaml cannot be read"));
  EXPECT_THAT(ErrorOf({"--config", File("listen: [\n")}), HasSubstr("settings.yaml:"));
  EXPECT_THAT(ErrorOf({"--config", File("listen: a\nlisten: b\n")}), HasSubstr("twice"));
}

TEST_F(ConfigTest, PositionalWordsAreHandedOn) {
  std::vector<std::string> words;
  ASSERT_TRUE(Parse({"import", "--page-size", "3", "dump.xml", "--", "--listen"}, &words).ok());
  EXPECT_THAT(words, ElementsAre("import", "dump.xml", "--listen"));
  EXPECT_EQ(page_size_, 3);
}

TEST_F(ConfigTest, PrintMasksSecrets) {
  ASSERT_TRUE(Parse({"--smtp-password=hunter2", "--page-size=3"}).ok());
  EXPECT_EQ(smtp_password_, "hunter2");
  EXPECT_THAT(settings_.Print(),
              AllOf(Not(HasSubstr("hunter2")), HasSubstr("smtp_password: (secret)"),
                    HasSubstr("page_size: 3"), HasSubstr("hosts: [localhost]")));
  EXPECT_THAT(settings_.Help(), AllOf(Not(HasSubstr("hunter2")), HasSubstr("--page-size"),
                                      HasSubstr("(default: 30)")));
}

TEST_F(ConfigTest, PrintedSettingsCanBeReadBack) {
  ASSERT_TRUE(Parse({"--listen=a: \"b\" # c", "--timeout=90s", "--hosts=x,y", "--no-secure"}).ok());
  const std::string file = File(settings_.Print());
  listen_.clear();
  timeout_ = absl::ZeroDuration();
  hosts_.clear();
  secure_ = true;
  ASSERT_EQ(Parse({"--config", file}).message(), "");
  EXPECT_EQ(listen_, "a: \"b\" # c");
  EXPECT_EQ(timeout_, absl::Seconds(90));
  EXPECT_THAT(hosts_, ElementsAre("x", "y"));
  EXPECT_FALSE(secure_);
}

TEST_F(ConfigTest, CheckAndPrintEndTheProgram) {
  ASSERT_TRUE(Parse({"--check-config"}).ok());
  EXPECT_TRUE(settings_.done());
  EXPECT_FALSE(Parse({"--check-config", "--page-size=x"}).ok());
}

}  // namespace
}  // namespace forium::config
