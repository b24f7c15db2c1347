// SPDX-License-Identifier: Apache-2.0
#include "gateway/edge.h"

#include "absl/strings/str_cat.h"
#include "gateway/http/ascii.h"
#include "gateway/limits/rate_limits.h"

namespace forium::gateway {
namespace {

constexpr int kTlsPort = 443;
// What asks for it over plain HTTP must be answered there (RFC 8555, 8.3).
constexpr std::string_view kWellKnown = "/.well-known/";

std::string_view WithoutPort(std::string_view host) {
  const size_t colon = host.rfind(':');
  const size_t bracket = host.rfind(']');
  if (colon == std::string_view::npos) return host;
  return bracket != std::string_view::npos && colon < bracket ? host : host.substr(0, colon);
}

}  // namespace

Edge::Edge(const Config& config) : config_(config), tls_(config.tls, certificates_) {}

Edge::~Edge() = default;

absl::Status Edge::Start() {
  if (config_.tls.https_listen.empty()) return absl::OkStatus();
  return tls_.Start();
}

void Edge::Identify(Request& request) const {
  if (!IsTrustedPeer(request.remote_address, config_)) return;
  if (EqualsIgnoreCase(request.Header("x-forwarded-proto"), "https")) request.secure = true;
  request.remote_address = std::string(
      ClientAddress(request.remote_address, request.Header("x-forwarded-for"), config_));
}

bool Edge::Answer(const Request& request, Response& response) const {
  if (!RedirectsToTls(request)) return false;
  response = Response::Redirect(TlsAddress(request), 308);
  return true;
}

bool Edge::RedirectsToTls(const Request& request) const {
  return !request.secure && tls_port_ != 0 && config_.tls.https_redirect && !request.host.empty() &&
         !request.path.starts_with(kWellKnown);
}

std::string Edge::TlsAddress(const Request& request) const {
  const std::string_view host = WithoutPort(request.host);
  std::string address("https://");
  address += host;
  // Behind a port of its own the outside address says which it is.
  if (!config_.https() && tls_port_ != kTlsPort) absl::StrAppend(&address, ":", tls_port_.load());
  if (config_.https()) {
    std::string_view outside = config_.public_url;
    outside.remove_prefix(std::string_view("https://").size());
    outside = outside.substr(0, outside.find('/'));
    address += outside.substr(WithoutPort(outside).size());
  }
  address += request.path;
  if (!request.raw_query.empty()) {
    address += '?';
    address += request.raw_query;
  }
  return address;
}

}  // namespace forium::gateway
