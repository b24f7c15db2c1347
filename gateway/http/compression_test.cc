// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/compression.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>

#include "gateway/http/effort.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

// Text as pages have it: repetitive, not constant.
std::string Text(size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) {
    text += "<li class=\"topic\" data-id=\"" + std::to_string(i * 7919 % 10007) + "\">Topic</li>\n";
  }
  text.resize(size);
  return text;
}

// `size`: of what comes out.
std::string Unpacked(Encoding encoding, const std::string& bytes, size_t size) {
  std::string out(size, '\0');
  switch (encoding) {
    case Encoding::kBrotli: {
      EXPECT_EQ(
          BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const uint8_t*>(bytes.data()),
                                  &size, reinterpret_cast<uint8_t*>(out.data())),
          BROTLI_DECODER_RESULT_SUCCESS);
      break;
    }
    case Encoding::kGzip: {
      z_stream stream{};
      EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      stream.avail_in = static_cast<uInt>(bytes.size());
      stream.next_out = reinterpret_cast<Bytef*>(out.data());
      stream.avail_out = static_cast<uInt>(out.size());
      EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
      size = stream.total_out;
      inflateEnd(&stream);
      break;
    }
    case Encoding::kZstd:
      size = ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
      EXPECT_EQ(ZSTD_isError(size), 0u);
      break;
    case Encoding::kIdentity:
      return bytes;
  }
  out.resize(size);
  return out;
}

TEST(EncodingTest, TakesTheBestOfTheHighestWeight) {
  EXPECT_EQ(NegotiateEncoding(""), Encoding::kIdentity);
  EXPECT_EQ(NegotiateEncoding("gzip, deflate, br, zstd"), Encoding::kBrotli);
  EXPECT_EQ(NegotiateEncoding("gzip, deflate, br, zstd", kFreshEncodings), Encoding::kZstd);
  EXPECT_EQ(NegotiateEncoding("gzip, deflate, zstd"), Encoding::kZstd);
  EXPECT_EQ(NegotiateEncoding("gzip;q=1.0, br;q=0.9, zstd;q=0.8"), Encoding::kGzip);
  EXPECT_EQ(NegotiateEncoding("gzip;q=0.5,br;q=0.500"), Encoding::kBrotli);
  EXPECT_EQ(NegotiateEncoding("GZIP;q=0.001"), Encoding::kGzip);
  EXPECT_EQ(NegotiateEncoding("x-gzip"), Encoding::kGzip);
  EXPECT_EQ(NegotiateEncoding("deflate"), Encoding::kIdentity);
  EXPECT_EQ(NegotiateEncoding("br ; Q=0.3 , gzip ; q=0.7"), Encoding::kGzip);
}

TEST(EncodingTest, AWeightOfZeroRefuses) {
  EXPECT_EQ(NegotiateEncoding("br;q=0, gzip"), Encoding::kGzip);
  EXPECT_EQ(NegotiateEncoding("br;q=0.000"), Encoding::kIdentity);
  EXPECT_EQ(NegotiateEncoding("br;q=0, *"), Encoding::kZstd);
  EXPECT_EQ(NegotiateEncoding("*;q=0, gzip"), Encoding::kGzip);
  EXPECT_EQ(NegotiateEncoding("*;q=0"), Encoding::kIdentity);
}

TEST(EncodingTest, AStarStandsForTheRest) {
  EXPECT_EQ(NegotiateEncoding("*"), Encoding::kBrotli);
  EXPECT_EQ(NegotiateEncoding("br;q=0.1, *;q=0.5"), Encoding::kZstd);
  EXPECT_EQ(NegotiateEncoding("gzip, *;q=0.1"), Encoding::kGzip);
}

TEST(EncodingTest, WhatIsNotCompressedIsTheLastResortUnlessItIsWanted) {
  EXPECT_EQ(NegotiateEncoding("identity"), Encoding::kIdentity);
  EXPECT_EQ(NegotiateEncoding("identity, gzip;q=0.5"), Encoding::kIdentity);
  EXPECT_EQ(NegotiateEncoding("identity;q=0.5, gzip;q=0.5"), Encoding::kGzip);
  // Nobody is turned away for his taste.
  EXPECT_EQ(NegotiateEncoding("identity;q=0"), Encoding::kIdentity);
  EXPECT_EQ(NegotiateEncoding("identity;q=0, gzip"), Encoding::kGzip);
}

TEST(EncodingTest, WhatIsNoWeightIsNotTaken) {
  for (const char* odd : {"br;q=", "br;q=x", "br;q=2", "br;q=-1", "br;q=0.1234567", "br;q=1e3"}) {
    EXPECT_EQ(NegotiateEncoding(odd), Encoding::kIdentity) << odd;
  }
  EXPECT_EQ(NegotiateEncoding(",;,q=1;;,"), Encoding::kIdentity);
}

TEST(CompressionTest, EachCodingMakesTextSmallerAndComesBack) {
  const std::string text = Text(60'000);
  for (const Encoding encoding : kKeptEncodings) {
    size_t before = text.size() / 4;
    for (const int effort : {1, 4, 9}) {
      const std::string packed = Compress(encoding, effort, text);
      EXPECT_LE(packed.size(), before) << EncodingName(encoding) << effort;
      before = packed.size() + 500;
      EXPECT_EQ(Unpacked(encoding, packed, text.size()), text);
    }
    EXPECT_EQ(Unpacked(encoding, Compress(encoding, 1, ""), 10), "");
  }
  EXPECT_EQ(Compress(Encoding::kIdentity, 1, "a"), "a");
}

TEST(CompressionTest, ZstdStaysWithinTheWindowThatBrowsersTake) {
  const std::string large = Text(12 << 20);
  const std::string packed = Compress(Encoding::kZstd, 11, large);
  EXPECT_EQ(Unpacked(Encoding::kZstd, packed, large.size()), large);
  // Frame header (RFC 8878, 3.1.1.1): no single segment, and the window's descriptor.
  ASSERT_GT(packed.size(), 6u);
  EXPECT_EQ(packed.substr(0, 4), "\x28\xB5\x2F\xFD");
  EXPECT_EQ(packed[4] & 0x20, 0);
  EXPECT_LE(10 + (static_cast<unsigned char>(packed[5]) >> 3), 23);
}

TEST(CompressionTest, OnlyTextIsWorthIt) {
  EXPECT_TRUE(IsCompressible("text/html; charset=utf-8"));
  EXPECT_TRUE(IsCompressible("application/json"));
  EXPECT_FALSE(IsCompressible("image/png"));
}

TEST(CompressorTest, ManyAtATimeComeBackRight) {
  Compressor compressor;
  boost::asio::io_context io;
  int done = 0;
  for (int i = 0; i < 200; ++i) {
    const Encoding encoding = kKeptEncodings[i % kKeptEncodings.size()];
    const size_t size = static_cast<size_t>(i) * 100;
    const auto run = [&, encoding, size]() -> boost::asio::awaitable<void> {
      const std::string text = Text(size);
      const std::string packed = co_await compressor.Run(encoding, 6, text);
      EXPECT_EQ(Unpacked(encoding, packed, size + 1), text);
      ++done;
    };
    const auto ended = [](const std::exception_ptr& error) { EXPECT_EQ(error, nullptr); };
    boost::asio::co_spawn(io, run, ended);
  }
  io.run();
  EXPECT_EQ(done, 200);
}

class EffortTest : public ::testing::Test {
 protected:
  void Waits(absl::Duration wait, absl::Duration since_last) {
    now_ += since_last;
    effort_.Waited(wait, now_);
  }

  Effort effort_;
  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
};

TEST_F(EffortTest, IsAsWantedWhenNothingWaits) {
  for (int i = 0; i < 100; ++i) Waits(absl::Microseconds(50), absl::Milliseconds(10));
  EXPECT_EQ(effort_.step(), 0);
  EXPECT_EQ(effort_.Of(6), 6);
  EXPECT_EQ(effort_.Of(11), 11);
}

TEST_F(EffortTest, GoesDownStepByStepUnderLoadAndHasAnEnd) {
  Waits(absl::Milliseconds(30), absl::Milliseconds(10));
  EXPECT_EQ(effort_.step(), 1);
  EXPECT_EQ(effort_.Of(6), 4);
  EXPECT_EQ(effort_.Of(1), 1);
  // The backlog of that moment says nothing new.
  for (int i = 0; i < 9; ++i) Waits(absl::Milliseconds(30), absl::Milliseconds(10));
  EXPECT_EQ(effort_.step(), 1);
  for (int i = 0; i < 100; ++i) Waits(absl::Milliseconds(30), absl::Milliseconds(10));
  EXPECT_EQ(effort_.step(), Effort::kSteps - 1);
  EXPECT_EQ(effort_.Of(6), 1);
}

TEST_F(EffortTest, ComesBackOnlyAfterCalmAndOneStepASecond) {
  for (int i = 0; i < 100; ++i) Waits(absl::Milliseconds(30), absl::Milliseconds(10));
  // Neither long nor short: stays.
  for (int i = 0; i < 500; ++i) Waits(absl::Milliseconds(10), absl::Milliseconds(10));
  EXPECT_EQ(effort_.step(), 3);
  for (int i = 0; i < 150; ++i) Waits(absl::Microseconds(50), absl::Milliseconds(10));
  EXPECT_EQ(effort_.step(), 2);
  for (int i = 0; i < 300; ++i) Waits(absl::Microseconds(50), absl::Milliseconds(10));
  EXPECT_EQ(effort_.step(), 0);
}

}  // namespace
}  // namespace forium::gateway
