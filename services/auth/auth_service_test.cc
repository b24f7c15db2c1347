// SPDX-License-Identifier: Apache-2.0
// All RPCs of auth against every kind of caller; the nouns' tests have the details.
#include "services/auth/auth_service.h"

#include <vector>

#include "google/protobuf/descriptor.h"
#include "proto/forium/type/v1/options.pb.h"
#include "services/auth/auth_fixture.h"

namespace forium::auth {
namespace {

using type::v1::Permission;

class AuthServiceTest : public AuthTest {
 protected:
  static std::vector<const google::protobuf::MethodDescriptor*> Methods() {
    const auto* const service = v1::User::descriptor()->file()->FindServiceByName("AuthService");
    std::vector<const google::protobuf::MethodDescriptor*> methods;
    for (int i = 0; i < service->method_count(); ++i) methods.push_back(service->method(i));
    return methods;
  }
  static Permission PermissionOf(const google::protobuf::MethodDescriptor& method) {
    return method.options().GetExtension(type::v1::permission);
  }
  // Calls with an empty request.
  absl::Status Try(const google::protobuf::MethodDescriptor& method, const CallOptions& as) {
    return channel_->CallBytes(method.full_name(), Empty(), as).status;
  }
};

TEST_P(AuthServiceTest, AnEmptyRequestIsAnsweredAndNeverAFault) {
  for (const auto* method : Methods()) {
    for (const CallOptions& caller : {Guest(), As(JoinAdmin(method->name())), System()}) {
      const absl::Status status = Try(*method, caller);
      EXPECT_NE(status.code(), absl::StatusCode::kUnimplemented) << method->name();
      EXPECT_NE(status.code(), absl::StatusCode::kUnknown) << method->name();
      EXPECT_NE(ReasonOf(status), type::v1::INTERNAL) << method->name() << status::CauseOf(status);
    }
  }
}

TEST_P(AuthServiceTest, EachCallerIsStoppedAtTheirLevel) {
  const v1::Session alice = Join("alice");
  const v1::Session mo = JoinModerator("mo");
  const v1::Session boss = JoinAdmin("boss");
  for (const auto* method : Methods()) {
    const Permission needed = PermissionOf(*method);
    if (needed >= type::v1::MEMBER) {
      EXPECT_EQ(ReasonOf(Try(*method, Guest())), needed == type::v1::SYSTEM
                                                     ? type::v1::PERMISSION_DENIED
                                                     : type::v1::SIGN_IN_REQUIRED)
          << method->name();
    }
    if (needed >= type::v1::MODERATOR) {
      EXPECT_EQ(ReasonOf(Try(*method, As(alice))), type::v1::PERMISSION_DENIED) << method->name();
    }
    if (needed >= type::v1::ADMIN) {
      EXPECT_EQ(ReasonOf(Try(*method, As(mo))), type::v1::PERMISSION_DENIED) << method->name();
    }
    if (needed >= type::v1::SYSTEM) {
      EXPECT_EQ(ReasonOf(Try(*method, As(boss))), type::v1::PERMISSION_DENIED) << method->name();
    }
  }
}

TEST_P(AuthServiceTest, PrincipalsOfOtherSignersOrTenantsOrTimesAreRefused) {
  const v1::Session boss = JoinAdmin("boss");
  type::v1::Principal principal;
  principal.set_tenant("default");
  principal.set_user_id(boss.user_id());
  principal.set_role(type::v1::ADMIN_ROLE);
  principal.set_system(true);
  principal.set_expires_at(absl::ToUnixMicros(absl::Now() + absl::Minutes(1)));
  const auto forger = rpc::PrincipalSigner::Create(rpc::PrincipalSigner::NewPrivateKey());
  const auto list = [&](const CallOptions& as) {
    return Call<v1::ListUsersResponse>("ListUsers", v1::ListUsersRequest(), as).status();
  };
  EXPECT_TRUE(list(As(boss)).ok());
  EXPECT_TRUE(absl::IsUnauthenticated(list(Principal(forger->Sign(principal)))));
  EXPECT_TRUE(absl::IsUnauthenticated(list(Principal(""))));
  EXPECT_TRUE(absl::IsUnauthenticated(list(Principal("garbage"))));
  CallOptions elsewhere = As(boss);
  elsewhere.tenant = "elsewhere";
  EXPECT_FALSE(list(elsewhere).ok());
  // One changed byte of a good one.
  CallOptions altered = As(boss);
  altered.signed_principal[4] = static_cast<char>(altered.signed_principal[4] ^ 1);
  EXPECT_FALSE(list(altered).ok());
}

INSTANTIATE_TEST_SUITE_P(Engines, AuthServiceTest, ::testing::ValuesIn(database::Engines()),
                         database::EngineName);

}  // namespace
}  // namespace forium::auth
