// SPDX-License-Identifier: Apache-2.0
// The loaders: each makes the answer of a page, or of a document, from calls. A file per noun.
#pragma once

#include <functional>
#include <string>

#include "gateway/pages/page_maker.h"

namespace forium::gateway {

// list.cc
PageMaker::Answer ListPage(PageMaker& maker, Request& request);
PageMaker::Answer CategoriesPage(PageMaker& maker, Request& request);
PageMaker::Answer TagsPage(PageMaker& maker, Request& request);
// topic.cc
PageMaker::Answer TopicPage(PageMaker& maker, Request& request);
PageMaker::Answer NewTopicPage(PageMaker& maker, Request& request);
// posts.cc
PageMaker::Answer PostRedirect(PageMaker& maker, Request& request);
PageMaker::Answer EditPage(PageMaker& maker, Request& request);
PageMaker::Answer HistoryPage(PageMaker& maker, Request& request);
// profile.cc
PageMaker::Answer ProfilePage(PageMaker& maker, Request& request);
// accounts.cc
PageMaker::Answer LoginPage(PageMaker& maker, Request& request);
PageMaker::Answer SignupPage(PageMaker& maker, Request& request);
PageMaker::Answer LinkPage(PageMaker& maker, Request& request);
PageMaker::Answer SettingsPage(PageMaker& maker, Request& request);
// admin.cc
PageMaker::Answer AdminPage(PageMaker& maker, Request& request);
PageMaker::Answer AdminUsersPage(PageMaker& maker, Request& request);
PageMaker::Answer AdminCategoriesPage(PageMaker& maker, Request& request);
PageMaker::Answer AdminTagsPage(PageMaker& maker, Request& request);
PageMaker::Answer AdminEdgePage(PageMaker& maker, Request& request,
                                std::function<std::string()> status_json);
// search.cc
PageMaker::Answer SearchPage(PageMaker& maker, Request& request);
PageMaker::Answer AdminSearchPage(PageMaker& maker, Request& request);
// feeds.cc
PageMaker::Answer Feed(PageMaker& maker, Request& request);
// sitemaps.cc
PageMaker::Answer Sitemap(PageMaker& maker, Request& request);
// embeds.cc
PageMaker::Answer Oembed(PageMaker& maker, Request& request);
// previews.cc
PageMaker::Answer Preview(PageMaker& maker, Request& request);
// assistants.cc; TopicMarkdown: `/t/{slug}/{id}.md`
PageMaker::Answer TopicMarkdown(PageMaker& maker, Request& request);
PageMaker::Answer LlmsText(PageMaker& maker, Request& request);
// documents.cc
PageMaker::Answer Robots(PageMaker& maker, Request& request);
PageMaker::Answer Manifest(PageMaker& maker, Request& request);
PageMaker::Answer File(PageMaker& maker, Request& request);
// old_paths.cc
PageMaker::Answer OldPath(PageMaker& maker, Request& request);
// errors.cc; never fails
boost::asio::awaitable<Response> ErrorPage(PageMaker& maker, Request& request,
                                           const absl::Status& error);

// Where something of an imported forum is now, by its number there; empty when it was not imported
// or the caller may not know. `kind`: `topic`, `post` or `category`.
boost::asio::awaitable<std::string> FindImported(PageMaker& maker, Request& request,
                                                 std::string_view kind, int64_t number);

}  // namespace forium::gateway
