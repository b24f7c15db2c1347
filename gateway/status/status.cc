// SPDX-License-Identifier: Apache-2.0
#include "gateway/status/status.h"

#include <boost/json.hpp>
#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/time/clock.h"
#include "gateway/status/certificates.h"
#include "gateway/status/meter_values.h"
#include "services/base/observe/families.h"
#include "services/base/observe/metrics.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {
namespace json = boost::json;
namespace asio = boost::asio;

constexpr int kAdministrator = 3;
constexpr int kRecent = 10;  // seconds of "now"
constexpr size_t kTopRoutes = 12;

constexpr char kRequests[] = "forium_gateway_requests_total";
constexpr char kAnswers[] = "forium_gateway_answers_total";
constexpr char kHits[] = "forium_gateway_page_cache_hits_total";
constexpr char kStaleHits[] = "forium_gateway_page_cache_stale_hits_total";
constexpr char kShared[] = "forium_gateway_page_cache_shared_total";
constexpr char kMisses[] = "forium_gateway_page_cache_misses_total";
constexpr char kLimited[] = "forium_gateway_requests_limited_total";
constexpr char kShed[] = "forium_gateway_requests_shed_total";
constexpr char kEvents[] = "forium_gateway_realtime_events_total";
constexpr char kChallenges[] = "forium_gateway_challenges_total";
constexpr const char* kStatusClasses[] = {"2xx", "3xx", "4xx", "5xx"};

std::string Labelled(const std::string& name, std::string_view value) {
  return name + " " + std::string(value);
}

// What the last minute is known of. Each is made by who counts it, and only found here by its name.
std::vector<Pulse::NamedCounter> Counters() {
  std::vector<Pulse::NamedCounter> counters;
  const auto add = [&counters](const char* name) {
    counters.emplace_back(name, &observe::Counter(name, ""));
  };
  const auto add_labelled = [&counters](const char* name, const char* label,
                                        std::string_view value) {
    counters.emplace_back(Labelled(name, value),
                          &observe::Counter(name, "", {{label, std::string(value)}}));
  };
  for (const char* name : {kRequests, kHits, kStaleHits, kShared, kMisses, kEvents}) add(name);
  for (const char* status : kStatusClasses) add_labelled(kAnswers, "status", status);
  for (int i = 0; i < kRouteClasses; ++i) {
    add_labelled(kLimited, "class", RouteClassName(static_cast<RouteClass>(i)));
  }
  for (int i = 0; i < kPriorities; ++i) {
    add_labelled(kShed, "priority", PriorityName(static_cast<Priority>(i)));
  }
  return counters;
}

int64_t Whole(double value) { return std::llround(value); }
double Rounded(double value, double steps = 100) { return std::round(value * steps) / steps; }

json::object Plain(const std::map<std::string, double>& values) {
  json::object object;
  for (const auto& [name, value] : values) object[name] = Whole(value);
  return object;
}

// By label: since the start, and in the last minute.
json::array Classes(const MeterValues& now, const Pulse& pulse, const char* name,
                    const char* label) {
  json::array classes;
  for (const auto& [value, total] : now.By(name, label)) {
    classes.push_back(json::object{{"name", value},
                                   {"total", Whole(total)},
                                   {"lastMinute", Whole(pulse.LastMinute(Labelled(name, value)))}});
  }
  return classes;
}

json::object Connections(const MeterValues& now, const Config& config) {
  const auto protocols = now.By("forium_gateway_protocol_connections", "protocol");
  const auto of = [&protocols](const char* name) {
    const auto found = protocols.find(name);
    return found == protocols.end() ? 0 : Whole(found->second);
  };
  return {{"open", Whole(now.Value("forium_gateway_connections"))},
          {"http1", of("http1")},
          {"http2", of("http2")},
          {"tls", Whole(now.Value("forium_gateway_tls_connections"))},
          {"limit", config.max_connections},
          {"refused", Whole(now.Value("forium_gateway_connections_refused_total"))},
          {"denied", Whole(now.Value("forium_gateway_connections_denied_total"))},
          {"handshakes", Plain(now.By("forium_gateway_tls_handshakes_total", "result"))}};
}

json::object Requests(const MeterValues& now, const Pulse& pulse) {
  json::object classes;
  for (const char* status : kStatusClasses) {
    classes[status] =
        json::object{{"total", Whole(now.Value(kAnswers, "status", status))},
                     {"perSecond", Rounded(pulse.PerSecond(Labelled(kAnswers, status), kRecent))},
                     {"lastMinute", Whole(pulse.LastMinute(Labelled(kAnswers, status)))}};
  }
  const auto history = [&pulse](const std::string& name) {
    json::array values;
    for (const double value : pulse.History(name)) values.push_back(Whole(value));
    return values;
  };
  return {{"total", Whole(now.Value(kRequests))},
          {"perSecond", Rounded(pulse.PerSecond(kRequests, kRecent))},
          {"lastMinute", Whole(pulse.LastMinute(kRequests))},
          {"byStatus", std::move(classes)},
          {"history", history(kRequests)},
          {"failureHistory", history(Labelled(kAnswers, "5xx"))}};
}

json::array Routes(const Pulse& pulse) {
  json::array routes;
  for (const RouteMinute& route : pulse.TopRoutes(kTopRoutes)) {
    routes.push_back(json::object{{"method", route.method},
                                  {"pattern", route.pattern},
                                  {"requests", route.requests},
                                  {"meanMilliseconds", Rounded(route.mean_seconds * 1000)},
                                  {"p95Milliseconds", Rounded(route.p95_seconds * 1000)},
                                  {"failures", route.failures}});
  }
  return routes;
}

json::object Cache(const MeterValues& now, const Pulse& pulse, const EdgeParts& parts) {
  const double hits = pulse.LastMinute(kHits) + pulse.LastMinute(kShared);
  const double asked = hits + pulse.LastMinute(kMisses);
  return {{"enabled", parts.config.page_cache},
          {"pages", parts.cache.pages()},
          {"bytes", parts.cache.bytes()},
          {"maxBytes", parts.config.page_cache_bytes},
          {"hits", Whole(now.Value(kHits))},
          {"staleHits", Whole(now.Value(kStaleHits))},
          {"shared", Whole(now.Value(kShared))},
          {"misses", Whole(now.Value(kMisses))},
          {"evictions", Whole(now.Value("forium_gateway_page_cache_evictions_total"))},
          {"lastMinute",
           {{"hits", Whole(pulse.LastMinute(kHits))},
            {"staleHits", Whole(pulse.LastMinute(kStaleHits))},
            {"shared", Whole(pulse.LastMinute(kShared))},
            {"misses", Whole(pulse.LastMinute(kMisses))},
            {"hitRatio",
             asked == 0 ? json::value(nullptr) : json::value(Rounded(hits / asked, 1000))}}}};
}

json::object Queue(const MeterValues& now, const Pulse& pulse, const EdgeParts& parts) {
  return {{"limit", parts.admission.limit()},
          {"limited", parts.config.limits.max_concurrency != 0},
          {"inFlight", parts.admission.in_flight()},
          {"waiting", parts.admission.waiting()},
          {"load", Rounded(parts.admission.load())},
          {"underAttack", parts.admission.under_attack()},
          {"shed", Classes(now, pulse, kShed, "priority")}};
}

json::array SitesJson(const Sites& sites) {
  json::array list;
  for (const SiteFacts& site : sites.Facts()) {
    json::array upstreams;
    for (const UpstreamFacts& upstream : site.upstreams) {
      upstreams.push_back(json::object{{"url", upstream.url}, {"well", upstream.well}});
    }
    list.push_back(json::object{{"host", site.host},
                                {"kind", site.upstreams.empty() ? "files" : "services"},
                                {"upstreams", std::move(upstreams)}});
  }
  return list;
}

json::object Live(const MeterValues& now, const Pulse& pulse) {
  const auto of = [&now](const char* what) {
    return Whole(now.Value(std::string("forium_gateway_realtime_") + what));
  };
  return {{"connections", of("connections")},
          {"subscriptions", of("subscriptions")},
          {"present", of("present")},
          {"events", of("events_total")},
          {"eventsPerSecond", Rounded(pulse.PerSecond(kEvents, kRecent))},
          {"bytes", of("bytes_total")},
          {"droppedSlow", of("slow_total")},
          {"resumes", of("resumes_total")},
          {"resets", of("resets_total")},
          {"refused", of("refused_total")}};
}

}  // namespace

EdgeStatus::EdgeStatus(EdgeParts parts, std::vector<RouteMeter> routes,
                       asio::any_io_executor executor)
    : parts_(std::move(parts)),
      pulse_(Counters(), std::move(routes), absl::Now()),
      timer_(std::move(executor)) {}

void EdgeStatus::Begin() { Look(); }

void EdgeStatus::Look() {
  timer_.expires_after(std::chrono::seconds(1));
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    pulse_.Sample(absl::Now());
    Look();
  });
}

std::string EdgeStatus::Json() const {
  const absl::Time time = absl::Now();
  const MeterValues now(observe::Families());
  const absl::Time started =
      absl::UnixEpoch() + absl::Seconds(now.Value("process_start_time_seconds"));
  const json::object status{
      {"version", now.Label("forium_build_info", "version")},
      {"program", now.Label("forium_build_info", "program")},
      {"time", TimeJson(time)},
      {"startedAt", TimeJson(started)},
      {"uptimeSeconds", absl::ToInt64Seconds(time - started)},
      {"memoryBytes", Whole(now.Value("process_resident_memory_bytes"))},
      {"openFiles", Whole(now.Value("process_open_fds"))},
      {"maxOpenFiles", Whole(now.Value("process_max_fds"))},
      {"cpuSeconds", Rounded(now.Value("process_cpu_seconds_total"))},
      {"eventBusConnected", parts_.hears_events()},
      {"connections", Connections(now, parts_.config)},
      {"requests", Requests(now, pulse_)},
      {"routes", Routes(pulse_)},
      {"cache", Cache(now, pulse_, parts_)},
      {"queue", Queue(now, pulse_, parts_)},
      {"limits",
       {{"classes", Classes(now, pulse_, kLimited, "class")},
        {"challenges", Plain(now.By(kChallenges, "result"))},
        {"abuse", Plain(now.By("forium_gateway_http2_abuse_total", "kind"))}}},
      {"certificates", CertificatesJson(parts_.certificates.List(), parts_.automatic(), time)},
      {"sites", SitesJson(parts_.sites)},
      {"realtime", Live(now, pulse_)}};
  return json::serialize(status);
}

asio::awaitable<absl::StatusOr<Response>> EdgeStatus::Answer(const Request& request) const {
  if (!request.identity->signed_in()) {
    co_return status::Error(absl::StatusCode::kUnauthenticated, type::v1::SIGN_IN_REQUIRED,
                            "Log in as an administrator to see how the edge is.");
  }
  if (request.identity->level() < kAdministrator) {
    co_return status::PermissionDenied("Only administrators see how the edge is.");
  }
  Response response = Response::Json(Json());
  response.Set("Cache-Control", "no-store");
  co_return response;
}

}  // namespace forium::gateway
