// SPDX-License-Identifier: Apache-2.0
// Routes: method and path pattern to handler. The whole list stands in gateway/routes.cc. Built
// once, then read-only and thread-safe.
//   router.Get("/t/{slug}/{id}", pages.topic, {.cacheable = true, .query = {"from", "before"}});
// Literal segments win over variables; `{name...}` at the end takes the rest of the path, slashes
// included.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/http/message.h"

namespace forium::gateway {

// An error becomes a problem document for the API and the error page for browsers, in one place
// (gateway.cc).
using Handler = std::function<boost::asio::awaitable<absl::StatusOr<Response>>(Request&)>;

struct RouteOptions {
  // A page of the web application: also at `/_page` + path, and its errors are pages too.
  bool page = false;
  // Guests' answers are kept in the page cache; `query` names the keys that matter to the answer,
  // in any order: all others are not part of the cache key.
  bool cacheable = false;
  std::vector<std::string> query = {};
};

struct Route {
  Method method;
  std::string pattern;  // the label in metrics
  Handler handler;
  RouteOptions options;
};

class Router {
 public:
  Router();
  ~Router();
  void Get(std::string_view pattern, Handler handler, RouteOptions options = {}) {
    Add(Method::kGet, pattern, std::move(handler), std::move(options));
  }
  // A pattern that is there already for the method aborts the program: the list is wrong.
  void Add(Method method, std::string_view pattern, Handler handler, RouteOptions options = {});

  struct Match {
    const Route* route = nullptr;
    std::string allow;  // when the path is known with other methods only: `GET, HEAD, POST`
    std::vector<Request::Parameter> variables;
  };
  // `path` as sent; segments are percent-decoded after splitting. A variable that does not decode
  // to UTF-8 matches nothing.
  Match Find(Method method, std::string_view path) const;
  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

 private:
  struct Node;
  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace forium::gateway
