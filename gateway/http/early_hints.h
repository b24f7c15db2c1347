// SPDX-License-Identifier: Apache-2.0
// What a browser will need for a page, told before the page is made (103, RFC 8297): the
// stylesheets and modules that the last document of the same route named. They have a hash in their
// name and so stay the same as long as the process. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "gateway/http/message.h"

namespace forium::gateway {

// Values of Link fields.
using Links = std::vector<std::string>;
// Of a document: `</assets/a.css>; rel=preload; as=style`, `</assets/b.js>; rel=modulepreload`.
Links LinksOf(std::string_view document);

class EarlyHints {
 public:
  // The answer is a document of the request's route.
  void Learn(const Request& request, const Response& response);
  // nullptr: nothing is known yet.
  std::shared_ptr<const Links> Find(const Request& request) const;

 private:
  // Route, language, whether somebody is signed in: what a document's assets depend on.
  using Key = std::tuple<const Route*, std::string, bool>;
  static Key KeyOf(const Request& request);

  mutable std::shared_mutex mutex_;
  std::map<Key, std::shared_ptr<const Links>> known_;
};

}  // namespace forium::gateway
