// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/limited_page.h"

#include <openssl/sha.h>

#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "gateway/http/ascii.h"
#include "gateway/http/locale.h"
#include "gateway/limits/notices.h"

namespace forium::gateway {
namespace {

constexpr int kSecondsAMinute = 60;
// From here on whole minutes say it better.
constexpr int kManySeconds = 100;
constexpr int kMinutesAnHour = 60;

// What a language says besides its file. `when`: a number stands at the `#`.
struct Phrases {
  std::string_view page;
  std::string_view member, guest;
  std::string_view second, seconds, minutes, hour;
  std::string_view again, send_again;
};

const Phrases& PhrasesOf(std::string_view locale) {
  static const Phrases english = {
      .page = kLimitedEnHtml,
      .member = "You",
      .guest = "You, or others at your internet address,",
      .second = "in a second",
      .seconds = "in # seconds",
      .minutes = "in # minutes",
      .hour = "in an hour",
      .again = "<a href=\"\">Try again</a>",
      .send_again = "What you sent was not taken. Go back in your browser then, and send it again.",
  };
  static const Phrases german = {
      .page = kLimitedDeHtml,
      .member = "Von dir",
      .guest = "Von dir oder von anderen an deiner Internetadresse",
      .second = "In einer Sekunde",
      .seconds = "In # Sekunden",
      .minutes = "In # Minuten",
      .hour = "In einer Stunde",
      .again = "<a href=\"\">Noch einmal versuchen</a>",
      .send_again =
          "Was du abgeschickt hast, ist nicht angekommen. Geh dann im Browser zurück und "
          "schick es noch einmal ab.",
  };
  return locale == "de" ? german : english;
}

std::string When(const Phrases& phrases, int seconds) {
  if (seconds <= 1) return std::string(phrases.second);
  std::string text(phrases.seconds);
  int number = seconds;
  if (seconds >= kManySeconds) {
    number = (seconds + kSecondsAMinute - 1) / kSecondsAMinute;
    if (number >= kMinutesAnHour) return std::string(phrases.hour);
    text = phrases.minutes;
  }
  return text.replace(text.find('#'), 1, std::to_string(number));
}

// Nothing is loaded and nothing runs; the style is allowed by its hash (CSP 3, 2.3.1).
const std::string& Policy() {
  static const std::string policy = [] {
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<const unsigned char*>(kNoticeCss.data()), kNoticeCss.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return Concat({"default-src 'none'; style-src 'sha256-", absl::Base64Escape(digest),
                   "'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"});
  }();
  return policy;
}

std::string Text(std::string_view text) { return std::string(text); }

}  // namespace

bool ShowsPage(const Request& request) {
  if (request.props_only) return false;
  const std::string_view accept = request.Header("accept");
  const size_t html = accept.find("text/html");
  if (html == std::string_view::npos || accept.find("json") < html) return false;
  // Forms go to the API too, for browsers without JavaScript.
  return request.method != Method::kGet || !request.path.starts_with("/api/");
}

Response LimitedPage(const Request& request, int seconds) {
  // Other sites are refused before anybody asked for a language.
  const std::string_view locale =
      request.locale.empty() ? NegotiateLocale(request.Header("accept-language")) : request.locale;
  const Phrases& phrases = PhrasesOf(locale);
  const bool member = request.identity != nullptr && request.identity->signed_in();
  Response response = Response::Html(
      absl::StrReplaceAll(
          Text(phrases.page),
          {{"{{style}}", Text(kNoticeCss)},
           {"{{who}}", Text(member ? phrases.member : phrases.guest)},
           {"{{when}}", When(phrases, seconds)},
           {"{{next}}",
            Text(request.method == Method::kGet ? phrases.again : phrases.send_again)}}),
      429);
  response.Add("Content-Security-Policy", Policy());
  response.Add("Cache-Control", "no-store");
  response.Add("Retry-After", std::to_string(seconds));
  return response;
}

}  // namespace forium::gateway
