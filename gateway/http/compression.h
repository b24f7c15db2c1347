// SPDX-License-Identifier: Apache-2.0
// Content codings: brotli and gzip, on a thread of their own.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <string_view>

namespace forium::gateway {

enum class Encoding : char { kIdentity = 'i', kBrotli = 'b', kGzip = 'g' };

// The best coding that Accept-Encoding allows (RFC 9110, 12.5.3).
Encoding NegotiateEncoding(std::string_view accept_encoding);
std::string_view EncodingName(Encoding encoding);  // `br`, `gzip`, empty

// Text that gains from it, by media type.
bool IsCompressible(std::string_view content_type);

// `effort`: 1 to 11 for brotli, to 9 for gzip.
std::string Compress(Encoding encoding, int effort, std::string_view bytes);

// Keeps the work off the I/O threads. Thread-safe.
class Compressor {
 public:
  Compressor();
  ~Compressor();
  boost::asio::awaitable<std::string> Run(Encoding encoding, int effort, std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forium::gateway
