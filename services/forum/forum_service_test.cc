// SPDX-License-Identifier: Apache-2.0
// The service behind a real RPC server.
#include "services/forum/forum_service.h"

#include "absl/time/clock.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "proto/forium/type/v1/options.pb.h"
#include "proto/google/api/httpbody.pb.h"
#include "services/base/rpc/channel.h"
#include "services/base/status/status.h"
#include "services/forum/migrations.h"

namespace forium::forum {
namespace {

using status::Reason;

class ForumServiceTest : public testing::Test {
 protected:
  ForumServiceTest()
      : tenants_([](std::string_view) { return database::OpenSqlite({}, kMigrations); }),
        signer_(rpc::PrincipalSigner::Create(rpc::PrincipalSigner::NewPrivateKey()).value()),
        service_(RareFlushes(), tenants_) {
    EXPECT_TRUE(verifier_.AddKey(signer_.public_key()).ok());
    EXPECT_TRUE(service_.EnsureDefaults("default").ok());
    server_ = std::make_unique<rpc::Server>(rpc::Server::Options{}, verifier_);
    service_.Register(*server_);
    EXPECT_TRUE(server_->Start().ok());
    channel_ = std::make_unique<rpc::Channel>(server_->InProcessChannel());
  }
  ~ForumServiceTest() override {
    channel_.reset();
    server_->Drain(absl::Seconds(5));
    server_.reset();
  }

  static Config RareFlushes() {
    Config config;
    config.flush_views_every = absl::Hours(1);
    return config;
  }
  rpc::CallOptions As(int64_t user_id, type::v1::Role role) const {
    type::v1::Principal principal;
    principal.set_tenant("default");
    principal.set_user_id(user_id);
    principal.set_username(user_id == 0 ? "" : "user" + std::to_string(user_id));
    principal.set_role(role);
    principal.set_user_version(1);
    principal.set_expires_at(absl::ToUnixMicros(absl::Now() + absl::Minutes(1)));
    rpc::CallOptions options;
    options.signed_principal = signer_.Sign(principal);
    return options;
  }
  static std::string Method(const std::string& name) {
    return "forium.forum.v1.ForumService." + name;
  }

  v1::Topic NewTopic() {
    v1::CreateTopicRequest request;
    request.set_category_id(1);
    request.set_title("A topic");
    request.set_raw("Its text");
    return channel_->Call<v1::Topic>(Method("CreateTopic"), request, As(7, type::v1::MEMBER_ROLE))
        .value();
  }
  v1::Topic Page(int64_t id, int* statements = nullptr) {
    v1::GetTopicRequest request;
    request.set_id(id);
    const rpc::Reply reply =
        channel_->CallBytes(Method("GetTopic"), request, As(0, type::v1::ANONYMOUS));
    EXPECT_TRUE(reply.status.ok()) << reply.status;
    google::api::HttpBody body;
    EXPECT_TRUE(body.ParseFromString(reply.body));
    v1::BodyFacts facts;
    EXPECT_TRUE(body.extensions(0).UnpackTo(&facts));
    EXPECT_EQ(facts.topic_slug(), "a-topic");
    EXPECT_EQ(facts.cache_tags(0), "topic:" + std::to_string(id));
    v1::Topic topic;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(body.data(), &topic).ok());
    if (statements != nullptr) *statements = reply.sql_statements;
    return topic;
  }

  database::Tenants tenants_;
  const rpc::PrincipalSigner signer_;
  rpc::PrincipalVerifier verifier_;
  ForumService service_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<rpc::Channel> channel_;
};

TEST_F(ForumServiceTest, AnonymousCallersOnlyRead) {
  const google::protobuf::ServiceDescriptor* service =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
          "forium.forum.v1.ForumService");
  int refused = 0;
  for (int i = 0; i < service->method_count(); ++i) {
    const google::protobuf::MethodDescriptor& method = *service->method(i);
    if (method.options().GetExtension(type::v1::permission) == type::v1::READ) continue;
    const std::unique_ptr<google::protobuf::Message> request(
        google::protobuf::MessageFactory::generated_factory()
            ->GetPrototype(method.input_type())
            ->New());
    const absl::Status status =
        channel_->CallBytes(method.full_name(), *request, As(0, type::v1::ANONYMOUS)).status;
    const Reason reason = status::ReasonOf(status);
    EXPECT_TRUE(reason == Reason::SIGN_IN_REQUIRED || reason == Reason::PERMISSION_DENIED)
        << method.name() << ": " << status;
    ++refused;
  }
  EXPECT_GE(refused, 20);
}

TEST_F(ForumServiceTest, MembersDoNotModerateOrImport) {
  for (const char* method :
       {"ModerateTopic", "HidePost", "RenameTag", "CreateCategory", "CheckCounters", "Import"}) {
    const absl::Status status =
        channel_->CallBytes(Method(method), google::protobuf::Empty(), As(7, type::v1::MEMBER_ROLE))
            .status;
    EXPECT_EQ(status::ReasonOf(status), Reason::PERMISSION_DENIED) << method;
  }
}

TEST_F(ForumServiceTest, PageIsReadyJsonInThreeStatements) {
  const v1::Topic topic = NewTopic();
  int statements = 0;
  const v1::Topic page = Page(topic.id(), &statements);
  EXPECT_EQ(page.title(), "A topic");
  EXPECT_EQ(page.posts(0).html(), "<p>Its text</p>\n");
  EXPECT_GT(statements, 0);
  EXPECT_LE(statements, 3);
}

TEST_F(ForumServiceTest, ViewsAreWrittenAtTheEnd) {
  const v1::Topic topic = NewTopic();
  v1::RecordViewRequest view;
  view.set_id(topic.id());
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(
        channel_->CallBytes(Method("RecordView"), view, As(0, type::v1::ANONYMOUS)).status.ok());
  }
  view.set_id(4711);  // nothing there: no error
  EXPECT_TRUE(
      channel_->CallBytes(Method("RecordView"), view, As(0, type::v1::ANONYMOUS)).status.ok());
  EXPECT_EQ(Page(topic.id()).views_count(), 0);
  service_.Close();
  EXPECT_EQ(Page(topic.id()).views_count(), 3);
}

}  // namespace
}  // namespace forium::forum
