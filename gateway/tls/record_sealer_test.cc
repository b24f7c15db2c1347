// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/record_sealer.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

// RFC 8448, 3: the server's first records under its application traffic secret, of which the first
// is a ticket.
constexpr char kSecret[] = "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643";
constexpr char kSecondRecord[] =
    "17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602dcb501a59"
    "a8fcc49c4bf2e5f0a21c0047c2abf332540dd032e167c2955d";

const SSL_CIPHER* SuiteOf(const char* name) {
  static const ContextPtr context(SSL_CTX_new(TLS_server_method()));
  STACK_OF(SSL_CIPHER)* suites = SSL_CTX_get_ciphers(context.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i) {
    const SSL_CIPHER* suite = sk_SSL_CIPHER_value(suites, i);
    if (std::string_view(SSL_CIPHER_get_name(suite)) == name) return suite;
  }
  return nullptr;
}

std::string Counting(size_t length) {
  std::string bytes(length, '\0');
  for (size_t i = 0; i < length; ++i) bytes[i] = static_cast<char>(i);
  return bytes;
}

std::string Seal(RecordSealer& sealer, std::initializer_list<std::string_view> pieces) {
  Records records;
  size_t length = 0;
  for (const std::string_view piece : pieces) length += piece.size();
  sealer.Begin(length, records);
  for (const std::string_view piece : pieces) sealer.Add(piece);
  EXPECT_TRUE(sealer.End(SSL3_RT_APPLICATION_DATA));
  return std::string(records.view());
}

class RecordSealerTest : public testing::Test {
 protected:
  RecordSealerTest() { EXPECT_TRUE(sealer_.SetSecret(SuiteOf("TLS_AES_128_GCM_SHA256"), secret_)); }

  const std::string secret_ = absl::HexStringToBytes(kSecret);
  const std::string second_ = absl::HexStringToBytes(kSecondRecord);
  const std::string bytes_ = Counting(50);
  RecordSealer sealer_;
};

TEST_F(RecordSealerTest, SealsAsTheStandardsExample) {
  Seal(sealer_, {"a ticket"});
  EXPECT_EQ(absl::BytesToHexString(Seal(sealer_, {bytes_})), kSecondRecord);
}

TEST_F(RecordSealerTest, PiecesMakeNoDifference) {
  Seal(sealer_, {"a ", "", "ticket"});
  const std::string_view bytes = bytes_;
  EXPECT_EQ(Seal(sealer_,
                 {bytes.substr(0, 9), bytes.substr(9, 0), bytes.substr(9, 30), bytes.substr(39)}),
            second_);
}

TEST_F(RecordSealerTest, ASecretCountsAnew) {
  Seal(sealer_, {"a ticket"});
  Seal(sealer_, {bytes_});
  EXPECT_NE(Seal(sealer_, {bytes_}), second_);
  ASSERT_TRUE(sealer_.SetSecret(SuiteOf("TLS_AES_128_GCM_SHA256"), secret_));
  Seal(sealer_, {"a ticket"});
  EXPECT_EQ(Seal(sealer_, {bytes_}), second_);
}

TEST_F(RecordSealerTest, RecordsFollowEachOther) {
  Records records;
  for (const size_t length : {size_t{0}, size_t{1}, size_t{16384}, size_t{16384}}) {
    const size_t before = records.view().size();
    const std::string bytes = Counting(length);
    sealer_.Begin(length, records);
    sealer_.Add(bytes);
    ASSERT_TRUE(sealer_.End(SSL3_RT_ALERT));
    EXPECT_EQ(records.view().size(), before + 5 + length + 1 + 16);
    EXPECT_EQ(records.view().substr(before, 3), "\x17\x03\x03");
  }
}

TEST_F(RecordSealerTest, LeavesOtherSuitesAlone) {
  RecordSealer sealer;
  EXPECT_FALSE(sealer.SetSecret(SuiteOf("TLS_CHACHA20_POLY1305_SHA256"), secret_));
  EXPECT_FALSE(sealer.SetSecret(nullptr, secret_));
  EXPECT_FALSE(sealer.ready());
}

}  // namespace
}  // namespace forium::gateway
