// SPDX-License-Identifier: Apache-2.0
// A request and a response as middleware and handlers see them. Both belong to one connection's
// coroutine and are used on its thread only. Views in a Request point into the connection's buffers
// and live until its response is written.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gateway/limits/ip_address.h"
#include "proto/forium/type/v1/principal.pb.h"
#include "services/base/observe/trace.h"

namespace forium::gateway {

// HEAD arrives as kGet with Request::head set; the listener leaves the body out.
enum class Method : uint8_t { kGet, kPost, kPut, kPatch, kDelete, kOptions, kOther };
std::string_view MethodName(Method method);

// Who is calling: immutable, shared by all requests of a session for as long as it is cached.
struct Identity {
  std::string signed_principal;  // for rpc::CallOptions
  type::v1::Principal principal;
  std::string me_json = "null";  // proto3 JSON of auth.v1.Me; "null" for guests

  bool signed_in() const { return principal.user_id() != 0; }
  // 0 anonymous, 1 member, 2 moderator, 3 administrator.
  int level() const { return static_cast<int>(principal.role()); }
};

struct Request {
  struct HeaderField {
    std::string_view name;
    std::string_view value;
  };
  struct Parameter {
    std::string name;
    std::string value;
  };

  Method method = Method::kGet;
  bool head = false;
  std::string_view path;         // as sent, `/t/a%20b/17`; for `/_page/t/…` without the prefix
  std::string_view raw_query;    // as sent, without `?`
  std::vector<Parameter> query;  // decoded, in order; valid UTF-8
  std::vector<Parameter> variables;  // of the route's pattern, decoded
  std::vector<HeaderField> headers;
  std::string body;
  std::string_view host;       // of the Host header, with port
  std::string remote_address;  // of the client, behind trusted proxies too
  IpAddress ip;                // the same, for limits; none: all zero
  std::string request_id;      // sixteen hexadecimal digits

  std::string tenant = "default";
  std::shared_ptr<const Identity> identity;  // set before handlers run
  std::string session_token;                 // of cookie or bearer; empty for guests
  bool bearer = false;                       // the token came by Authorization
  bool void_session = false;                 // the cookie's token is void: the answer clears it
  std::string locale;                        // `en`, `de`; empty: the community's
  bool props_only = false;                   // came as `/_page` + path: answer the props as JSON
  bool secure = false;                       // came over TLS, to us or to a trusted proxy
  // What the client wants to speak from here on: `websocket`, by the Upgrade field of HTTP/1.1 or
  // the :protocol of HTTP/2's extended CONNECT (RFC 8441); empty: HTTP.
  std::string_view upgrade;
  // Tells the client Link values before the answer (103, RFC 8297), from its own thread; empty: it
  // does not take them.
  std::function<void(std::span<const std::string> links)> hint;
  // Pairs of an application/x-www-form-urlencoded body, decoded; only when `is_form`.
  std::vector<Parameter> form;
  bool is_form = false;
  // A form that failed is shown again by the page that posted it: props.form of that page, else
  // "null".
  std::string form_json = "null";

  const struct Route* route = nullptr;  // found by the gateway; gateway/http/router.h
  const struct Site* site = nullptr;    // none: the community; gateway/sites/sites.h
  absl::Time received;
  absl::Time deadline = absl::InfiniteFuture();
  int sql_statements = 0;  // of all calls made for it
  observe::Span span;      // from its arrival to its answer; calls made for it continue it

  // Header field by name without regard to case; empty when absent.
  std::string_view Header(std::string_view name) const;
  // First value of a query parameter or of a variable of the path; nullopt when absent.
  std::optional<std::string_view> Query(std::string_view name) const;
  std::string_view Variable(std::string_view name) const;
  bool WantsHtml() const;  // a browser's navigation: `Accept` names text/html
};

// Bytes of a response: owned, shared with a cache, or static (embedded files).
class Body {
 public:
  Body() = default;
  Body(std::string bytes)
      : owned_(std::move(bytes)) {}  // NOLINT: implicit on purpose, as are the next two
  Body(const char* text) : owned_(text) {}
  Body(std::shared_ptr<const std::string> bytes) : shared_(std::move(bytes)) {}
  static Body Static(std::string_view bytes) {
    Body body;
    body.static_ = bytes;
    return body;
  }
  std::string_view view() const {
    if (shared_ != nullptr) return *shared_;
    return static_.data() != nullptr ? static_ : std::string_view(owned_);
  }
  size_t size() const { return view().size(); }
  bool empty() const { return size() == 0; }

 private:
  std::string owned_;
  std::shared_ptr<const std::string> shared_;
  std::string_view static_;
};

struct CachedPage;  // gateway/cache/page_cache.h
class ByteStream;   // gateway/http/byte_stream.h

struct Response {
  int status = 200;
  // Content-Type, Location, ETag, …. The listener adds Date, Content-Length and Connection;
  // security headers and the request id come from the middleware.
  std::vector<std::pair<std::string, std::string>> headers;
  Body body;
  // Pages: what it shows (`topic:17`, `category:3`, `user:5`, `list`, `site`). A guest's answer to
  // a cacheable route is kept when this is not empty, and dropped by events that carry one of the
  // tags.
  std::vector<std::string> cache_tags;
  // Writes the body as it comes, in place of `body` (server-sent events, proxied answers); the
  // listener frames it. With status 101 it speaks the protocol that `Request::upgrade` names, both
  // ways; on HTTP/2 that is a 200 to the CONNECT. Its end ends the body, or the connection. False:
  // the body is cut short, and the client must be able to tell. Views of the request stay valid.
  std::function<boost::asio::awaitable<bool>(ByteStream&)> stream;
  // Already in its final form, from the cache: status and body are its own, `headers` are sent
  // beside its own.
  std::shared_ptr<const CachedPage> cached;

  static Response Html(std::string body, int status = 200);
  static Response Json(std::string body, int status = 200);
  static Response Text(std::string body, int status = 200);
  static Response Redirect(std::string location, int status = 303);
  static Response Empty(int status = 204);
  // Replaces a header field of that name, or adds one.
  void Set(std::string_view name, std::string value);
  void Add(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
  }
  std::string_view Header(std::string_view name) const;  // empty when absent
};

}  // namespace forium::gateway
