// SPDX-License-Identifier: Apache-2.0
// The header of a request as it comes out of HPACK, field by field, and what a Request makes of it
// (RFC 9113, 8.3; RFC 8441). nghttp2 has checked the alphabet of the fields and the presence of the
// pseudo fields.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/message.h"
#include "gateway/http/strict.h"

namespace forium::gateway {

class HeaderBlock {
 public:
  void Clear();
  // Keeps the field if `limit` bytes are enough for all, counted as RFC 9113, 6.5.2 does.
  void Add(std::string_view name, std::string_view value, int64_t limit);
  int64_t bytes() const { return bytes_; }

  // Shows the fields to the request, which must not outlive the block. The refusal, if there is
  // one.
  std::optional<Breach> Fill(Request& request);
  // Told by Content-Length; nullopt: it was not.
  std::optional<int64_t> content_length() const { return content_length_; }
  // `Expect: 100-continue` was there.
  bool expects_continue() const { return expects_continue_; }

 private:
  struct Field {
    size_t name, name_size, value, value_size;  // in text_
  };
  struct Pseudo {
    std::string_view method, scheme, authority, path, protocol;
  };
  std::string_view Text(size_t at, size_t size) const {
    return std::string_view(text_).substr(at, size);
  }
  std::optional<Breach> Take(const Pseudo& pseudo, std::string_view host, Request& request);
  std::optional<Breach> TakeField(const Request::HeaderField& field, std::string_view& host);

  std::string text_;
  std::vector<Field> fields_;
  std::string cookies_;  // the crumbs joined (RFC 9113, 8.2.3)
  int64_t bytes_ = 0;
  int count_ = 0;
  bool too_large_ = false;
  std::optional<int64_t> content_length_;
  bool expects_continue_ = false;
};

}  // namespace forium::gateway
