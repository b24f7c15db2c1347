// SPDX-License-Identifier: Apache-2.0
#include "gateway/edge.h"

#include <chrono>
#include <optional>

#include "absl/strings/str_cat.h"
#include "gateway/http/ascii.h"
#include "gateway/limits/ip_address.h"
#include "gateway/limits/refusals.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

constexpr int kTlsPort = 443;
// What asks for it over plain HTTP must be answered there (RFC 8555, 8.3).
constexpr std::string_view kWellKnown = "/.well-known/";
constexpr std::string_view kChallengePath = "/.well-known/acme-challenge/";
constexpr std::chrono::seconds kLookEvery{5};

std::string_view WithoutPort(std::string_view host) {
  const size_t colon = host.rfind(':');
  const size_t bracket = host.rfind(']');
  if (colon == std::string_view::npos) return host;
  return bracket != std::string_view::npos && colon < bracket ? host : host.substr(0, colon);
}

}  // namespace

Edge::Edge(const Config& config, const Sites& sites)
    : config_(config), sites_(sites), tls_(config.tls, certificates_), lists_(config.limits) {}

Edge::~Edge() { Stop(); }

absl::Status Edge::Start() {
  RETURN_IF_ERROR(lists_.Reload());
  ASSIGN_OR_RETURN(proxies_, TrustedProxies::Parse(config_.trusted_proxies));
  ASSIGN_OR_RETURN(announcers_, CidrSet::Parse(config_.limits.proxy_protocol));
  if (!config_.tls.https_listen.empty()) RETURN_IF_ERROR(tls_.Start());
  if (config_.acme.acme && config_.tls.https_listen.empty()) {
    return absl::InvalidArgumentError("`acme` gets certificates for HTTPS: set `https_listen`.");
  }
  Look();
  return absl::OkStatus();
}

absl::Status Edge::Serve(int tls_port) {
  tls_port_ = tls_port;
  if (!config_.acme.acme) return absl::OkStatus();
  // Other sites of this process get theirs when somebody asks for them first.
  const auto is_ours = [this](const std::string& host) { return sites_.Find(host) != nullptr; };
  ASSIGN_OR_RETURN(automatic_,
                   AutomaticCertificates::Start(
                       {.config = config_.acme, .public_url = config_.public_url, .allow = is_ours},
                       certificates_));
  proofs_ = automatic_.get();
  return absl::OkStatus();
}

void Edge::Stop() {
  if (automatic_ != nullptr) automatic_->Stop();
  background_.stop();
  background_.join();
}

void Edge::Look() {
  look_.expires_after(kLookEvery);
  look_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    if (const absl::Status read = lists_.ReloadIfChanged(); !read.ok()) {
      observe::Log(observe::Level::kError, "lists of addresses stay as they were",
                   {{"cause", std::string(read.message())}});
    }
    Look();
  });
}

bool Edge::Welcomes(std::string_view address) const {
  const std::optional<IpAddress> ip = ParseIp(address);
  if (!ip.has_value() || lists_.Of(*ip) != Access::kDenied) return true;
  lists_.CountDenied();
  return false;
}

bool Edge::MustAnnounce(std::string_view address) const {
  if (announcers_.empty()) return false;
  const std::optional<IpAddress> ip = ParseIp(address);
  return ip.has_value() && announcers_.Contains(*ip);
}

bool Edge::Identify(Request& request) const {
  request.ip = ParseIp(request.remote_address).value_or(IpAddress());
  if (!proxies_.Trusts(request.ip)) return false;
  if (EqualsIgnoreCase(request.Header("x-forwarded-proto"), "https")) request.secure = true;
  if (const auto client = proxies_.ClientBehind(request.Header("x-forwarded-for"))) {
    request.remote_address = client->address;
    request.ip = client->ip;
  }
  return true;
}

bool Edge::Answer(const Request& request, Access access, Response& response) const {
  if (access == Access::kDenied) {
    lists_.CountDenied();
    response = DeniedAnswer(request);
    return true;
  }
  if (ProvesHost(request, response)) return true;
  if (!RedirectsToTls(request)) return false;
  response = Response::Redirect(TlsAddress(request), 308);
  return true;
}

bool Edge::ProvesHost(const Request& request, Response& response) const {
  const AutomaticCertificates* const proofs = proofs_;
  if (proofs == nullptr || !request.path.starts_with(kChallengePath)) return false;
  const auto answer = proofs->Http01Answer(request.path.substr(kChallengePath.size()));
  if (!answer.has_value()) return false;
  response = Response::Text(*answer);
  return true;
}

std::vector<AutomaticCertificateFacts> Edge::AutomaticFacts() const {
  const AutomaticCertificates* const proofs = proofs_;
  return proofs == nullptr ? std::vector<AutomaticCertificateFacts>() : proofs->Facts();
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
