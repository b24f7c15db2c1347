// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/compression.h"

#include <brotli/encode.h>
#include <zlib.h>

#include <algorithm>
#include <boost/asio/thread_pool.hpp>
#include <cstdlib>
#include <new>

#include "gateway/http/ascii.h"
#include "gateway/http/offload.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

// Below it the hop to the other thread costs more than the work.
constexpr size_t kInlineBytes = 4096;

std::string Brotli(int effort, std::string_view bytes) {
  size_t size = BrotliEncoderMaxCompressedSize(bytes.size());
  std::string out(size, '\0');
  const bool made =
      BrotliEncoderCompress(effort, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, bytes.size(),
                            reinterpret_cast<const uint8_t*>(bytes.data()), &size,
                            reinterpret_cast<uint8_t*>(out.data()));
  if (!made) std::abort();  // only with a buffer that is too small
  out.resize(size);
  return out;
}

std::string Gzip(int effort, std::string_view bytes) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  if (deflateInit2(&stream, std::min(effort, 9), Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw std::bad_alloc();
  }
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

bool IsZero(std::string_view weight) {
  return weight.starts_with("0") && weight.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

Encoding NegotiateEncoding(std::string_view accept_encoding) {
  Encoding best = Encoding::kIdentity;
  while (!accept_encoding.empty()) {
    std::string_view item = TakeUntil(accept_encoding, ',');
    const std::string_view name = Trim(TakeUntil(item, ';'));
    std::string_view parameter = Trim(item);
    if (parameter.starts_with("q=") && IsZero(Trim(parameter.substr(2)))) continue;
    if (EqualsIgnoreCase(name, "br")) return Encoding::kBrotli;
    if (EqualsIgnoreCase(name, "gzip")) best = Encoding::kGzip;
  }
  return best;
}

std::string_view EncodingName(Encoding encoding) {
  return encoding == Encoding::kBrotli ? "br" : encoding == Encoding::kGzip ? "gzip" : "";
}

bool IsCompressible(std::string_view content_type) {
  return content_type.starts_with("text/") || content_type.starts_with("application/json") ||
         content_type.starts_with("application/problem+json") ||
         content_type.starts_with("application/atom+xml") ||
         content_type.starts_with("application/javascript") ||
         content_type.starts_with("application/manifest+json") ||
         content_type.starts_with("image/svg+xml");
}

std::string Compress(Encoding encoding, int effort, std::string_view bytes) {
  switch (encoding) {
    case Encoding::kBrotli:
      return Brotli(effort, bytes);
    case Encoding::kGzip:
      return Gzip(effort, bytes);
    case Encoding::kIdentity:
      break;
  }
  return std::string(bytes);
}

struct Compressor::State {
  asio::thread_pool pool{1};
};

Compressor::Compressor() : state_(std::make_unique<State>()) {}
Compressor::~Compressor() { state_->pool.join(); }

asio::awaitable<std::string> Compressor::Run(Encoding encoding, int effort,
                                             std::string_view bytes) {
  if (bytes.size() <= kInlineBytes) co_return Compress(encoding, effort, bytes);
  const auto compress = [=] { return Compress(encoding, effort, bytes); };
  co_return co_await Offload(state_->pool, compress);
}

}  // namespace forium::gateway
