// SPDX-License-Identifier: Apache-2.0
#include "gateway/cache/prepare.h"

#include "gateway/http/ascii.h"
#include "gateway/http/conditional.h"
#include "gateway/http/problem.h"

namespace forium::gateway {
namespace {

std::string StatusLine(int status) {
  return Concat({"HTTP/1.1 ", std::to_string(status), " ", ReasonPhrase(status), "\r\n"});
}

}  // namespace

std::shared_ptr<const CachedPage> Prepare(Response response) {
  auto page = std::make_shared<CachedPage>();
  page->status = response.status;
  page->body = std::string(response.body.view());
  page->tags = std::move(response.cache_tags);
  if (response.status == 200 && response.Header("etag").empty())
    response.Set("ETag", EtagOf(page->body));
  page->etag = std::string(response.Header("etag"));
  page->last_modified = std::string(response.Header("last-modified"));

  page->head = StatusLine(response.status);
  page->not_modified_head = StatusLine(304);
  for (const auto& [name, value] : response.headers) {
    const std::string field = Concat({name, ": ", value, "\r\n"});
    page->head += field;
    // What describes the bytes stays out where there are none (RFC 9110, 15.4.5).
    if (!name.starts_with("Content-") && name != "Permissions-Policy")
      page->not_modified_head += field;
  }
  page->head += Concat({"Content-Length: ", std::to_string(page->body.size()), "\r\n"});
  return page;
}

}  // namespace forium::gateway
