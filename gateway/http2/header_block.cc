// SPDX-License-Identifier: Apache-2.0
#include "gateway/http2/header_block.h"

#include <charconv>
#include <utility>

#include "gateway/http/ascii.h"

namespace forium::gateway {
namespace {

// As in HTTP/1.1; the crumbs of the cookie count as one.
constexpr int kMaxFields = 100;
constexpr int64_t kFieldOverhead = 32;  // RFC 9113, 6.5.2
constexpr std::string_view kCookie = "cookie";

constexpr std::pair<std::string_view, Method> kMethods[] = {
    {"GET", Method::kGet},         {"HEAD", Method::kGet},    {"POST", Method::kPost},
    {"PUT", Method::kPut},         {"PATCH", Method::kPatch}, {"DELETE", Method::kDelete},
    {"OPTIONS", Method::kOptions},
};

Method MethodOf(std::string_view name) {
  for (const auto& [known, method] : kMethods) {
    if (known == name) return method;
  }
  return Method::kOther;
}

}  // namespace

void HeaderBlock::Clear() {
  text_.clear();
  fields_.clear();
  cookies_.clear();
  bytes_ = 0;
  count_ = 0;
  too_large_ = false;
  content_length_.reset();
  expects_continue_ = false;
}

void HeaderBlock::Add(std::string_view name, std::string_view value, int64_t limit) {
  bytes_ += static_cast<int64_t>(name.size() + value.size()) + kFieldOverhead;
  const bool crumb = name == kCookie && !cookies_.empty();
  if (!crumb && !name.starts_with(':')) ++count_;
  if (bytes_ > limit || count_ > kMaxFields) too_large_ = true;
  if (too_large_) return;
  if (name == kCookie) {
    if (crumb) cookies_ += "; ";
    cookies_ += value;
    if (crumb) return;
    value = {};
  }
  fields_.push_back({text_.size(), name.size(), text_.size() + name.size(), value.size()});
  text_ += name;
  text_ += value;
}

std::optional<Breach> HeaderBlock::TakeField(const Request::HeaderField& field,
                                             std::string_view& host) {
  if (field.name == "host") {
    host = field.value;
  } else if (field.name == "content-length") {
    int64_t length = 0;
    const char* end = field.value.data() + field.value.size();
    const auto parsed = std::from_chars(field.value.data(), end, length);
    if (parsed.ec != std::errc() || parsed.ptr != end || length < 0)
      return Breach{400, "The Content-Length field is malformed, or there are two."};
    content_length_ = length;
  } else if (field.name == "expect") {
    if (!EqualsIgnoreCase(field.value, "100-continue"))
      return Breach{417, "Only 100-continue can be expected."};
    expects_continue_ = true;
  }
  return std::nullopt;
}

std::optional<Breach> HeaderBlock::Take(const Pseudo& pseudo, std::string_view host,
                                        Request& request) {
  if (!pseudo.authority.empty()) {
    if (!host.empty() && !EqualsIgnoreCase(host, pseudo.authority))
      return Breach{400, "The Host field and :authority name different hosts."};
    host = pseudo.authority;
  }
  if (!IsHost(host)) return Breach{400, "The host is malformed."};
  request.host = host;
  if (pseudo.method == "CONNECT" && pseudo.protocol.empty())
    return Breach{501, "This server does not make tunnels."};
  if (pseudo.scheme != "http" && pseudo.scheme != "https")
    return Breach{400, "The scheme is neither http nor https."};
  if (!(pseudo.path.starts_with('/') || pseudo.path == "*") ||
      !IsTarget(pseudo.path, pseudo.method))
    return Breach{400, "The request target is malformed."};
  std::string_view target = pseudo.path;
  const size_t question = target.find('?');
  request.path = target.substr(0, question);
  request.raw_query =
      question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
  request.upgrade = pseudo.protocol;
  // What asks for another protocol is a GET in HTTP/1.1: handlers see one shape.
  request.method = pseudo.protocol.empty() ? MethodOf(pseudo.method) : Method::kGet;
  request.head = pseudo.method == "HEAD";
  return std::nullopt;
}

std::optional<Breach> HeaderBlock::Fill(Request& request) {
  request.headers.clear();
  if (too_large_) return Breach{431, "The request's header is too large."};
  Pseudo pseudo;
  std::string_view host;
  std::optional<Breach> breach;
  for (const Field& field : fields_) {
    const Request::HeaderField shown{Text(field.name, field.name_size),
                                     Text(field.value, field.value_size)};
    if (shown.name == ":method") {
      pseudo.method = shown.value;
    } else if (shown.name == ":scheme") {
      pseudo.scheme = shown.value;
    } else if (shown.name == ":authority") {
      pseudo.authority = shown.value;
    } else if (shown.name == ":path") {
      pseudo.path = shown.value;
    } else if (shown.name == ":protocol") {
      pseudo.protocol = shown.value;
    } else if (shown.name == kCookie) {
      request.headers.push_back({shown.name, cookies_});
    } else {
      request.headers.push_back(shown);
      if (const auto found = TakeField(shown, host); found.has_value() && !breach.has_value())
        breach = found;
    }
  }
  if (breach.has_value()) return breach;
  return Take(pseudo, host, request);
}

}  // namespace forium::gateway
