// SPDX-License-Identifier: Apache-2.0
// The header of an answer, for nghttp2.
#include <nghttp2/nghttp2.h>

#include <array>
#include <string>
#include <vector>

#include "gateway/cache/page_cache.h"
#include "gateway/http/ascii.h"
#include "gateway/http2/callbacks.h"
#include "gateway/http2/session.h"

namespace forium::gateway {
namespace {

// Fields of one connection, which HTTP/2 does not have (RFC 9113, 8.2.2).
constexpr std::string_view kOfConnection[] = {"connection", "keep-alive", "proxy-connection",
                                              "transfer-encoding", "upgrade"};
// What is never the same again only pushes the others out of the table; what is secret stays out
// of it (RFC 7541, 7.1.3).
constexpr std::string_view kUnindexed[] = {"set-cookie", "x-request-id"};

bool Among(std::string_view name, std::span<const std::string_view> names) {
  for (const std::string_view other : names) {
    if (EqualsIgnoreCase(name, other)) return true;
  }
  return false;
}

bool HasBody(int status) { return status >= 200 && status != 204 && status != 304; }

// The fields of one answer; nghttp2 copies them, and writes the names in lower case.
class Fields {
 public:
  Fields() { list_.clear(); }
  void Add(std::string_view name, std::string_view value) {
    // A line break in a value would let it write header fields of its own behind a proxy.
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) return;
    const uint8_t flags = Among(name, kUnindexed) ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE;
    list_.push_back({Bytes(name), Bytes(value), name.size(), value.size(), flags});
  }
  // Of a status line and fields as HTTP/1.1 writes them.
  void AddHead(std::string_view head) {
    TakeUntil(head, '\n');
    while (!head.empty()) {
      std::string_view line = TakeUntil(head, '\n');
      if (line.ends_with('\r')) line.remove_suffix(1);
      const std::string_view name = TakeUntil(line, ':');
      if (!name.empty()) Add(name, Trim(line));
    }
  }
  const nghttp2_nv* data() const { return list_.data(); }
  size_t size() const { return list_.size(); }

 private:
  static uint8_t* Bytes(std::string_view text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  }
  static thread_local std::vector<nghttp2_nv> list_;
};
thread_local std::vector<nghttp2_nv> Fields::list_;

}  // namespace

void Http2Session::SubmitHints(const Http2Stream& stream, std::span<const std::string> links) {
  if (!stream.open || stream.answered || dead_ || over_) return;
  Fields fields;
  fields.Add(":status", "103");
  for (const std::string& link : links) fields.Add("link", link);
  nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream.id, nullptr, fields.data(),
                         fields.size(), nullptr);
}

void Http2Session::Submit(Http2Stream& stream) {
  const Response& response = stream.response;
  const CachedPage* cached = response.cached.get();
  int status = cached != nullptr && response.status != 304 ? cached->status : response.status;
  if (stream.tunnel_accepted()) status = 200;  // RFC 8441, 5
  const std::string code = std::to_string(status);
  const std::string length = std::to_string(response.body.size());

  Fields fields;
  fields.Add(":status", code);
  if (cached != nullptr) fields.AddHead(status == 304 ? cached->not_modified_head : cached->head);
  for (const auto& [name, value] : response.headers) {
    if (!Among(name, kOfConnection)) fields.Add(name, value);
  }
  if (cached == nullptr && !response.stream && HasBody(status))
    fields.Add("content-length", length);
  std::string_view date = worker_.date;
  TakeUntil(date, ':');
  if (const std::string_view now = Trim(date); now.size() > 2) {
    fields.Add("date", now.substr(0, now.find('\r')));
  }

  stream.body = cached != nullptr ? std::string_view(cached->body) : response.body.view();
  if (!HasBody(status) || stream.request.head || response.stream) stream.body = {};
  nghttp2_data_provider body = {{.ptr = &stream}, &Http2Callbacks::ReadBody};
  const bool has_body = stream.streams() || !stream.body.empty();
  const int fault = nghttp2_submit_response(session_, stream.id, fields.data(), fields.size(),
                                            has_body ? &body : nullptr);
  if (fault != 0) Reset(stream, NGHTTP2_INTERNAL_ERROR);
}

}  // namespace forium::gateway
