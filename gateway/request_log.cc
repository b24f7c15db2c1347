// SPDX-License-Identifier: Apache-2.0
#include "gateway/request_log.h"

#include <random>

#include "absl/time/clock.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"

namespace forium::gateway {
namespace {

std::array<prometheus::Counter*, 6> CountersOfAnswers() {
  std::array<prometheus::Counter*, 6> counters;
  for (size_t i = 0; i < counters.size(); ++i) {
    counters[i] = &observe::Counter("forium_gateway_answers_total", "Answers, by class of status.",
                                    {{"status", i == 0 ? "other" : std::to_string(i) + "xx"}});
  }
  return counters;
}

void EndSpan(Request& request, const Response& response) {
  observe::Span& span = request.span;
  if (!span.recorded()) return;
  const std::string method(request.head ? "HEAD" : MethodName(request.method));
  const std::string route = request.route != nullptr     ? request.route->pattern
                            : response.cached != nullptr ? "(page cache)"
                                                         : "(no route)";
  span.Rename(method + " " + route);
  span.Set(observe::Attribute::kHttpMethod, method);
  span.Set(observe::Attribute::kHttpRoute, route);
  span.Set(observe::Attribute::kHttpStatus, response.status);
  span.Set(observe::Attribute::kTenant, request.tenant);
  span.Set(observe::Attribute::kRequestId, request.request_id);
  span.Set(observe::Attribute::kSqlStatements, request.sql_statements);
  if (response.status >= 500) span.Fail();
  span.End();
}

}  // namespace

std::string NewRequestId() {
  thread_local std::mt19937_64 random([] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }());
  constexpr char kDigits[] = "0123456789abcdef";
  uint64_t bits = random();
  std::string id(16, '0');
  for (char& c : id) {
    c = kDigits[bits & 15];
    bits >>= 4;
  }
  return id;
}

RequestLog::RequestLog(const Config& config)
    : config_(config),
      requests_(observe::Counter("forium_gateway_requests_total", "Requests.")),
      answers_(CountersOfAnswers()),
      failures_(observe::Counter("forium_gateway_failures_total",
                                 "Requests answered with a status of 500 or more.")),
      refusals_(observe::Counter("forium_gateway_refusals_total",
                                 "Requests answered with a status of 400 to 499.")) {}

void RequestLog::AddRoutes(const Router& router) {
  for (const auto& route : router.routes()) {
    const std::string method(MethodName(route->method));
    latencies_[route.get()] = &observe::Latency(
        "forium_gateway_request_seconds", "Time to answer, by route; hits of the page cache apart.",
        {{"method", method}, {"route", route->pattern}});
    route_failures_[route.get()] = &observe::Counter(
        "forium_gateway_route_failures_total", "Answers with a status of 500 or more, by route.",
        {{"method", method}, {"route", route->pattern}});
  }
}

std::vector<RouteMeter> RequestLog::Meters() const {
  std::vector<RouteMeter> meters;
  for (const auto& [route, latency] : latencies_) {
    meters.push_back({.method = std::string(MethodName(route->method)),
                      .pattern = route->pattern,
                      .latency = latency,
                      .failures = route_failures_.at(route)});
  }
  return meters;
}

void RequestLog::Begin(Request& request, bool peer_is_trusted) {
  request.received = absl::Now();
  request.deadline = request.received + config_.request_timeout;
  requests_.Increment();
  if (config_.access_log) request.request_id = NewRequestId();
  // A trace that began outside goes on only when a proxy of ours hands it on.
  observe::TraceContext outside;
  if (peer_is_trusted) outside = observe::ParseTraceparent(request.Header("traceparent"));
  request.span = observe::Span(observe::SpanKind::kServer, "request", outside);
}

void RequestLog::End(Request& request, const Response& response) {
  const auto status_class = static_cast<size_t>(response.status / 100);
  answers_[status_class < answers_.size() ? status_class : 0]->Increment();
  if (response.status >= 500) failures_.Increment();
  if (response.status >= 400 && response.status < 500) refusals_.Increment();
  if (request.route != nullptr) {
    latencies_.at(request.route)->Observe(absl::ToDoubleSeconds(absl::Now() - request.received));
    if (response.status >= 500) route_failures_.at(request.route)->Increment();
  }
  EndSpan(request, response);
  if (!config_.access_log) return;
  const observe::TraceScope scope(request.span.context(), request.request_id);
  observe::Log(observe::Level::kInfo, "request",
               {{"method", request.head ? "HEAD" : MethodName(request.method)},
                {"path", request.path},
                {"status", response.status},
                {"microseconds", absl::ToInt64Microseconds(absl::Now() - request.received)},
                {"sql_statements", request.sql_statements},
                {"cached", response.cached != nullptr ? 1 : 0},
                {"user_id", request.identity != nullptr ? request.identity->principal.user_id()
                                                        : int64_t{0}}});
}

}  // namespace forium::gateway
