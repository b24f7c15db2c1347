// SPDX-License-Identifier: Apache-2.0
#include "gateway/routes.h"

namespace forium::gateway {

void AddRoutes(Router& router, const PageHooks& pages, const Transcoder& api, Realtime& realtime,
               const std::unique_ptr<EdgeStatus>& status) {
  // The JSON API: every RPC with an HTTP annotation in proto/forium/*/v1.
  api.AddRoutes(router);

  const auto get = [&router](std::string_view pattern, const Handler& handler,
                             RouteOptions options) {
    if (handler != nullptr) router.Get(pattern, handler, std::move(options));
  };
  // Pages for everybody: guests' answers are cached, keyed by the query keys that are named here.
  const auto cached = [&get](std::string_view pattern, const Handler& handler,
                             std::vector<std::string> query = {}) {
    get(pattern, handler, {.page = true, .cacheable = true, .query = std::move(query)});
  };
  cached("/", pages.list, {"page_token"});
  cached("/latest", pages.list, {"page_token"});
  cached("/top", pages.list, {"period", "page_token"});
  cached("/c/{slug}", pages.list, {"order", "page_token"});
  cached("/tag/{tag}", pages.list, {"page_token"});
  cached("/categories", pages.categories);
  cached("/tags", pages.tags, {"page_token"});
  cached("/t/{slug}/{id}", pages.topic, {"from", "before"});
  cached("/t/{slug}/{id}/{number}", pages.topic, {"from", "before"});
  cached("/u/{username}", pages.profile, {"tab", "page_token"});
  for (const std::string name : {"/feed.atom", "/feed.json"}) {
    for (const std::string of :
         {"", "/c/{slug}", "/tag/{tag}", "/u/{username}", "/t/{slug}/{id}"}) {
      cached(of + name, pages.feed, {"page_token"});
    }
  }

  // Pages that depend on who is looking, or that hold a secret in their address.
  const auto personal = [&get](std::string_view pattern, const Handler& handler) {
    get(pattern, handler, {.page = true});
  };
  personal("/new-topics", pages.list);
  personal("/unread", pages.list);
  personal("/login", pages.login);
  personal("/signup", pages.signup);
  personal("/setup/{token}", pages.link);
  personal("/invite/{token}", pages.link);
  personal("/reset/{token}", pages.link);
  personal("/new", pages.new_topic);
  personal("/p/{post_id}", pages.post);
  personal("/p/{post_id}/edit", pages.edit);
  personal("/p/{post_id}/history", pages.history);
  personal("/settings", pages.settings);
  personal("/search", pages.search);
  personal("/admin", pages.admin);
  personal("/admin/users", pages.admin_users);
  personal("/admin/categories", pages.admin_categories);
  personal("/admin/tags", pages.admin_tags);
  personal("/admin/search", pages.admin_search);
  if (pages.admin_edge != nullptr) {
    personal("/admin/edge", [page = pages.admin_edge, &status](Request& request) {
      return page(request, [&status] { return status->Json(); });
    });
  }

  // How this process is.
  router.Get("/api/v1/edge", [&status](Request& request) { return status->Answer(request); });

  // Live updates: WebSocket, and server-sent events where it is blocked.
  router.Get("/realtime", realtime.socket());
  router.Get("/events", realtime.events());

  // What machines read.
  get("/sitemap.xml", pages.sitemap, {.cacheable = true});
  get("/sitemaps/{name}", pages.sitemap, {.cacheable = true});
  get("/llms.txt", pages.llms, {.cacheable = true});
  get("/oembed", pages.oembed, {});
  get("/preview/{name}", pages.preview, {});

  // Files and documents.
  get("/robots.txt", pages.robots, {});
  get("/manifest.webmanifest", pages.manifest, {});
  get("/favicon.svg", pages.asset, {});
  get("/assets/{name...}", pages.asset, {});
  get("/api/docs", pages.api_docs, {});
  get("/api/v1/openapi.json", pages.openapi, {});
}

}  // namespace forium::gateway
