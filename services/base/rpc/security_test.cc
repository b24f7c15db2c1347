// SPDX-License-Identifier: Apache-2.0
// Mutual TLS between a server and its callers, with certificates made by openssl.
#include <cstdlib>
#include <filesystem>
#include <string>

#include "gtest/gtest.h"
#include "services/base/rpc/rpc_fixture.h"

namespace forium::rpc {
namespace {

// A folder with an authority, and certificates that it signed.
class Authority {
 public:
  explicit Authority(const std::string& name)
      : folder_(std::filesystem::path(::testing::TempDir()) / name) {
    std::filesystem::create_directories(folder_);
    Run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" +
        name + " -keyout ca.key -out ca.pem");
  }
  // Signs a new certificate into NAME.pem and NAME.key.
  void Issue(const std::string& name) const {
    Run("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=" + name +
        " -keyout " + name + ".key.new -out " + name + ".csr -addext subjectAltName=DNS:" + name +
        ",IP:127.0.0.1");
    Run("x509 -req -in " + name + ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2" +
        " -copy_extensions copyall -out " + name + ".pem.new");
    std::filesystem::rename(folder_ / (name + ".key.new"), folder_ / (name + ".key"));
    std::filesystem::rename(folder_ / (name + ".pem.new"), folder_ / (name + ".pem"));
  }
  Security Of(const std::string& name) const {
    return {(folder_ / (name + ".pem")).string(), (folder_ / (name + ".key")).string(),
            (folder_ / "ca.pem").string()};
  }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  void Run(const std::string& arguments) const {
    const std::string command =
        "cd '" + folder_.string() + "' && openssl " + arguments + " 2>openssl.log";
    ASSERT_EQ(system(command.c_str()), 0) << command;
  }
  const std::filesystem::path folder_;
};

class SecurityTest : public RpcTest {
 protected:
  void ServeSecurely(const Security& security) {
    server_ = std::make_unique<Server>(
        Server::Options{.listen = "127.0.0.1:0", .security = security}, verifier_);
    HandleEcho(*server_, AnswerNothing);
    const absl::Status started = server_->Start();
    ASSERT_TRUE(started.ok()) << started;
  }
  absl::Status Ask(const Security& security) const {
    Channel channel(rpc::Connect("127.0.0.1:" + std::to_string(server_->port()), security));
    CallOptions options = As(Member());
    options.deadline = absl::Now() + absl::Seconds(5);
    return channel.Call<EchoResponse>("forium.rpc.testing.Echo.Member", EchoRequest(), options)
        .status();
  }
  const Authority ours_{"ours"};
};

TEST_P(SecurityTest, CallersOfTheSameAuthorityAreAnswered) {
  ours_.Issue("server");
  ours_.Issue("caller");
  ServeSecurely(ours_.Of("server"));
  const absl::Status answer = Ask(ours_.Of("caller"));
  EXPECT_TRUE(answer.ok()) << answer;
}

TEST_P(SecurityTest, CallersWithoutCertificateAreRefused) {
  ours_.Issue("server");
  ServeSecurely(ours_.Of("server"));
  EXPECT_EQ(Ask({}).code(), absl::StatusCode::kUnavailable);
}

TEST_P(SecurityTest, CallersOfAnotherAuthorityAreRefused) {
  ours_.Issue("server");
  ServeSecurely(ours_.Of("server"));
  const Authority theirs("theirs");
  theirs.Issue("caller");
  Security forged = theirs.Of("caller");
  EXPECT_EQ(Ask(forged).code(), absl::StatusCode::kUnavailable);
  // Even when it knows our authority, which is no secret.
  forged.authorities = ours_.Of("server").authorities;
  EXPECT_EQ(Ask(forged).code(), absl::StatusCode::kUnavailable);
}

TEST_P(SecurityTest, ServersOfAnotherAuthorityAreNotTrusted) {
  const Authority theirs("theirs");
  theirs.Issue("server");
  ServeSecurely(theirs.Of("server"));
  ours_.Issue("caller");
  EXPECT_EQ(Ask(ours_.Of("caller")).code(), absl::StatusCode::kUnavailable);
}

TEST_P(SecurityTest, NewFilesAreTakenUpWhileServing) {
  Authority renewed("renewed");
  renewed.Issue("server");
  ServeSecurely(renewed.Of("server"));
  renewed.Issue("caller");
  ASSERT_TRUE(Ask(renewed.Of("caller")).ok());
  // Everything comes from a new authority now, in the same files.
  const Authority next("next");
  next.Issue("server");
  next.Issue("caller");
  for (const char* file : {"server.pem", "server.key", "ca.pem"}) {
    std::filesystem::copy_file(next.folder() / file, renewed.folder() / file,
                               std::filesystem::copy_options::overwrite_existing);
  }
  absl::Status answer = absl::UnknownError("");
  const absl::Time until = absl::Now() + absl::Seconds(15);
  while (!answer.ok() && absl::Now() < until) answer = Ask(next.Of("caller"));
  EXPECT_TRUE(answer.ok()) << answer;
}

INSTANTIATE_TEST_SUITE_P(Grpc, SecurityTest, ::testing::Values(Carrier::kGrpc));

}  // namespace
}  // namespace forium::rpc
