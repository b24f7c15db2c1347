// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <exception>

#include "absl/time/clock.h"
#include "gateway/api/form.h"
#include "gateway/api/transcoder.h"
#include "gateway/cache/event_tags.h"
#include "gateway/cache/page_cache.h"
#include "gateway/cache/prepare.h"
#include "gateway/cdn/purges.h"
#include "gateway/cdn/shared_caching.h"
#include "gateway/edge.h"
#include "gateway/gate.h"
#include "gateway/http/ascii.h"
#include "gateway/http/compression.h"
#include "gateway/http/conditional.h"
#include "gateway/http/early_hints.h"
#include "gateway/http/listener.h"
#include "gateway/http/locale.h"
#include "gateway/http/problem.h"
#include "gateway/http/security_headers.h"
#include "gateway/http/url.h"
#include "gateway/identity/identities.h"
#include "gateway/identity/origin.h"
#include "gateway/limits/refusals.h"
#include "gateway/realtime/realtime.h"
#include "gateway/request_log.h"
#include "gateway/routes.h"
#include "gateway/sites/sites.h"
#include "gateway/status/status.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kPropsPrefix = "/_page";
constexpr size_t kWorthCompressing = 860;  // what fits one packet anyway
constexpr int kReturnAfterShedding = 3;    // seconds
constexpr int kCachedEffort = 6;           // made once
constexpr std::chrono::milliseconds kDropAgainAfter[] = {std::chrono::milliseconds(500),
                                                         std::chrono::seconds(5)};
constexpr std::chrono::seconds kDropWhileDeaf{10};
constexpr int kFreshEffort = 4;  // made for one reader

}  // namespace

struct Gateway::State {
  const Config& config;
  const PageHooks pages;
  Sites sites;
  Edge edge;
  RequestLog log;
  Identities identities;
  Gate gate;
  PageCache cache;
  const SecurityHeaders security;
  Transcoder transcoder;
  Realtime realtime;
  Router router;
  Listener listener;
  Compressor compressor;
  EarlyHints early_hints;
  std::unique_ptr<Purges> purges;  // when a CDN is to be told
  absl::Status purges_started = absl::OkStatus();
  asio::thread_pool later{1};
  std::atomic<bool> hears_events = true;
  std::unique_ptr<EdgeStatus> status;  // after the routes, whose meters it reads
  std::unique_ptr<events::Subscription> subscription;

  State(const Config& config, Services services, PageHooks hooks, events::Bus& bus);

  Application AsApplication();
  bool Quick(Request& request, Response& response);
  // Who waits for a page that somebody else makes takes no place among those who are worked on.
  bool Joins(const Request& request) const {
    return request.identity != nullptr && request.raw_query.empty() && Cacheable(request) &&
           cache.BeingMade(CacheKey(request));
  }
  // Those that the list of allowed addresses names have none.
  std::optional<Response> Limits(const Request& request, Access access) {
    return access == Access::kAllowed ? std::nullopt : gate.Limits(request);
  }
  bool Stop(Request& request, Response& response, std::optional<Response> answer);
  asio::awaitable<Response> Handle(Request& request);
  asio::awaitable<Response> AnswerOfSite(Request& request);
  asio::awaitable<Response> Identified(Request& request);
  asio::awaitable<Response> Answer(Request& request);
  asio::awaitable<Response> FromCacheOrMake(Request& request, std::string key);
  asio::awaitable<Response> Make(Request& request);
  asio::awaitable<Response> ErrorAnswer(Request& request, absl::Status error);
  asio::awaitable<void> CompressBody(const Request& request, Response& response,
                                     std::span<const Encoding> encodings, int effort);
  // The client has to wait: tells it what the page will need, as far as that is known.
  void Hint(const Request& request) const;
  Response CachedAnswer(const Request& request, std::shared_ptr<const CachedPage> page) const;
  void Finish(Request& request, Response& response);
  std::string CacheKey(const Request& request) const;
  void OnEvent(const events::v1::Event& event);
  void Drop(std::span<const std::string> tags);
  // False: events may be missing, so that nobody would hear what to drop.
  void OnBus(bool connected);
  void DropEverything();
  bool Cacheable(const Request& request) const {
    return config.page_cache && hears_events && request.method == Method::kGet &&
           !request.identity->signed_in() && request.form_json == "null" &&
           // A CDN must not keep the answer that clears somebody's cookie.
           !(config.cdn.cdn && request.void_session);
  }
};

namespace {

Condition ConditionOf(const Request& request) {
  return {request.Header("if-none-match"), request.Header("if-modified-since")};
}

// What is away comes back: clients, proxies and search engines are told to try again.
void AskToReturn(Response& response) {
  const auto tells = [](const auto& field) { return EqualsIgnoreCase(field.first, "retry-after"); };
  if (std::none_of(response.headers.begin(), response.headers.end(), tells)) {
    response.Add("Retry-After", "1");
  }
}

}  // namespace

// ---- The order of the middleware
// ------------------------------------------------------------------

// Up to the page cache, where most requests end, or to the full queue: nothing here waits.
bool Gateway::State::Quick(Request& request, Response& response) {
  const bool by_proxy = edge.Identify(request);
  log.Begin(request, by_proxy);
  const Access access = edge.AccessOf(request);
  if (edge.Answer(request, access, response)) {
    Finish(request, response);
    return true;
  }
  request.site = sites.Find(request.host);
  if (request.site != nullptr) return Stop(request, response, Limits(request, access));
  if (request.path.starts_with(kPropsPrefix) &&
      (request.path.size() == kPropsPrefix.size() || request.path[kPropsPrefix.size()] == '/')) {
    request.props_only = true;
    request.path.remove_prefix(kPropsPrefix.size());
    if (request.path.empty()) request.path = "/";
  }
  request.locale = NegotiateLocale(request.Header("accept-language"));
  identities.ReadToken(request);
  const bool known = identities.FromCache(request);
  if (Stop(request, response, Limits(request, access))) return true;
  if (Stop(request, response, gate.ServesPuzzle(request))) return true;
  if (known) {
    if (Stop(request, response, gate.AsksForPass(request, Gate::Page::kReady))) return true;
    // With a query the route must say which of its keys count.
    if (Cacheable(request) && request.raw_query.empty()) {
      if (auto page = cache.Find(CacheKey(request))) {
        response = CachedAnswer(request, std::move(page));
        Finish(request, response);
        return true;
      }
    }
    if (Stop(request, response, gate.AsksForPass(request, Gate::Page::kToBeMade))) return true;
    if (Joins(request)) return false;
  }
  // Under overload most end here: what they cost, those who are served go without.
  if (!gate.Sheds(request)) return false;
  if (request.request_id.empty()) request.request_id = NewRequestId();
  return Stop(request, response, ShedAnswer(request));
}

// The rest of them: request id, a place among those that are worked on, identity (asked), origin,
// route, cache (made), handler, compression, security headers.
asio::awaitable<Response> Gateway::State::Handle(Request& request) {
  if (request.request_id.empty()) request.request_id = NewRequestId();
  if (request.site != nullptr) co_return co_await AnswerOfSite(request);
  Response response;
  if (Joins(request)) {
    response = co_await Identified(request);
  } else if (const Ticket ticket = co_await gate.Admit(request); ticket.admitted()) {
    response = co_await Identified(request);
  } else {
    response = ShedAnswer(request);
  }
  if (response.status == 503) AskToReturn(response);
  if (response.cached == nullptr) security.Apply(response);
  Finish(request, response);
  co_return response;
}

// What it says is its own affair: neither cookies nor policies of ours are added.
asio::awaitable<Response> Gateway::State::AnswerOfSite(Request& request) {
  Response response = co_await request.site->Answer(request);
  if (response.stream == nullptr && response.status != 206) {
    co_await CompressBody(request, response, kFreshEncodings, kFreshEffort);
  }
  Finish(request, response);
  co_return response;
}

asio::awaitable<Response> Gateway::State::Identified(Request& request) {
  try {
    absl::Status refused = absl::OkStatus();
    if (request.identity == nullptr) {
      refused = co_await identities.Resolve(request);
      // Known only now: a token that was invented passes nothing.
      if (refused.ok()) {
        if (auto puzzle = gate.AsksForPass(request, Gate::Page::kToBeMade)) {
          co_return *std::move(puzzle);
        }
      }
    }
    if (refused.ok()) refused = CheckOrigin(request, config);
    if (refused.ok()) {
      if (const auto chosen = KnownLocale(request.identity->principal.locale()); !chosen.empty()) {
        request.locale = chosen;
      }
      co_return co_await Answer(request);
    }
    if (absl::IsUnavailable(refused) && request.WantsHtml()) {
      request.identity = std::make_shared<Identity>();  // a guest, for all that can be known now
      co_return co_await ErrorAnswer(request, std::move(refused));
    }
    co_return ProblemResponse(refused, request.request_id);
  } catch (const std::exception& error) {
    const observe::TraceScope scope(request.span.context(), request.request_id);
    observe::Log(observe::Level::kError, "request failed by an exception",
                 {{"cause", error.what()}});
    co_return ProblemResponse(status::Internal(error.what()), request.request_id);
  }
}

asio::awaitable<Response> Gateway::State::Answer(Request& request) {
  if (const absl::Status read = ReadForm(request); !read.ok()) {
    co_return ProblemResponse(read, request.request_id);
  }
  Router::Match match = router.Find(request.method, request.path);
  if (request.path == "*") match.allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
  if (match.route == nullptr && !match.allow.empty()) {
    Response response = Response::Empty(204);
    if (request.method != Method::kOptions) {
      const bool known = request.method != Method::kOther;
      response =
          ProblemResponse(absl::InvalidArgumentError("This address does not take that method."),
                          request.request_id, known ? 405 : 501);
    }
    response.Set("Allow", match.allow);
    co_return response;
  }
  request.route = match.route;
  request.variables = std::move(match.variables);
  if (auto query = ParsePairs(request.raw_query); query.has_value()) {
    request.query = *std::move(query);
  } else {
    co_return co_await ErrorAnswer(
        request, status::Error(absl::StatusCode::kInvalidArgument, type::v1::INVALID_FIELD,
                               "The part of the address after the question mark is malformed."));
  }
  if (request.route != nullptr && request.route->options.page) {
    // An address may ask for a language before the browser does.
    if (const auto asked = AskedLocale(request); !asked.empty()) request.locale = asked;
  }
  const bool cacheable =
      request.route != nullptr && request.route->options.cacheable && Cacheable(request);
  if (cacheable) {
    std::string key = CacheKey(request);
    if (auto page = cache.Find(key)) co_return CachedAnswer(request, std::move(page));
    Hint(request);
    co_return co_await FromCacheOrMake(request, std::move(key));
  }
  Hint(request);
  Response response = co_await Make(request);
  co_await CompressBody(request, response, kFreshEncodings, kFreshEffort);
  co_return response;
}

// True: it goes no further than to `answer`.
bool Gateway::State::Stop(Request& request, Response& response, std::optional<Response> answer) {
  if (!answer.has_value()) return false;
  response = *std::move(answer);
  security.Apply(response);
  Finish(request, response);
  return true;
}

// ---- Answers
// --------------------------------------------------------------------------------------

asio::awaitable<Response> Gateway::State::FromCacheOrMake(Request& request, std::string key) {
  const auto make = [&]() -> asio::awaitable<PageCache::Page> {
    Response response = co_await Make(request);
    const bool keep =
        !response.cache_tags.empty() && (response.status == 200 || response.status == 301);
    // By the order that the key was made with: who waits for it takes the same coding.
    co_await CompressBody(request, response, kKeptEncodings, keep ? kCachedEffort : kFreshEffort);
    std::erase_if(response.headers,
                  [](const auto& field) { return EqualsIgnoreCase(field.first, "set-cookie"); });
    if (!keep) response.cache_tags.clear();
    SetSharedCaching(config.cdn, response);
    if (const auto links = early_hints.Find(request);
        links != nullptr && config.cdn.cdn && response.status == 200 && !request.props_only) {
      for (const std::string& link : *links) response.Add("Link", link);
    }
    security.Apply(response);
    co_return Prepare(std::move(response));
  };
  PageCache::Page page = co_await cache.FindOrMake(std::move(key), make);
  if (!page.ok()) co_return ProblemResponse(page.status(), request.request_id);
  co_return CachedAnswer(request, *std::move(page));
}

Response Gateway::State::CachedAnswer(const Request& request,
                                      std::shared_ptr<const CachedPage> page) const {
  Response response;
  response.status = page->status;
  if (page->status == 200 && IsUnchanged(ConditionOf(request), {page->etag, page->last_modified})) {
    response.status = 304;
  }
  response.cached = std::move(page);
  return response;
}

asio::awaitable<Response> Gateway::State::Make(Request& request) {
  const Handler* handler = &pages.unknown;
  if (request.route != nullptr) {
    handler = &request.route->handler;
    if (request.props_only && !request.route->options.page) handler = nullptr;
  }
  if (request.route == nullptr && request.method == Method::kGet && request.path.size() > 1 &&
      request.path.ends_with('/')) {
    const std::string_view bare = request.path.substr(0, request.path.size() - 1);
    if (router.Find(Method::kGet, bare).route != nullptr)
      co_return Response::Redirect(std::string(bare), 301);
  }
  absl::StatusOr<Response> answer = status::NotFound("There is nothing at this address.");
  if (handler != nullptr && *handler != nullptr) answer = co_await (*handler)(request);
  if (!answer.ok()) co_return co_await ErrorAnswer(request, answer.status());
  if (config.early_hints) early_hints.Learn(request, *answer);
  co_return *std::move(answer);
}

asio::awaitable<Response> Gateway::State::ErrorAnswer(Request& request, absl::Status error) {
  const int code = status::HttpStatus(error);
  if (code >= 500) {
    const observe::TraceScope scope(request.span.context(), request.request_id);
    observe::Log(observe::Level::kError, "request failed",
                 {{"route", request.route != nullptr ? request.route->pattern : ""},
                  {"status", code},
                  {"error", std::string(error.message())},
                  {"cause", status::CauseOf(error)}});
  }
  const bool api = request.path.starts_with("/api/") && !request.props_only;
  const bool page = request.props_only || (!api && request.WantsHtml()) ||
                    (request.route != nullptr && request.route->options.page);
  if (page && request.identity != nullptr && pages.error != nullptr)
    co_return co_await pages.error(request, error);
  co_return ProblemResponse(error, request.request_id);
}

void Gateway::State::Hint(const Request& request) const {
  if (!config.early_hints || request.hint == nullptr || request.props_only) return;
  if (const auto links = early_hints.Find(request); links != nullptr && !links->empty()) {
    request.hint(*links);
  }
}

asio::awaitable<void> Gateway::State::CompressBody(const Request& request, Response& response,
                                                   std::span<const Encoding> encodings,
                                                   int effort) {
  if (response.body.size() < kWorthCompressing ||
      !IsCompressible(response.Header("content-type")) ||
      !response.Header("content-encoding").empty() || !response.Header("set-cookie").empty() ||
      response.stream != nullptr) {
    co_return;
  }
  response.Set("Vary", "Accept-Encoding");
  const Encoding encoding = NegotiateEncoding(request.Header("accept-encoding"), encodings);
  if (encoding == Encoding::kIdentity) co_return;
  response.body = co_await compressor.Run(encoding, effort, response.body.view());
  response.Set("Content-Encoding", std::string(EncodingName(encoding)));
}

// What each answer gets however it came about: its id, cookies, its place in the log.
void Gateway::State::Finish(Request& request, Response& response) {
  const bool guest_page = response.cached != nullptr;
  if (!guest_page) {
    if (request.route != nullptr && request.route->options.page &&
        response.Header("cache-control").empty()) {
      response.Add("Cache-Control", "private, no-cache");
    }
    if (request.method == Method::kGet && response.status == 200 &&
        IsUnchanged(ConditionOf(request),
                    {response.Header("etag"), response.Header("last-modified")})) {
      response.status = 304;
      response.body = Body();
    }
  }
  // A file that is the same for all and for ever belongs to no request.
  const bool immutable = response.Header("cache-control").ends_with("immutable");
  if (!request.request_id.empty() && !immutable) {
    response.Add("X-Request-Id", request.request_id);
  }
  if (request.void_session) response.Add("Set-Cookie", identities.cookie().Clear());
  if (config.debug_statements) {
    response.Add("Forium-Sql-Statements", std::to_string(request.sql_statements));
  }
  log.End(request, response);
}

std::string Gateway::State::CacheKey(const Request& request) const {
  const char encoding = static_cast<char>(NegotiateEncoding(request.Header("accept-encoding")));
  const char kind = request.props_only ? 'p' : 'h';
  const char level = static_cast<char>('0' + request.identity->level());
  const char flags[] = {encoding, kind, level, ' '};
  // A page that is asked for in a language names another address as its own.
  const std::string_view asked = AskedLocale(request).empty() ? " " : "! ";
  std::string key = Concat(
      {request.tenant, " ", std::string_view(flags, 4), request.locale, asked, request.path});
  if (request.route == nullptr) return key;
  for (const std::string& name : request.route->options.query) {
    if (const auto value = request.Query(name)) key += Concat({"\n", name, "=", *value});
  }
  return key;
}

void Gateway::State::OnEvent(const events::v1::Event& event) {
  identities.OnEvent(event);
  if (pages.on_event != nullptr) pages.on_event(event);
  const TouchedTags touched = TagsOf(event);
  if (touched.everything) {
    cache.DropAll();
    if (purges != nullptr) purges->PurgeAll();
  } else {
    if (!touched.added_only) {
      Drop(touched.tags);
    } else {
      cache.Age(touched.tags);
      if (purges != nullptr) purges->Purge(touched.tags);
    }
  }
  // Pages show names as the forum's projection has them, which the event may reach later than us.
  if (event.has_user_changed() || event.has_user_erased()) {
    for (const auto delay : kDropAgainAfter) {
      const auto timer = std::make_shared<asio::steady_timer>(later, delay);
      timer->async_wait([this, timer, tags = touched.tags](boost::system::error_code error) {
        if (!error) Drop(tags);
      });
    }
  }
}

void Gateway::State::Drop(std::span<const std::string> tags) {
  cache.Drop(tags);
  if (purges != nullptr) purges->Purge(tags);
}

void Gateway::State::DropEverything() {
  events::v1::Event event;
  event.mutable_everything_changed();
  OnEvent(event);
}

void Gateway::State::OnBus(bool connected) {
  hears_events = connected;
  DropEverything();
  if (connected) return;
  // Identities and frames are kept briefly even then.
  const auto timer = std::make_shared<asio::steady_timer>(later, kDropWhileDeaf);
  timer->async_wait([this, timer](boost::system::error_code error) {
    if (!error && !hears_events) OnBus(false);
  });
}

// ---- Construction
// ---------------------------------------------------------------------------------

Gateway::State::State(const Config& config, Services services, PageHooks hooks, events::Bus& bus)
    : config(config),
      pages(std::move(hooks)),
      sites(config.sites),
      edge(config, sites),
      log(config),
      identities(config, services.auth),
      gate(config),
      cache(config.page_cache_bytes),
      security(config, pages.script_hashes),
      transcoder(
          services, identities, [this](const events::v1::Event& event) { OnEvent(event); },
          [this](Request& request) { return Answer(request); }),
      realtime(config, services, identities, bus),
      listener(config, AsApplication()) {
  AddRoutes(router, pages, transcoder, realtime, status);
  log.AddRoutes(router);
  const EdgeParts parts{.config = config,
                        .admission = gate.admission(),
                        .cache = cache,
                        .sites = sites,
                        .certificates = edge.certificates(),
                        .automatic = [this] { return edge.AutomaticFacts(); },
                        .hears_events = [this] { return hears_events.load(); }};
  status = std::make_unique<EdgeStatus>(parts, log.Meters(), later.get_executor());
  if (!config.cdn.cdn_purge_url.empty()) {
    absl::StatusOr<std::unique_ptr<Purges>> started = Purges::Start(config.cdn);
    purges_started = started.status();
    if (started.ok()) purges = *std::move(started);
  }
  subscription = bus.Subscribe({.name = "gateway",
                                .streams = {"auth", "forum"},
                                .handler =
                                    [this](std::string_view, const events::v1::Event& event) {
                                      OnEvent(event);
                                      realtime.OnEvent(event);
                                      return absl::OkStatus();
                                    },
                                .hears = events::Hears::kFromNow,
                                .connected =
                                    [this](bool connected) {
                                      OnBus(connected);
                                      realtime.OnBus(connected);
                                    }});
}

Application Gateway::State::AsApplication() {
  const auto refuse = [this](int code, std::string_view detail) {
    absl::Status refusal =
        absl::InvalidArgumentError(absl::string_view(detail.data(), detail.size()));
    if (code == 413) {
      refusal = status::Error(absl::StatusCode::kInvalidArgument, type::v1::BODY_TOO_LARGE, detail);
    }
    Response response = ProblemResponse(refusal, NewRequestId(), code);
    security.Apply(response);
    return response;
  };
  return {
      .quick = [this](Request& request, Response& response) { return Quick(request, response); },
      .handle = [this](Request& request) { return Handle(request); },
      .refuse = refuse,
      .body_limit =
          [this](std::string_view host) {
            return sites.Find(host) != nullptr ? config.sites.site_max_body_bytes
                                               : config.max_body_bytes;
          },
      .secure = [this](Socket socket) { return edge.Secure(std::move(socket)); },
      .welcome = [this](std::string_view address) { return edge.Welcomes(address); },
      .announces_client = [this](std::string_view address) { return edge.MustAnnounce(address); },
  };
}

Gateway::Gateway(const Config& config, Services services, PageHooks pages, events::Bus& bus)
    : state_(std::make_unique<State>(config, services, std::move(pages), bus)) {}

Gateway::~Gateway() {
  Drain();
  state_->subscription.reset();
  state_->later.stop();
  state_->later.join();
}

absl::Status Gateway::Start(std::vector<ListeningSocket> given) {
  RETURN_IF_ERROR(Check(state_->config.limits));
  RETURN_IF_ERROR(state_->edge.Start());
  RETURN_IF_ERROR(state_->sites.Open());
  RETURN_IF_ERROR(state_->purges_started);
  RETURN_IF_ERROR(state_->listener.Start(std::move(given)));
  state_->status->Begin();
  return state_->edge.Serve(state_->listener.tls_port());
}

int Gateway::port() const { return state_->listener.port(); }
int Gateway::tls_port() const { return state_->listener.tls_port(); }

std::string Gateway::StatusJson() const { return state_->status->Json(); }

std::vector<ListeningSocket> Gateway::ShareSockets() const {
  return state_->listener.ShareSockets();
}

void Gateway::Drain() {
  state_->edge.Stop();
  state_->gate.Close();
  state_->realtime.Drain(state_->config.drain_timeout / 2);
  state_->listener.Drain(state_->config.drain_timeout);
  // Answers that come now would resume coroutines of threads that are gone; every call has a
  // deadline.
  while (CallsUnderWay() > 0) absl::SleepFor(absl::Milliseconds(1));
}

}  // namespace forium::gateway
