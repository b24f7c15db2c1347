// SPDX-License-Identifier: Apache-2.0
#include "gateway/pages/pages.h"

#include <utility>

#include "gateway/assets/assets.h"
#include "gateway/pages/loaders.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"

namespace forium::gateway {

Pages::Pages(std::unique_ptr<PageMaker> maker) : maker_(std::move(maker)) {}
Pages::~Pages() = default;

absl::StatusOr<std::unique_ptr<Pages>> Pages::Create(const Config& config, Services services,
                                                     RendererOptions renderer) {
  return Create(config, services, renderer, SsrBundle());
}

absl::StatusOr<std::unique_ptr<Pages>> Pages::Create(const Config& config, Services services,
                                                     RendererOptions options,
                                                     std::string_view bundle) {
  std::unique_ptr<Renderer> renderer;
  if (bundle.empty()) {
    observe::Log(observe::Level::kWarning, "this binary was built without the web application");
  } else {
    ASSIGN_OR_RETURN(renderer, Renderer::Create(bundle, options));
  }
  return std::unique_ptr<Pages>(
      new Pages(std::make_unique<PageMaker>(config, services, std::move(renderer))));
}

PageHooks Pages::Hooks() {
  PageMaker* maker = maker_.get();
  using Loader = PageMaker::Answer (*)(PageMaker&, Request&);
  const auto page = [maker](Loader load) -> Handler {
    return [maker, load](Request& request) { return load(*maker, request); };
  };
  PageHooks hooks;
  hooks.list = page(ListPage);
  hooks.categories = page(CategoriesPage);
  hooks.tags = page(TagsPage);
  hooks.topic = page(TopicPage);
  hooks.profile = page(ProfilePage);
  hooks.login = page(LoginPage);
  hooks.signup = page(SignupPage);
  hooks.link = page(LinkPage);
  hooks.new_topic = page(NewTopicPage);
  hooks.post = page(PostRedirect);
  hooks.edit = page(EditPage);
  hooks.history = page(HistoryPage);
  hooks.settings = page(SettingsPage);
  hooks.admin = page(AdminPage);
  hooks.admin_users = page(AdminUsersPage);
  hooks.admin_categories = page(AdminCategoriesPage);
  hooks.admin_tags = page(AdminTagsPage);
  hooks.admin_edge = [maker](Request& request, std::function<std::string()> status_json) {
    return AdminEdgePage(*maker, request, std::move(status_json));
  };
  hooks.search = page(SearchPage);
  hooks.admin_search = page(AdminSearchPage);
  hooks.feed = page(Feed);
  hooks.sitemap = page(Sitemap);
  hooks.llms = page(LlmsText);
  hooks.oembed = page(Oembed);
  hooks.preview = page(Preview);
  hooks.robots = page(Robots);
  hooks.manifest = page(Manifest);
  hooks.asset = page(File);
  hooks.openapi = page(File);
  hooks.api_docs = page(File);
  hooks.unknown = page(OldPath);
  hooks.error = [maker](Request& request, const absl::Status& error) {
    return ErrorPage(*maker, request, error);
  };
  hooks.on_event = [maker](const events::v1::Event& event) { maker->frame().OnEvent(event); };
  hooks.script_hashes = SsrScriptHashes();
  return hooks;
}

}  // namespace forium::gateway
