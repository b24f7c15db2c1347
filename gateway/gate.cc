// SPDX-License-Identifier: Apache-2.0
#include "gateway/gate.h"

#include "gateway/limits/refusals.h"
#include "gateway/limits/route_class.h"

namespace forium::gateway {

namespace asio = boost::asio;

Gate::Gate(const Config& config)
    : config_(config),
      rates_(config, config.limits),
      admission_(config.limits),
      challenge_(config.limits, config.https()) {}

std::optional<Response> Gate::Limits(const Request& request) {
  const bool known = request.identity != nullptr;
  const Taker taker{.network = request.ip.Network(),
                    .tenant = request.tenant,
                    .user_id = known ? request.identity->principal.user_id() : 0,
                    .claims = !known && !request.session_token.empty()};
  const absl::Duration wait =
      rates_.Take(taker, ClassOf(request.method, request.path), request.received);
  if (wait == absl::ZeroDuration()) return std::nullopt;
  return LimitedAnswer(request, wait);
}

std::optional<Response> Gate::AsksForPass(const Request& request, Page page) const {
  if (page == Page::kReady && config_.limits.challenge != "always") return std::nullopt;
  if (!challenge_.Wanted(request, admission_.under_attack())) return std::nullopt;
  return challenge_.Ask(request);
}

namespace {

Priority PriorityOf(const Request& request, RouteClass route_class) {
  const bool signed_in = request.identity != nullptr && request.identity->signed_in();
  const bool claims = request.identity == nullptr && !request.session_token.empty();
  return PriorityOf(route_class, signed_in, claims);
}

}  // namespace

bool Gate::Sheds(const Request& request) {
  return admission_.Sheds(PriorityOf(request, ClassOf(request.method, request.path)));
}

asio::awaitable<Ticket> Gate::Admit(const Request& request) {
  const RouteClass route_class = ClassOf(request.method, request.path);
  const Priority priority = PriorityOf(request, route_class);
  const int latency_class = static_cast<int>(route_class);
  Ticket ticket;
  const Admission::Answer answer = admission_.TryAdmit(priority, latency_class, ticket);
  if (answer == Admission::Answer::kWait) {
    const absl::Time until = request.received + config_.limits.queue_timeout;
    ticket = co_await admission_.Admit(priority, latency_class, until);
  }
  co_return ticket;
}

}  // namespace forium::gateway
