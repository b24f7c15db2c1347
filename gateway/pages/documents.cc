// SPDX-License-Identifier: Apache-2.0
// What is no page: files, robots.txt, the web app's manifest.
#include "gateway/assets/assets.h"
#include "gateway/http/ascii.h"
#include "gateway/pages/guest_documents.h"
#include "gateway/pages/loaders.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

constexpr std::string_view kRobots =
    "User-agent: *\n"
    "Disallow: /admin\n"
    "Disallow: /api/\n"
    "Disallow: /login\n"
    "Disallow: /new\n"
    "Disallow: /p/\n"
    "Disallow: /settings\n"
    "Disallow: /signup\n"
    "Disallow: /_page\n"
    "Disallow: /search\n"
    "Disallow: /reset/\n"
    "Disallow: /invite/\n"
    "Disallow: /setup/\n"
    "Disallow: /unread\n"
    "Disallow: /new-topics\n"
    "Allow: /\n";

constexpr std::string_view kRobotsRefused = "User-agent: *\nDisallow: /\n";

// When the binary was made without the web application.
constexpr std::string_view kPlainIcon =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" "
    "height=\"32\" "
    "rx=\"8\" fill=\"#5b6ee1\"/><path d=\"M8 10h16v10H15l-4 4v-4H8z\" fill=\"#fff\"/></svg>";

}  // namespace

PageMaker::Answer Robots(PageMaker& maker, Request& request) {
  CO_ASSIGN_OR_RETURN(const auto site, co_await maker.frame().LoadSite(request));
  Response response = Response::Text(
      site->indexed ? Concat({kRobots, "\nSitemap: ", BaseOf(maker, request), "/sitemap.xml\n"})
                    : std::string(kRobotsRefused));
  // A community that changes its mind is heard at the next question.
  response.Add("Cache-Control", "no-cache");
  response.Add("ETag", EtagOf(response.body.view()));
  co_return response;
}

PageMaker::Answer Manifest(PageMaker& maker, Request& request) {
  CO_ASSIGN_OR_RETURN(const auto site, co_await maker.frame().LoadSite(request));
  Response response;
  response.Add("Content-Type", "application/manifest+json");
  response.Add("Cache-Control", "public, max-age=300");
  response.body = Concat({"{\"name\":", Quoted(site->name), ",\"short_name\":", Quoted(site->name),
                          ",\"description\":", Quoted(site->description),
                          ",\"id\":\"/\",\"start_url\":\"/\",\"scope\":\"/\",\"display\":"
                          "\"standalone\",\"icons\":[{\"src\":\"/favicon.svg\",\"type\":\"image/"
                          "svg+xml\",\"sizes\":\"any\",\"purpose\":\"any\"}]}"});
  co_return response;
}

PageMaker::Answer File(PageMaker&, Request& request) {
  if (request.props_only) co_return status::NotFound("A file is not a page.");
  if (auto file = AssetResponse(request.path, request)) co_return *std::move(file);
  if (request.path == "/favicon.svg") {
    Response response;
    response.Add("Content-Type", "image/svg+xml");
    response.Add("Cache-Control", "public, max-age=300");
    response.body = Body::Static(kPlainIcon);
    co_return response;
  }
  co_return status::NotFound("There is no such file.");
}

}  // namespace forium::gateway
