// SPDX-License-Identifier: Apache-2.0
// What gateway/pages gives to the gateway: a handler per page, and the pages for errors. Handlers
// answer HTML, or the props alone when `request.props_only` is set. gateway/routes.cc says which
// path leads to which.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gateway/http/router.h"
#include "proto/forium/events/v1/events.pb.h"

namespace forium::gateway {

// Makes a page of what the process tells of itself, asked only for those who may see it.
using StatusPage = std::function<boost::asio::awaitable<absl::StatusOr<Response>>(
    Request&, std::function<std::string()> status_json)>;

struct PageHooks {
  // One handler for each page of the contract; `request.path` and `request.variables` tell list
  // kinds apart.
  Handler list;  // `/`, `/latest`, `/top`, `/new-topics`, `/unread`, `/c/{slug}`, `/tag/{tag}`
  Handler categories;
  Handler tags;
  Handler topic;    // `/t/{slug}/{id}` and `/t/{slug}/{id}/{number}`
  Handler profile;  // `/u/{username}`
  Handler login;
  Handler signup;
  Handler link;  // `/setup/{token}`, `/invite/{token}`, `/reset/{token}`
  Handler new_topic;
  Handler post;     // `/p/{post_id}`: redirects into the topic
  Handler edit;     // `/p/{post_id}/edit`
  Handler history;  // `/p/{post_id}/history`
  Handler settings;
  Handler admin;
  Handler admin_users;
  Handler admin_categories;
  Handler admin_tags;
  StatusPage admin_edge;
  Handler search;        // `/search`
  Handler admin_search;  // `/admin/search`

  // `/feed.atom` and `/feed.json`: of the site, a category, a tag, an account, a topic.
  Handler feed;
  Handler sitemap;   // `/sitemap.xml`, `/sitemaps/{name}`
  Handler llms;      // `/llms.txt`
  Handler oembed;    // `/oembed`
  Handler preview;   // `/preview/{name}`: images for link previews
  Handler robots;    // `/robots.txt`
  Handler manifest;  // `/manifest.webmanifest`
  Handler asset;    // `/assets/{name...}`, `/favicon.svg`: hashed or embedded files, with their own
                    // caching
  Handler openapi;  // `/api/v1/openapi.json`
  Handler api_docs;  // `/api/docs`
  // A path that no route knows: addresses of another forum's import (301), else NotFound.
  Handler unknown;

  // The error page, HTML or props, with the status's HTTP code. Must not fail.
  std::function<boost::asio::awaitable<Response>(Request&, const absl::Status&)> error;
  // Every event of auth and forum, on a thread of the bus and before the page cache drops what it
  // touches: caches of the site or of categories are emptied here.
  std::function<void(const events::v1::Event&)> on_event;
  // CSP sources of inline scripts that pages carry: `'sha256-…'`.
  std::vector<std::string> script_hashes;
};

}  // namespace forium::gateway
