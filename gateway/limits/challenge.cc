// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/challenge.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <charconv>
#include <cstdlib>

#include "gateway/http/ascii.h"
#include "gateway/http/cookie.h"
#include "gateway/http/problem.h"
#include "gateway/limits/notices.h"
#include "services/base/observe/metrics.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

constexpr std::string_view kFolder = "/.well-known/forium/";
constexpr std::string_view kCookie = "forium_pass";
constexpr absl::Duration kTimeToSolve = absl::Minutes(2);
constexpr absl::Duration kPassFor = absl::Hours(1);
constexpr int kRetryAfter = 5;
constexpr size_t kSignatureDigits = 32;
// The seed, a dot and this fit one block of SHA-256.
constexpr size_t kMostDigits = 20;
constexpr size_t kLongestBody = 512;

std::string Hex(const unsigned char* bytes, size_t size) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * size);
  for (size_t i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

std::array<unsigned char, 32> KeyOf(const std::string& secret) {
  std::array<unsigned char, 32> key;
  if (secret.empty()) {
    if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) std::abort();
    return key;
  }
  const std::string text = Concat({"forium challenge key\n", secret});
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), key.data());
  return key;
}

std::string VersionOfFiles() {
  const std::string files = Concat({kNoticeCss, kChallengeJs});
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(files.data()), files.size(), digest);
  return Hex(digest, 4);
}

bool Equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<int64_t> Number(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || number < 0)
    return std::nullopt;
  return number;
}

int ZeroBits(const unsigned char* digest) {
  int bits = 0;
  for (int i = 0; i < SHA256_DIGEST_LENGTH; ++i) {
    if (digest[i] != 0) return bits + __builtin_clz(digest[i]) - 24;
    bits += 8;
  }
  return bits;
}

std::string Filled(std::string_view page, std::string_view name, std::string_view value) {
  std::string filled;
  for (size_t at = page.find(name); at != std::string_view::npos; at = page.find(name)) {
    filled += page.substr(0, at);
    filled += value;
    page.remove_prefix(at + name.size());
  }
  filled += page;
  return filled;
}

// A value of a form whose values need no escapes.
std::string_view FormValue(std::string_view body, std::string_view name) {
  while (!body.empty()) {
    std::string_view pair = TakeUntil(body, '&');
    if (TakeUntil(pair, '=') == name) return pair;
  }
  return {};
}

Response File(std::string_view type, std::string_view bytes) {
  Response response;
  response.Add("Content-Type", std::string(type));
  response.Add("Cache-Control", "public, max-age=86400");  // asked for by version
  response.body = Body::Static(bytes);
  return response;
}

void Count(const char* result) {
  observe::Counter("forium_gateway_challenges_total", "Puzzles for browsers, by what became of it.",
                   {{"result", result}})
      .Increment();
}

bool IsFeed(std::string_view path) { return path.ends_with(".atom"); }

absl::Status Refused() {
  return status::Error(absl::StatusCode::kInvalidArgument, type::v1::INVALID_FIELD,
                       "The puzzle is not solved, or its time is over. Load the page again.");
}

}  // namespace

BrowserChallenge::BrowserChallenge(const LimitsConfig& config, bool secure, Clock clock)
    : mode_(config.challenge == "always"   ? Mode::kAlways
            : config.challenge == "attack" ? Mode::kAttack
                                           : Mode::kOff),
      difficulty_(config.challenge_difficulty),
      secure_(secure),
      clock_(std::move(clock)),
      key_(KeyOf(config.challenge_secret)),
      version_(VersionOfFiles()) {}

std::string BrowserChallenge::Sign(std::string_view purpose, std::string_view text,
                                   uint64_t network) const {
  const std::string whole = Concat({purpose, "\n", text, "\n", std::to_string(network)});
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(whole.data()), whole.size(), digest, &size);
  return Hex(digest, kSignatureDigits / 2);
}

// `1.EXPIRY.DIFFICULTY.NONCE.SEED`: the seed is the signature, so that nobody chooses it.
std::string BrowserChallenge::NewToken(uint64_t network, absl::Time now) const {
  unsigned char nonce[8];
  if (RAND_bytes(nonce, sizeof(nonce)) != 1) std::abort();
  const std::string text =
      Concat({"1.", std::to_string(absl::ToUnixSeconds(now + kTimeToSolve)), ".",
              std::to_string(difficulty_), ".", Hex(nonce, sizeof(nonce))});
  return Concat({text, ".", Sign("puzzle", text, network)});
}

absl::Status BrowserChallenge::Verify(std::string_view token, std::string_view solution,
                                      uint64_t network, absl::Time now) const {
  const size_t last = token.rfind('.');
  if (last == std::string_view::npos || token.size() > 200) return Refused();
  const std::string_view text = token.substr(0, last);
  const std::string_view seed = token.substr(last + 1);
  if (!Equal(seed, Sign("puzzle", text, network))) return Refused();
  // From here on it is a text of ours.
  std::string_view rest = text;
  TakeUntil(rest, '.');
  const auto expiry = Number(TakeUntil(rest, '.'));
  const auto difficulty = Number(TakeUntil(rest, '.'));
  if (!expiry.has_value() || *expiry < absl::ToUnixSeconds(now)) return Refused();
  // Another gateway with the same secret may ask for less, but not for nothing.
  if (!difficulty.has_value() || *difficulty + 4 < difficulty_) return Refused();
  if (solution.size() > kMostDigits || !Number(solution).has_value()) return Refused();
  const std::string solved = Concat({seed, ".", solution});
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(solved.data()), solved.size(), digest);
  return ZeroBits(digest) >= *difficulty ? absl::OkStatus() : Refused();
}

// `EXPIRY.SIGNATURE`
std::string BrowserChallenge::Pass(uint64_t network, absl::Time until) const {
  const std::string expiry = std::to_string(absl::ToUnixSeconds(until));
  return Concat({expiry, ".", Sign("pass", expiry, network)});
}

bool BrowserChallenge::Passes(const Request& request) const {
  std::string_view signature = CookieValue(request, kCookie);
  if (signature.empty() || signature.size() > 100) return false;
  const std::string_view expiry = TakeUntil(signature, '.');
  const auto until = Number(expiry);
  return until.has_value() && *until >= absl::ToUnixSeconds(clock_()) &&
         Equal(signature, Sign("pass", expiry, request.ip.Network()));
}

bool BrowserChallenge::Wanted(const Request& request, bool under_attack) const {
  if (mode_ == Mode::kOff || (mode_ == Mode::kAttack && !under_attack)) return false;
  const bool signed_in = request.identity != nullptr && request.identity->signed_in();
  const bool claims = request.identity == nullptr && !request.session_token.empty();
  if (signed_in || claims || request.method == Method::kOptions) return false;
  if (ClassOf(request.method, request.path) == RouteClass::kStatic || IsFeed(request.path))
    return false;
  return !Passes(request);
}

Response BrowserChallenge::Ask(const Request& request) const {
  Count("issued");
  if (request.props_only || !request.WantsHtml()) {
    status::ErrorDetail detail;
    detail.set_reason(type::v1::UNAVAILABLE);
    detail.set_retry_after(kRetryAfter);
    // Tells our own pages to load the whole page, and programs where the puzzle is.
    (*detail.mutable_metadata())["challenge"] = "/.well-known/forium/challenge";
    return ProblemResponse(
        status::Error(absl::StatusCode::kUnavailable, detail,
                      "The community is very busy and checks browsers at the moment. Load the page "
                      "again, or sign in."),
        request.request_id);
  }
  const std::string_view page = request.locale == "de" ? kChallengeDeHtml : kChallengeEnHtml;
  Response response = Response::Html(Filled(Filled(page, "{{version}}", version_), "{{token}}",
                                            NewToken(request.ip.Network(), clock_())),
                                     503);
  response.Set("Cache-Control", "no-store");
  response.Set("Retry-After", std::to_string(kRetryAfter));
  return response;
}

Response BrowserChallenge::Answer(const Request& request) const {
  const uint64_t network = request.ip.Network();
  const absl::Time now = clock_();
  if (request.method == Method::kGet) {
    Count("issued");
    const std::string token = NewToken(network, now);
    Response response = Response::Json(
        Concat({"{\"token\":\"", token, "\",\"seed\":\"", token.substr(token.rfind('.') + 1),
                "\",\"difficulty\":", std::to_string(difficulty_), "}"}));
    response.Set("Cache-Control", "no-store");
    return response;
  }
  const std::string_view body = request.body;
  const absl::Status solved =
      body.size() > kLongestBody
          ? Refused()
          : Verify(FormValue(body, "token"), FormValue(body, "solution"), network, now);
  if (!solved.ok()) {
    Count("failed");
    return ProblemResponse(solved, request.request_id);
  }
  Count("solved");
  Response response = Response::Empty(204);
  response.Add("Set-Cookie",
               Concat({kCookie, "=", Pass(network, now + kPassFor),
                       "; Path=/; Max-Age=", std::to_string(absl::ToInt64Seconds(kPassFor)),
                       "; HttpOnly; SameSite=Lax", secure_ ? "; Secure" : ""}));
  response.Set("Cache-Control", "no-store");
  return response;
}

std::optional<Response> BrowserChallenge::Serve(const Request& request) const {
  std::string_view name = request.path;
  if (!name.starts_with(kFolder)) return std::nullopt;
  name.remove_prefix(kFolder.size());
  if (name == "challenge.js" && request.method == Method::kGet)
    return File("text/javascript; charset=utf-8", kChallengeJs);
  if (name == "notice.css" && request.method == Method::kGet)
    return File("text/css; charset=utf-8", kNoticeCss);
  if (name != "challenge" || mode_ == Mode::kOff) return std::nullopt;
  if (request.method != Method::kGet && request.method != Method::kPost) return std::nullopt;
  return Answer(request);
}

}  // namespace forium::gateway
