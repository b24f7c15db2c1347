// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/compression.h"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <boost/asio/thread_pool.hpp>
#include <cstdlib>
#include <new>

#include "absl/time/clock.h"
#include "gateway/http/effort.h"
#include "gateway/http/offload.h"
#include "services/base/observe/metrics.h"

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

// Kept by its thread: making one costs as much as a page.
ZSTD_CCtx* ZstdContext() {
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  thread_local const std::unique_ptr<ZSTD_CCtx, Free> context(ZSTD_createCCtx());
  if (context == nullptr) throw std::bad_alloc();
  return context.get();
}

std::string Zstd(int effort, std::string_view bytes) {
  ZSTD_CCtx* const context = ZstdContext();
  ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, effort);
  constexpr int kWindowLog = 21;  // 2 MB; browsers take 8
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, kWindowLog);
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const size_t size = ZSTD_compress2(context, out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0) throw std::bad_alloc();  // all else is excluded
  out.resize(size);
  return out;
}

}  // namespace

bool IsCompressible(std::string_view content_type) {
  return content_type.starts_with("text/") || content_type.starts_with("application/json") ||
         content_type.starts_with("application/problem+json") ||
         content_type.starts_with("application/atom+xml") ||
         content_type.starts_with("application/feed+json") ||
         content_type.starts_with("application/xml") ||
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
    case Encoding::kZstd:
      return Zstd(effort, bytes);
    case Encoding::kIdentity:
      break;
  }
  return std::string(bytes);
}

struct Compressor::State {
  asio::thread_pool pool{1};
  Effort effort;
  prometheus::Gauge& step =
      observe::Gauge("forium_gateway_compression_step",
                     "How far compression was turned down: 0 as wanted, 3 the least.");
  prometheus::Histogram& waits = observe::Latency("forium_gateway_compression_wait_seconds",
                                                  "Wait of a body for its turn to be compressed.");

  // On the pool's thread.
  void Waited(absl::Time since) {
    const absl::Time now = absl::Now();
    waits.Observe(absl::ToDoubleSeconds(now - since));
    if (effort.Waited(now - since, now)) step.Set(effort.step());
  }
};

Compressor::Compressor() : state_(std::make_unique<State>()) {}
Compressor::~Compressor() { state_->pool.join(); }

asio::awaitable<std::string> Compressor::Run(Encoding encoding, int effort,
                                             std::string_view bytes) {
  State& state = *state_;
  if (bytes.size() <= kInlineBytes) {
    co_return Compress(encoding, state.effort.Of(effort), bytes);
  }
  const auto compress = [=, &state, since = absl::Now()] {
    state.Waited(since);
    return Compress(encoding, state.effort.Of(effort), bytes);
  };
  co_return co_await Offload(state.pool, compress);
}

}  // namespace forium::gateway
