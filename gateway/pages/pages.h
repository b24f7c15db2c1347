// SPDX-License-Identifier: Apache-2.0
// The pages of a community: loaders, renderer, files. Construct, give Hooks() to the gateway.
//   ASSIGN_OR_RETURN(auto pages, Pages::Create(config, services));
//   Gateway gateway(config, services, pages->Hooks(), bus);
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/config.h"
#include "gateway/page_hooks.h"
#include "gateway/services.h"
#include "gateway/ssr/renderer.h"

namespace forium::gateway {

class PageMaker;

class Pages {
 public:
  // `config` and what `services` refers to must outlive the pages. Errors: the SSR bundle does not
  // run. A binary made without the web application has no pages, and they say so.
  static absl::StatusOr<std::unique_ptr<Pages>> Create(const Config& config, Services services,
                                                       RendererOptions renderer = {});
  // The same with another bundle than the embedded one (tests). `bundle` must outlive the pages.
  static absl::StatusOr<std::unique_ptr<Pages>> Create(const Config& config, Services services,
                                                       RendererOptions renderer,
                                                       std::string_view bundle);
  ~Pages();
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  // They refer to the pages, which must outlive the gateway that takes them.
  PageHooks Hooks();

 private:
  explicit Pages(std::unique_ptr<PageMaker> maker);
  std::unique_ptr<PageMaker> maker_;
};

}  // namespace forium::gateway
