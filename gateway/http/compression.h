// SPDX-License-Identifier: Apache-2.0
// Content codings: brotli, gzip and zstd, on a thread of their own, with the effort that the load
// allows.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/http/encoding.h"

namespace forium::gateway {

// Text that gains from it, by media type.
bool IsCompressible(std::string_view content_type);

// `effort`: 1 to 11 for brotli and zstd, to 9 for gzip.
std::string Compress(Encoding encoding, int effort, std::string_view bytes);

// Keeps the work off the I/O threads. Thread-safe.
class Compressor {
 public:
  Compressor();
  ~Compressor();
  // `effort`: at most; less while much waits to be compressed.
  boost::asio::awaitable<std::string> Run(Encoding encoding, int effort, std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forium::gateway
