// SPDX-License-Identifier: Apache-2.0
#include "gateway/pages/page_maker.h"

#include <charconv>
#include <utility>

#include "gateway/http/ascii.h"
#include "gateway/http/locale.h"
#include "gateway/http/url.h"
#include "gateway/pages/markup.h"
#include "gateway/ssr/document.h"
#include "gateway/ssr/texts.h"
#include "proto/google/api/httpbody.pb.h"
#include "proto/json/writer.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

std::string WithoutSlash(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string(url);
}

constexpr std::string_view kNoWeb =
    "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>No pages</title></head>"
    "<body><h1>This server was built without its pages</h1><p>The API works. Build the web "
    "application first (<code>./dev build</code>), then the server again.</p></body></html>";

// `"key":` and its value, with a comma in front.
void AppendMember(std::string_view key, std::string_view json, std::string& out) {
  out += ",\"";
  out += key;
  out += "\":";
  out += json;
}

void AppendMemberText(std::string_view key, std::string_view text, std::string& out) {
  out += ",\"";
  out += key;
  out += "\":";
  json::AppendText(text, &out);
}

std::string InLanguage(std::string_view address, std::string_view locale) {
  if (locale.empty()) return std::string(address);
  return Concat(
      {address, address.find('?') == std::string_view::npos ? "?" : "&", "lang=", locale});
}

// The same page with its interface in each language, and in that of whoever asks: what search
// engines want of forums (hreflang; Google's "localized versions of your pages").
std::string AlternatesOf(std::string_view address) {
  const auto link = [&](std::string_view language, std::string_view locale) {
    return Concat({"<link rel=\"alternate\" hreflang=\"", language, "\" href=\"",
                   EscapeMarkup(InLanguage(address, locale)), "\">"});
  };
  std::string links;
  for (const std::string_view locale : kLocales) links += link(locale, locale);
  return links + link("x-default", "");
}

}  // namespace

PageMaker::PageMaker(const Config& config, Services services, std::unique_ptr<Renderer> renderer)
    : public_url_(WithoutSlash(config.public_url)),
      services_(services),
      frame_(services),
      renderer_(std::move(renderer)) {}

std::string_view PageMaker::LocaleOf(const Request& request, const SiteFacts& site) {
  if (!request.locale.empty()) return request.locale;
  const std::string_view known = KnownLocale(site.locale);
  return known.empty() ? "en" : known;
}

// JSON, and where in it lies what rendering gets in another way.
struct PageMaker::Props {
  struct Part {
    size_t begin = 0;
    size_t end = 0;
  };
  std::string json;
  Part categories;  // the member with its comma
  Part data;        // the value

  // For the renderer, which is given the categories apart.
  std::string Rendered(std::string_view shown) const {
    const std::string_view all = json;
    const std::string_view own = all.substr(data.begin, data.end - data.begin);
    return Concat({all.substr(0, categories.begin),
                   all.substr(categories.end, data.begin - categories.end),
                   shown.empty() ? own : shown, all.substr(data.end)});
  }
};

PageMaker::Props PageMaker::PropsOf(const Request& request, const FrameParts& parts,
                                    const Page& page) const {
  const SiteFacts& site = *parts.site;
  Props made;
  std::string& props = made.json;
  props.reserve(page.data.size() + site.json.size() + parts.categories->json.size() + 2048);
  props += "{\"page\":";
  json::AppendText(page.name, &props);
  AppendMemberText("path", IsValidUtf8(request.path) ? request.path : "/", props);
  AppendMemberText("locale", LocaleOf(request, site), props);
  AppendMember("dir", "\"ltr\"", props);
  AppendMember("site", site.json, props);
  AppendMember("me", request.identity->signed_in() ? request.identity->me_json : "null", props);
  made.categories.begin = props.size();
  AppendMember("categories", parts.categories->json, props);
  made.categories.end = props.size();
  AppendMember("unread", parts.unread, props);
  AppendMemberText("title", page.title.empty() ? site.name : Concat({page.title, " · ", site.name}),
                   props);
  AppendMemberText("description", page.description.empty() ? site.description : page.description,
                   props);
  AppendMemberText("canonical",
                   page.canonical.empty()
                       ? std::string()
                       : InLanguage(Concat({public_url_, page.canonical}), AskedLocale(request)),
                   props);
  AppendMemberText("robots", page.index && site.indexed ? "" : "noindex", props);
  AppendMemberText("publicUrl", public_url_, props);
  // A page for many readers belongs to no request.
  const bool shared = !page.cache_tags.empty() && !request.identity->signed_in();
  AppendMemberText("requestId", shared ? "" : request.request_id, props);
  AppendMember("data", page.data, props);
  made.data = {props.size() - page.data.size(), props.size()};
  AppendMember("form", request.form_json, props);
  props += '}';
  return made;
}

PageMaker::Answer PageMaker::Make(Request& request, FrameParts parts, Page page) {
  Response response;
  if (request.props_only) {
    response = Response::Json(PropsOf(request, parts, page).json, page.status);
    response.Set("Vary", "Cookie");
  } else if (renderer_ == nullptr) {
    co_return Response::Html(std::string(kNoWeb), 503);
  } else {
    Texts texts;
    if (page.ready_texts) page.data = texts.Take(page.data);
    const Props props = PropsOf(request, parts, page);
    const std::string rendered = props.Rendered(page.shown);
    const observe::Span render(observe::SpanKind::kInternal, "render page", request.span.context());
    CO_ASSIGN_OR_RETURN(
        const std::string html,
        co_await renderer_->Render(rendered, parts.categories->json, request.deadline));
    const bool found = page.index && parts.site->indexed && !page.canonical.empty();
    if (found && !public_url_.empty() && !request.identity->signed_in()) {
      page.head += AlternatesOf(Concat({public_url_, page.canonical}));
    }
    response = Response::Html(
        DocumentOf({.html = html, .props = props.json, .head = page.head, .foot = page.foot},
                   texts),
        page.status);
  }
  response.cache_tags = std::move(page.cache_tags);
  if (!response.cache_tags.empty()) response.cache_tags.push_back("site");
  co_return response;
}

PageMaker::Answer PageMaker::Make(Request& request, Page page) {
  CO_ASSIGN_OR_RETURN(FrameParts parts, co_await frame_.Load(request));
  co_return co_await Make(request, std::move(parts), std::move(page));
}

Response PageMaker::Redirect(const Request& request, std::string path, int status,
                             std::vector<std::string> tags) {
  Response response;
  if (request.props_only) {
    response = Response::Json(Concat({"{\"redirect\":", Quoted(path), "}"}));
    response.Set("Vary", "Cookie");
  } else {
    response = Response::Redirect(std::move(path), status);
  }
  response.cache_tags = std::move(tags);
  if (response.cache_tags.empty()) response.Set("Cache-Control", "private, no-cache");
  return response;
}

absl::StatusOr<ReadyAnswer> ReadReady(rpc::Reply reply) {
  ASSIGN_OR_RETURN(auto body, Parsed<google::api::HttpBody>(std::move(reply)));
  ReadyAnswer answer;
  answer.json = std::move(*body.mutable_data());
  for (const google::protobuf::Any& extension : body.extensions()) {
    extension.UnpackTo(&answer.facts);
  }
  return answer;
}

std::string Quoted(std::string_view text) {
  std::string json;
  json::AppendText(text, &json);
  return json;
}

int64_t NumberOf(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number > 0 && !text.starts_with('0') ? number : 0;
}

absl::Status RequireMember(const Request& request) {
  if (request.identity->signed_in()) return absl::OkStatus();
  return status::Error(absl::StatusCode::kUnauthenticated, type::v1::SIGN_IN_REQUIRED,
                       "Log in to see this page.");
}

absl::Status RequireLevel(const Request& request, int level) {
  RETURN_IF_ERROR(RequireMember(request));
  if (request.identity->level() >= level) return absl::OkStatus();
  return status::PermissionDenied("This page is for those who look after the community.");
}

std::string QueryText(const Request& request, std::string_view key) {
  return std::string(request.Query(key).value_or(""));
}

}  // namespace forium::gateway
