// SPDX-License-Identifier: Apache-2.0
#include "gateway/identity/identities.h"

#include <openssl/sha.h>

#include <algorithm>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "absl/time/clock.h"
#include "gateway/http/ascii.h"
#include "gateway/services.h"
#include "google/protobuf/util/json_util.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "services/base/observe/metrics.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

constexpr size_t kMostIdentities = 20'000;
constexpr size_t kLongestToken = 512;
constexpr std::string_view kResolve = "forium.auth.v1.AuthService.ResolveSession";

// Tokens are kept as their hash, so that a core dump of the gateway signs nobody in.
std::string HashOf(std::string_view token) {
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(),
         reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

using IdentityPointer = std::shared_ptr<const Identity>;

struct Known {
  std::string key;
  IdentityPointer identity;
  absl::Time until;
};

absl::StatusOr<IdentityPointer> Parse(const auth::v1::ResolveSessionResponse& resolved) {
  auto identity = std::make_shared<Identity>();
  identity->signed_principal = resolved.signed_principal();
  type::v1::SignedPrincipal envelope;
  if (!envelope.ParseFromString(resolved.signed_principal()) ||
      !identity->principal.ParseFromString(envelope.principal())) {
    return status::Internal("auth answered a principal that does not parse");
  }
  if (identity->signed_in()) {
    google::protobuf::util::JsonPrintOptions print;
    print.always_print_primitive_fields = true;
    identity->me_json.clear();
    if (!google::protobuf::util::MessageToJsonString(resolved.me(), &identity->me_json, print)
             .ok()) {
      return status::Internal("auth answered an account that is no JSON");
    }
  }
  return identity;
}

}  // namespace

struct Identities::State {
  const Config& config;
  rpc::Channel& auth;
  const SessionCookie cookie;

  std::mutex mutex;
  std::list<Known> recent;  // used last first; guests under `guest:TENANT`
  std::unordered_map<std::string_view, std::list<Known>::iterator> by_key;
  // Moves with every event that voids identities: answers of auth that were asked for before it are
  // not kept.
  uint64_t epoch = 0;

  prometheus::Counter& asked =
      observe::Counter("forium_gateway_identities_resolved_total", "Questions to auth.");
  prometheus::Gauge& held = observe::Gauge("forium_gateway_identities", "Identities kept.");

  State(const Config& config, rpc::Channel& auth)
      : config(config), auth(auth), cookie(config.https()) {}

  static std::string KeyOf(const Request& request) {
    return request.session_token.empty() ? "guest:" + request.tenant
                                         : request.tenant + HashOf(request.session_token);
  }

  IdentityPointer Find(const std::string& key, absl::Time now) {
    const std::lock_guard lock(mutex);
    const auto found = by_key.find(key);
    if (found == by_key.end()) return nullptr;
    if (found->second->until <= now) {
      Remove(found->second);
      return nullptr;
    }
    if (found->second != recent.begin()) recent.splice(recent.begin(), recent, found->second);
    return found->second->identity;
  }

  // The lock is held.
  void Remove(std::list<Known>::iterator known) {
    by_key.erase(known->key);
    recent.erase(known);
  }

  void Keep(std::string key, IdentityPointer identity, uint64_t asked_in) {
    // Until its principal would run out under a request that takes as long as it may.
    const absl::Time until =
        std::min(absl::Now() + std::min(config.identity_ttl, absl::Seconds(60)),
                 absl::FromUnixMicros(identity->principal.expires_at()) - config.request_timeout);
    const std::lock_guard lock(mutex);
    if (asked_in != epoch) return;
    if (const auto old = by_key.find(key); old != by_key.end()) Remove(old->second);
    while (recent.size() >= kMostIdentities) Remove(std::prev(recent.end()));
    recent.push_front(Known{std::move(key), std::move(identity), until});
    by_key.emplace(recent.front().key, recent.begin());
    held.Set(static_cast<double>(recent.size()));
  }

  template <typename Matches>
  void DropIf(Matches matches) {
    const std::lock_guard lock(mutex);
    ++epoch;
    for (auto known = recent.begin(); known != recent.end();) {
      const auto next = std::next(known);
      if (matches(*known)) Remove(known);
      known = next;
    }
    held.Set(static_cast<double>(recent.size()));
  }
};

Identities::Identities(const Config& config, rpc::Channel& auth)
    : state_(std::make_unique<State>(config, auth)) {}
Identities::~Identities() = default;

const SessionCookie& Identities::cookie() const { return state_->cookie; }

void Identities::ReadToken(Request& request) const {
  request.session_token.clear();
  request.bearer = false;
  std::string_view authorization = request.Header("authorization");
  if (!authorization.empty()) {
    if (EqualsIgnoreCase(TakeUntil(authorization, ' '), "bearer")) {
      request.bearer = true;
      request.session_token = std::string(Trim(authorization).substr(0, kLongestToken));
      return;
    }
  }
  const std::string_view token = CookieValue(request, state_->cookie.name());
  if (token.size() > kLongestToken) {
    request.void_session = true;
  } else {
    request.session_token = std::string(token);
  }
}

bool Identities::FromCache(Request& request) {
  if (request.bearer && request.session_token.empty()) return false;
  request.identity = state_->Find(State::KeyOf(request), request.received);
  return request.identity != nullptr;
}

boost::asio::awaitable<absl::Status> Identities::Resolve(Request& request) {
  if (FromCache(request)) co_return absl::OkStatus();
  uint64_t epoch;
  {
    const std::lock_guard lock(state_->mutex);
    epoch = state_->epoch;
  }
  state_->asked.Increment();
  auth::v1::ResolveSessionRequest ask;
  ask.set_token(request.session_token);
  ask.set_host(std::string(request.host));
  CO_ASSIGN_OR_RETURN(const auto resolved, co_await Fetch<auth::v1::ResolveSessionResponse>(
                                               state_->auth, kResolve, ask, request));
  CO_ASSIGN_OR_RETURN(IdentityPointer identity, Parse(resolved));
  if (!resolved.found() && request.bearer) {
    co_return status::Error(absl::StatusCode::kUnauthenticated, type::v1::SIGN_IN_REQUIRED,
                            "The token is unknown or has ended. Sign in again.");
  }
  if (!resolved.found() && !request.session_token.empty()) {
    request.void_session = true;
    request.session_token.clear();
  }
  state_->Keep(State::KeyOf(request), identity, epoch);
  request.identity = std::move(identity);
  co_return absl::OkStatus();
}

void Identities::Forget(std::string_view token) {
  if (token.empty()) return;
  const std::string hash = HashOf(token);
  state_->DropIf([&hash](const Known& known) { return known.key.ends_with(hash); });
}

void Identities::OnEvent(const events::v1::Event& event) {
  int64_t user_id = 0;
  if (event.has_user_changed()) user_id = event.user_changed().user_id();
  if (event.has_user_erased()) user_id = event.user_erased().user_id();
  if (event.has_sessions_ended()) {
    const auto& ended = event.sessions_ended();
    if (!ended.session_ids().empty()) {
      state_->DropIf([&ended](const Known& known) {
        return std::find(ended.session_ids().begin(), ended.session_ids().end(),
                         known.identity->principal.session_id()) != ended.session_ids().end();
      });
      return;
    }
    user_id = ended.user_id();
  }
  if (event.has_everything_changed()) {
    state_->DropIf([](const Known&) { return true; });
  } else if (user_id != 0) {
    state_->DropIf(
        [user_id](const Known& known) { return known.identity->principal.user_id() == user_id; });
  }
}

}  // namespace forium::gateway
