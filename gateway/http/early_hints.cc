// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/early_hints.h"

#include <mutex>

#include "gateway/http/ascii.h"

namespace forium::gateway {
namespace {

// The value of an attribute of a tag as our documents write it; empty when absent.
std::string_view Attribute(std::string_view tag, std::string_view name_and_quote) {
  const size_t begin = tag.find(name_and_quote);
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = tag.substr(begin + name_and_quote.size());
  const size_t end = rest.find('"');
  return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
}

// Only our own files, and nothing that could end the field.
bool IsAsset(std::string_view path) {
  return path.starts_with("/assets/") &&
         path.find_first_of(std::string_view("<>&,; \t\r\n")) == std::string_view::npos;
}

}  // namespace

Links LinksOf(std::string_view document) {
  Links links;
  document = document.substr(0, document.find("</head>"));
  for (size_t at = document.find('<'); at != std::string_view::npos;
       at = document.find('<', at + 1)) {
    const std::string_view tag = document.substr(at, document.find('>', at) - at);
    if (tag.starts_with("<link ")) {
      const std::string_view path = Attribute(tag, " href=\"");
      const std::string_view relation = Attribute(tag, " rel=\"");
      if (!IsAsset(path)) continue;
      if (relation == "stylesheet")
        links.push_back(Concat({"<", path, ">; rel=preload; as=style"}));
      if (relation == "modulepreload") links.push_back(Concat({"<", path, ">; rel=modulepreload"}));
    } else if (tag.starts_with("<script ") && Attribute(tag, " type=\"") == "module") {
      const std::string_view path = Attribute(tag, " src=\"");
      if (IsAsset(path)) links.push_back(Concat({"<", path, ">; rel=modulepreload"}));
    }
  }
  return links;
}

EarlyHints::Key EarlyHints::KeyOf(const Request& request) {
  const bool member = request.identity != nullptr && request.identity->signed_in();
  return {request.route, request.locale, member};
}

void EarlyHints::Learn(const Request& request, const Response& response) {
  if (request.route == nullptr || request.props_only || response.status != 200 ||
      !response.Header("content-type").starts_with("text/html") || Find(request) != nullptr) {
    return;
  }
  auto links = std::make_shared<const Links>(LinksOf(response.body.view()));
  const std::unique_lock lock(mutex_);
  known_.emplace(KeyOf(request), std::move(links));
}

std::shared_ptr<const Links> EarlyHints::Find(const Request& request) const {
  const std::shared_lock lock(mutex_);
  const auto found = known_.find(KeyOf(request));
  return found == known_.end() ? nullptr : found->second;
}

}  // namespace forium::gateway
